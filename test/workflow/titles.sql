\set ECHO none
-- Logins with the titles that the shipped templates name, each with his duty, and what acts as them:
-- every action is done by that login itself.
SET client_min_messages = warning;
CREATE TEMP TABLE person (login text, title text, unit text, division text);
INSERT INTO person VALUES ('tp_clerk', '经办', '101001', NULL), ('tp_head', '单位负责人', '101001', NULL), ('tp_dept', '部门负责人', '101', NULL),
  ('tp_div', '业务处室', NULL, '320500000'), ('tp_bud', '预算处', NULL, '320500000'), ('tp_tre', '国库处', NULL, '320500000'),
  ('tp_bank', '清算银行', NULL, '320500000'), ('tp_chief', '财政局长', NULL, '320500000'), ('tp_npc', '人大常委会', NULL, '320500000'),
  ('tp_sup', '监督检查', NULL, '320500000'), ('tp_e1', '评审专家', NULL, '320500000'), ('tp_e2', '评审专家', NULL, '320500000'),
  ('tp_e3', '评审专家', NULL, '320500000'), ('tp_m1', '党组成员', NULL, '320500000'), ('tp_m2', '党组成员', NULL, '320500000'),
  ('tp_m3', '党组成员', NULL, '320500000'), ('tp_m4', '党组成员', NULL, '320500000'), ('tp_gov', '政府常务会议', NULL, '320500000'),
  ('tp_fec', '人大财经委', NULL, '320500000'), ('tp_con', '人民代表大会', NULL, '320500000');
SELECT session_user AS owner \gset
SELECT format('CREATE ROLE %I LOGIN', login), format('GRANT %I TO %I', login, :'owner') FROM person \gexec
SELECT count(budget.end_duty(budgetpm.grant_ledger('budget', login, 'officer'))) FROM person \g /dev/null
SELECT count(budget.register_principal(login, title)), count(budget.grant_duty(login, division, unit, may_post => true)) FROM person \g /dev/null
GRANT ALL ON now_case TO PUBLIC;
RESET client_min_messages;
-- Runs a call as a login; where the case then stands, or the refusal.
CREATE FUNCTION pg_temp.by(who text, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text; message text; detail text;
BEGIN
  EXECUTE format('SET LOCAL ROLE %I', 'tp_' || who);
  EXECUTE call INTO result;
  RESET ROLE;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN SQLSTATE || ' ' || regexp_replace(message || coalesce(' | ' || nullif(detail, ''), ''), '\m(task|case|line|posting|obligation|payment) \d+', '\1 N', 'g');
END $$;
CREATE FUNCTION pg_temp.begin(who text, flow text, facts jsonb, unit text DEFAULT '101001', division text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text := pg_temp.by(who, format('SELECT budget.start_case(%L, %L, %L, %L, %L)', flow, flow || '事项', facts, unit, division));
BEGIN
  IF result !~ '^\d+$' THEN RETURN result; END IF;
  UPDATE now_case SET case_id = result::bigint;
  RETURN pg_temp.stand();
END $$;
-- A person's action on his open task of the case.
CREATE FUNCTION pg_temp.does(who text, action text, options jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  result := pg_temp.by(who, format('SELECT budget.act(task_id, %L, %L, %L) FROM budget.my_tasks() WHERE case_id = %s',
                                   action, action || '意见', options, (SELECT case_id FROM now_case)));
  IF result IS NULL THEN RETURN 'has no task'; END IF;
  IF result ~ '^[0-9A-Z]{5} ' THEN RETURN result; END IF;
  RETURN pg_temp.stand();
END $$;
CREATE FUNCTION pg_temp.retracts(who text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN coalesce(nullif(pg_temp.by(who, format('SELECT budget.retract(%s)', (SELECT case_id FROM now_case))), ''), pg_temp.stand());
END $$;
\set ECHO all
