-- A small ledger for the regress files: a city with a budget of its own, a district
-- below it, and what shows a posting, a line and a refusal without ids of the day.
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026) \g /dev/null
SELECT count(budget.register_division(code, name, parent, level)) FROM (VALUES
  ('320500000', '苏州市', '320000000', 2), ('320505000', '虎丘区', '320500000', 3),
  ('320200000', '无锡市', '320000000', 2)) AS d(code, name, parent, level) \g /dev/null
SELECT count(budget.register_unit(code, name, division, parent)) FROM (VALUES
  ('101', '苏州市教育局', '320500000', NULL), ('101001', '苏州市第一中学', '320500000', '101'),
  ('102', '苏州市卫生局', '320500000', NULL), ('201', '虎丘区教育局', '320505000', NULL),
  ('301', '无锡市教育局', '320200000', NULL)) AS u(code, name, division, parent) \g /dev/null
SELECT budget.open_line(2026, '101', '2050202', '50201', title => 'root') AS root \gset
SELECT budget.open_line(2026, '101001', '2050202', '50201', title => 'child', parent => :root) AS child \gset
SELECT budget.open_line(2026, '102', '2050203', '50201', title => 'other') AS other \gset
SELECT budget.open_line(2026, '101', '2050204', '50201', title => 'held', executable => false) AS held \gset
SELECT budget.open_line(2026, '201', '2050202', title => 'district', source_document => '苏财教9号') AS district \gset
SELECT budget.open_line(2026, '101', '2050205', title => 'warned', control => 'warn') AS warned \gset
RESET client_min_messages;

-- A line's money, without the buckets that are empty in every line of a test.
CREATE FUNCTION pg_temp.money(VARIADIC titles text[]) RETURNS TABLE (line varchar, appropriated numeric, available numeric,
  allotted numeric, transferred numeric, frozen numeric, pending numeric, paid numeric, withdrawn numeric, entries int)
LANGUAGE sql AS $$
  SELECT l.title, b.appropriated::numeric, b.available::numeric, b.allotted::numeric, b.transferred::numeric, b.frozen::numeric,
         b.pending_out::numeric, b.paid::numeric, b.withdrawn::numeric, b.entry_no
  FROM budget.line l JOIN budget.balance b USING (line_id) WHERE l.title = ANY (titles) ORDER BY l.line_id $$;

-- A posting as its entries: kinds, amounts, what was and is available.
CREATE FUNCTION pg_temp.entries(posting bigint) RETURNS TABLE (line varchar, entry int, kind varchar, source varchar, target varchar,
  amount numeric, before numeric, after numeric, document text, peer varchar, undoes text)
LANGUAGE sql AS $$
  SELECT l.title, p.entry_no, p.kind, p.source, p.target, p.amount, p.available_before, p.available_after, p.document,
         (SELECT o.title FROM budget.line o WHERE o.line_id = p.peer_line),
         (SELECT o.title || ' entry ' || p.refers_entry FROM budget.line o WHERE o.line_id = p.refers_line)
  FROM budget.posting(posting) p JOIN budget.line l USING (line_id) $$;

-- What a call answers: its result, or the refusal in full, with ids as names.
CREATE FUNCTION pg_temp.named(words text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line record;
BEGIN
  FOR line IN SELECT line_id, title FROM budget.line LOOP
    words := regexp_replace(words, '\m([Ll]ine|from|to) ' || line.line_id || '\M', '\1 <' || line.title || '>', 'g');
  END LOOP;
  RETURN regexp_replace(words, '\m\d{16}\M', '<id>', 'g');
END $$;
CREATE FUNCTION pg_temp.said(call text, OUT state text, OUT message text, OUT detail text, OUT hint text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'SELECT ' || call INTO message;
  state := 'ok';
  message := pg_temp.named(message);
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  message := pg_temp.named(message);
  detail := pg_temp.named(nullif(detail, ''));
  hint := pg_temp.named(nullif(hint, ''));
END $$;
