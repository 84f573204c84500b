SELECT count(*) FROM budget.my_tasks('wb_0');
