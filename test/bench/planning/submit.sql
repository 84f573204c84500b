SELECT budget.submit_requests(1, (1000 + nextval('next_unit'))::text);
