--
-- Classifications: editions by year, leaves, cross-walks; elements of a line; working days.
--
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SET search_path = public, budgetpm;
SELECT budgetpm.create_ledger('budget', root => '320000000', title => '江苏省');
\pset format unaligned
-- What a new ledger knows
SELECT s.scheme, s.name, s.widths, s.leaf_only, e.edition, e.first_year, count(*) AS codes, count(*) FILTER (WHERE c.is_leaf) AS leaves
	FROM budget.classification_scheme s JOIN budget.classification_edition e USING (scheme) JOIN budget.classification c USING (scheme, edition)
	GROUP BY s.scheme, e.scheme, e.edition ORDER BY 1;
-- A leaf is what nothing stands below: by another way than the one that wrote it.
SELECT c.scheme, c.official_code FROM budget.classification c
	WHERE c.is_leaf = EXISTS (SELECT FROM budget.classification b WHERE b.scheme = c.scheme AND b.edition = c.edition
		AND b.official_code LIKE c.official_code || '_%');
SELECT c.scheme, c.official_code FROM budget.classification c WHERE c.code::text <> c.official_code;
SELECT * FROM budget.fund_type ORDER BY 1;
SELECT number, element, name, kind, scheme, line_column FROM budget.element ORDER BY number;
SELECT budget.check_classification('function', 2026, '2050201'), budget.check_classification('revenue', 2026, '101');
SELECT pg_temp.refused($$SELECT budget.check_classification('function', 2026, '205')$$);
SELECT pg_temp.refused($$SELECT budget.check_classification('function', 2019, '2050201')$$);
SELECT pg_temp.refused($$SELECT budget.check_classification('function', 2026, '2059999')$$);
SELECT pg_temp.refused($$SELECT budget.check_classification('cofog', 2026, '09')$$);

-- A scheme of one's own, two editions, and what became of the codes
SELECT budget.register_scheme('local', '地方科目', '{2,2}');
SELECT budget.load_classification('local', 2022, 2022, '[{"code": "0101", "name": "甲一"}, {"code": "01", "name": "甲"},
	{"code": "0102", "name": "甲二"}, {"code": "02", "name": "乙"}, {"code": "0103", "name": "甲三"}]', '苏财〔2021〕9号');
SELECT budget.load_classification('local', 2025, 2025, '[{"code": "01", "name": "甲"}, {"code": "0101", "name": "甲一"},
	{"code": "0104", "name": "甲四"}, {"code": "0105", "name": "甲五"}, {"code": "02", "name": "乙（新）"}]');
SELECT edition, first_year, last_year, source FROM budget.classification_edition WHERE scheme = 'local' ORDER BY 1;
SELECT budget.load_classification('local', 2024, 2024, '[{"code": "03", "name": "丙"}]');
SELECT edition, first_year, last_year FROM budget.classification_edition WHERE scheme = 'local' ORDER BY 1;
DELETE FROM budget.classification WHERE scheme = 'local' AND edition = 2024;
DELETE FROM budget.classification_edition WHERE scheme = 'local' AND edition = 2024;
UPDATE budget.classification_edition SET last_year = 2024 WHERE scheme = 'local' AND edition = 2022;
SELECT budget.add_walk('local', 2022, '0102', 2025, '0104', 0.6);
SELECT budget.add_walks('local', 2022, 2025, '[{"from_code": "0102", "to_code": "0105", "share": 0.3}]');
SELECT official_code, name, problem, share FROM budget.check_walk('local', 2022, 2025);
SELECT budget.add_walk('local', 2022, '0103', 2025, '0105');
SELECT official_code, name, share FROM budget.classification_successors('local', '0102', 2023, 2026);
SELECT official_code, name, share FROM budget.classification_successors('local', '0101', 2023, 2026);
SELECT official_code, name, share FROM budget.classification_successors('local', '0103', 2023, 2023);
SELECT pg_temp.refused($$SELECT budget.check_classification('local', 2025, '0102')$$);
SELECT pg_temp.refused($$SELECT budget.check_classification('local', 2024, '0105')$$);
-- A new code in the middle of the year makes its parent no leaf.
SELECT budget.check_classification('local', 2025, '02'), budget.register_classification('local', 2025, '0201', '乙一');
SELECT pg_temp.refused($$SELECT budget.check_classification('local', 2025, '02')$$);

-- Refusals
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 2026, 2026, '[{"code": "011", "name": "宽"}]')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 2026, 2026, '[{"code": "A1", "name": "字母"}]')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 2026, 2026, '[{"code": "01"}]')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 2026, 2026, '[{"name": "甲"}]')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 2026, 2026, '[{"code": "0901", "name": "孤"}]')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 2026, 2026, '[{"code": "01", "name": "甲"}, {"code": "01", "name": "又甲"}]')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 2025, 2025, '[{"code": "0101", "name": "又"}]')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 2025, 2026, '[]')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 2026, 2025, '[]')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 20260, 2026, '[]')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('none', 2026, 2026, '[]')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 2026, 2026, '{}')$$);
SELECT pg_temp.refused($$SELECT budget.register_classification('local', 2030, '03', '丙')$$);
SELECT pg_temp.refused($$SELECT budget.register_scheme('local', '重', '{2}')$$);
SELECT pg_temp.refused($$SELECT budget.register_scheme('wide', '宽', '{9,9}')$$);
SELECT pg_temp.refused($$SELECT budget.register_scheme('none', '空', '{}')$$);
SELECT pg_temp.refused($$SELECT budget.register_scheme('neg', '负', '{3,-1}')$$);
SELECT pg_temp.refused($$SELECT budget.add_walk('local', 2022, '0102', 2025, '01', 0.2)$$);
SELECT pg_temp.refused($$SELECT budget.add_walk('local', 2022, '0102', 2025, '0104', 0.1)$$);
SELECT pg_temp.refused($$SELECT budget.add_walk('local', 2022, '0109', 2025, '0104')$$);
SELECT pg_temp.refused($$SELECT budget.add_walk('local', 2022, '0101', 2025, '0104', 0)$$);
SELECT pg_temp.refused($$SELECT budget.add_walk('local', 2022, '0101', 2025, '0104', 1.1)$$);
SELECT pg_temp.refused($$SELECT budget.add_walk('local', 2022, '0101', 2025, '0104', 'NaN')$$);
SELECT pg_temp.refused($$SELECT budget.load_classification('local', 2025, 2025, NULL)$$);
SELECT count(*) FROM budget.classification_edition WHERE scheme = 'local' AND edition = 2026;

-- Elements
SELECT budget.check_elements(2026, '{"procurement": true, "budget_source": "2", "transfer_function": "2050201",
	"receiving_division": "320000000", "document_no": "苏财预〔2026〕1号"}'), budget.check_elements(2026, '{}'), budget.check_elements(2026, NULL);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"colour": "red"}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"procurement": "yes"}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"procurement": null}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"budget_source": "4"}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"budget_source": 1}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"document_no": ["a"]}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"document_no": ""}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, jsonb_build_object('document_no', repeat('号', 201)))$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"transfer_function": "205"}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"receiving_division": "320100000"}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"fund_type": "11"}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '[1]')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '1')$$);
-- A local dimension is a row; a required one must be given.
INSERT INTO budget.element (element, name, kind, required) VALUES ('review_date', '评审日期', 'date', true), ('head_count', '人数', 'number', false);
SELECT budget.check_elements(2026, '{"review_date": "2026-02-28", "head_count": 12}');
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"review_date": "2026-02-30"}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"review_date": "28.2.2026"}')$$);
SELECT pg_temp.refused($$SELECT budget.check_elements(2026, '{"review_date": "2026-02-28", "head_count": "12"}')$$);

-- Working days: 2025 around 国庆节 by 国办发明电〔2024〕12号
INSERT INTO budget.calendar_day SELECT d, false, '国庆节、中秋节' FROM generate_series(date '2025-10-01', '2025-10-08', '1 day') AS d;
INSERT INTO budget.calendar_day VALUES ('2025-09-28', true, '国庆节调休'), ('2025-10-11', true, '国庆节调休');
SELECT budget.working_day('2025-09-27'), budget.working_day('2025-09-28'), budget.working_day('2025-10-03'), budget.working_day('2025-10-11');
SELECT budget.add_working_days('2025-09-30', 1), budget.add_working_days('2025-09-26', 10), budget.add_working_days('2025-10-09', -1),
	budget.add_working_days('2025-10-04', 0), budget.add_working_days('2025-10-09', 0), budget.working_days('2025-09-26', '2025-10-15');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT budget.add_working_days('2025-09-30', 36601)$$, $$SELECT budget.add_working_days('2025-09-30', -2147483648)$$,
  $$SELECT budget.working_days('2025-09-30', 'infinity')$$, $$SELECT budget.working_days('0001-01-01', '9999-12-31')$$]) AS s;
-- The same answers by walking day by day.
CREATE FUNCTION pg_temp.walked(day date, days integer) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
	left_over integer := abs(days);
	step integer := CASE WHEN days < 0 THEN -1 ELSE 1 END;
	working boolean;
BEGIN
	LOOP
		SELECT coalesce((SELECT c.working FROM budget.calendar_day c WHERE c.day = walked.day), extract(isodow FROM walked.day) < 6) INTO working;
		EXIT WHEN left_over = 0 AND (working OR days <> 0);
		day := day + step;
		IF left_over > 0 AND coalesce((SELECT c.working FROM budget.calendar_day c WHERE c.day = walked.day), extract(isodow FROM walked.day) < 6) THEN
			left_over := left_over - 1;
		END IF;
	END LOOP;
	RETURN day;
END $$;
SELECT count(*), count(*) FILTER (WHERE budget.add_working_days(d, n) <> pg_temp.walked(d, n)) AS differ,
	count(*) FILTER (WHERE n > 0 AND budget.working_days(d, budget.add_working_days(d, n)) <> n) AS differ_back
	FROM (SELECT date '2025-09-15' + i AS d FROM generate_series(0, 40) AS i) AS days, generate_series(-12, 12) AS n;
