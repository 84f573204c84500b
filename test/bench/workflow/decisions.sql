SELECT budget.start_case('bench', 's', '{"amount": 5}', unit => '101', actor => 'wb_0') AS c \gset
SELECT task_id AS t FROM budget.task WHERE case_id = :c AND state = 'open' \gset
SELECT budget.act(:t, 'approve', actor => 'wb_1');
SELECT task_id AS t FROM budget.task WHERE case_id = :c AND state = 'open' \gset
SELECT budget.act(:t, 'approve', actor => 'wb_2');
SELECT task_id AS t FROM budget.task WHERE case_id = :c AND state = 'open' \gset
SELECT budget.act(:t, 'approve', actor => 'wb_3');
