-- closing: the indicator account (指标账), double entry over the journal
--
-- Every entry moves money between two buckets of one line, so it is a voucher line
-- pair by itself: its debit and credit account are found by rules.  What one line
-- hands to another passes through a clearing account, so that each entry balances
-- alone, and with it every posting, year, moment and reader's share of the journal.
--
-- The shipped chart is of our own design after the names that are known of the
-- national one; conformance to that is not claimed.

CREATE TABLE @ledger@.account_chart (
  chart    varchar(40) COLLATE "C" PRIMARY KEY CHECK (chart ~ '^[a-z][a-z0-9_]*$'),
  name     varchar(100) NOT NULL CHECK (name <> ''),
  division budgetpm.budget_code REFERENCES @ledger@.division (code)
);
COMMENT ON TABLE @ledger@.account_chart IS 'Charts of accounts (会计科目表) of the indicator account. Each keeps books over the whole journal, or over one government''s subtree; several stand beside each other.';
COMMENT ON COLUMN @ledger@.account_chart.chart IS 'Short name; neutral ships with the ledger.';
COMMENT ON COLUMN @ledger@.account_chart.name IS 'What people call it.';
COMMENT ON COLUMN @ledger@.account_chart.division IS 'The government whose books it keeps, with all below it; NULL: every government''s.';

CREATE TABLE @ledger@.account (
  chart    varchar(40) COLLATE "C" NOT NULL REFERENCES @ledger@.account_chart,
  code     varchar(20) COLLATE "C" NOT NULL CHECK (code ~ '^[0-9A-Za-z.-]+$'),
  name     varchar(100) NOT NULL CHECK (name <> ''),
  side     varchar(6) COLLATE "C" NOT NULL CHECK (side IN ('debit', 'credit')),
  standard boolean NOT NULL,
  parent   varchar(20) COLLATE "C",
  PRIMARY KEY (chart, code),
  FOREIGN KEY (chart, parent) REFERENCES @ledger@.account
);
COMMENT ON TABLE @ledger@.account IS 'Accounts (会计科目) of each chart: standard ones that came with it, local ones (扩展) beside or below them.';
COMMENT ON COLUMN @ledger@.account.chart IS 'The chart.';
COMMENT ON COLUMN @ledger@.account.code IS 'Account number, of the chart''s own numbering.';
COMMENT ON COLUMN @ledger@.account.name IS 'Its name, such as 可执行指标.';
COMMENT ON COLUMN @ledger@.account.side IS 'Balance direction (余额方向): debit or credit.';
COMMENT ON COLUMN @ledger@.account.standard IS 'Whether it came with the chart (标准) or was added by its users (扩展).';
COMMENT ON COLUMN @ledger@.account.parent IS 'The account of the same chart that it is a part of (上级科目).';

CREATE TABLE @ledger@.account_rule (
  rule_id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  chart      varchar(40) COLLATE "C" NOT NULL,
  kind       varchar(40) COLLATE "C" REFERENCES @ledger@.entry_kind,
  fund_type  varchar(10) COLLATE "C" REFERENCES @ledger@.fund_type,
  executable boolean,
  division   budgetpm.budget_code REFERENCES @ledger@.division (code),
  side       varchar(6) COLLATE "C" NOT NULL CHECK (side IN ('debit', 'credit')),
  account    varchar(20) COLLATE "C" NOT NULL,
  standard   boolean NOT NULL,
  FOREIGN KEY (chart, account) REFERENCES @ledger@.account,
  UNIQUE NULLS NOT DISTINCT (chart, kind, fund_type, executable, division, side)
);
COMMENT ON TABLE @ledger@.account_rule IS 'Which account takes a side of an entry. NULL matches anything; of the rules that match, the one that names the kind wins, then the fund type, then executable or held, then the nearest division. A reversal takes the accounts of what it reverses, sides changed over.';
COMMENT ON COLUMN @ledger@.account_rule.rule_id IS 'The rule.';
COMMENT ON COLUMN @ledger@.account_rule.chart IS 'The chart.';
COMMENT ON COLUMN @ledger@.account_rule.kind IS 'Kind of entry (业务类型), not a reversal.';
COMMENT ON COLUMN @ledger@.account_rule.fund_type IS 'Fund type of the line (资金性质).';
COMMENT ON COLUMN @ledger@.account_rule.executable IS 'Whether the line is executable (可执行) or held (待分).';
COMMENT ON COLUMN @ledger@.account_rule.division IS 'Government of the line, with all below it.';
COMMENT ON COLUMN @ledger@.account_rule.side IS 'debit (借) or credit (贷).';
COMMENT ON COLUMN @ledger@.account_rule.account IS 'The account.';
COMMENT ON COLUMN @ledger@.account_rule.standard IS 'Whether it came with the chart or was added by its users.';

INSERT INTO @ledger@.account_chart (chart, name) VALUES ('neutral', '指标账通用科目（本产品自定，非国家统一科目）');
INSERT INTO @ledger@.account (chart, code, name, side, standard) VALUES
  ('neutral', '11', '待下达指标', 'debit', true),
  ('neutral', '12', '可执行指标', 'debit', true),
  ('neutral', '13', '单位资金支出预算', 'debit', true),
  ('neutral', '14', '冻结指标', 'debit', true),
  ('neutral', '15', '在途调减指标', 'debit', true),
  ('neutral', '21', '预承诺占用', 'debit', true),
  ('neutral', '22', '承诺占用', 'debit', true),
  ('neutral', '23', '支付占用', 'debit', true),
  ('neutral', '31', '已支付', 'debit', true),
  ('neutral', '32', '转移支付支出', 'debit', true),
  ('neutral', '33', '收回指标', 'debit', true),
  ('neutral', '41', '指标结转结余', 'debit', true),
  ('neutral', '51', '预算来源-年初预算', 'credit', true),
  ('neutral', '52', '预算来源-预算调整', 'credit', true),
  ('neutral', '53', '预算来源-上级转移支付', 'credit', true),
  ('neutral', '54', '预算来源-上年结转', 'credit', true),
  ('neutral', '55', '预算来源-以前年度退回', 'credit', true),
  ('neutral', '56', '单位资金收入预算', 'credit', true),
  ('neutral', '61', '指标下达往来', 'debit', true),
  ('neutral', '62', '指标调剂往来', 'credit', true);

-- The account of a bucket, and of the outside world for what makes a line's total
-- grow or shrink.  Money between two lines of one government meets itself again on
-- 61 and 62, which are therefore zero over any whole tree.
INSERT INTO @ledger@.account_rule (chart, kind, fund_type, executable, side, account, standard)
WITH bucket (bucket, fund_type, executable, account) AS (VALUES
    ('available',    NULL::text, true,  '12'), ('available', NULL, false, '11'), ('available', '3', NULL, '13'),
    ('allotted',     NULL, NULL::boolean, '61'),
    ('transferred',  NULL, NULL, '32'),
    ('frozen',       NULL, NULL, '14'),
    ('pending_out',  NULL, NULL, '15'),
    ('precommitted', NULL, NULL, '21'),
    ('committed',    NULL, NULL, '22'),
    ('requested',    NULL, NULL, '23'),
    ('paid',         NULL, NULL, '31'),
    ('withdrawn',    NULL, NULL, '33'),
    ('carried',      NULL, NULL, '41')),
  outside (operation, fund_type, account) AS (VALUES
    ('appropriate', NULL::text, '51'), ('appropriate', '3', '56'),
    ('approve_line', NULL, '51'), ('approve_line', '3', '56'),
    ('supplement', NULL, '52'), ('reduce', NULL, '52'),
    ('supplement', '3', '56'), ('reduce', '3', '56'),
    ('allot', NULL, '61'), ('return_allotment', NULL, '61'),
    ('virement', NULL, '62'),
    ('receive_transfer', NULL, '53'), ('return_transfer', NULL, '53'),
    ('carry_forward', NULL, '54'),
    ('refund_prior_year', NULL, '55')),
  part AS (
    SELECT k.kind, k.operation, s.side, s.bucket
      FROM @ledger@.entry_kind k
     CROSS JOIN LATERAL (VALUES ('debit', k.target), ('credit', k.source)) AS s(side, bucket)
     WHERE k.reverses IS NULL)
SELECT 'neutral', p.kind, b.fund_type, b.executable, p.side, b.account, true
  FROM part p JOIN bucket b ON b.bucket = p.bucket
UNION ALL
SELECT 'neutral', p.kind, o.fund_type, NULL, p.side,
       -- What a routed virement takes up and down a tree is allotment.
       CASE WHEN p.kind LIKE 'virement_up_%' OR p.kind LIKE 'virement_down_%' OR p.kind LIKE 'carry_down%' THEN '61' ELSE o.account END, true
  FROM part p JOIN outside o ON o.operation = p.operation
 WHERE p.bucket = 'appropriated'
 ORDER BY 2, 5, 3 NULLS FIRST, 4 NULLS FIRST;

-- Every case that a voucher line can be, with the rule that decides it.  Only
-- divisions that some rule names make a difference; a line belongs to the nearest.
-- Functions use these views, and pg_upgrade makes functions before operator classes:
-- nothing here may need the class of a type of ours.
CREATE VIEW @ledger@.account_case WITH (security_invoker = true) AS
  SELECT DISTINCT ON (w.chart, w.scope, w.kind, w.fund_type, w.executable, w.side)
         w.chart, coalesce(w.scope, '')::varchar(17) AS scope, w.kind, w.fund_type, w.executable, w.side,
         r.rule_id, r.account
    FROM (SELECT p.chart, p.scope, k.kind, coalesce(k.reverses, k.kind) AS rule_kind, f.fund_type, x.executable,
                 v.side, CASE WHEN k.reverses IS NULL THEN v.side ELSE v.other END AS rule_side
            FROM (SELECT c.chart, NULL::text AS scope FROM @ledger@.account_chart c
                  UNION SELECT a.chart, a.division::text FROM @ledger@.account_rule a WHERE a.division IS NOT NULL) p
           CROSS JOIN @ledger@.entry_kind k CROSS JOIN @ledger@.fund_type f
           CROSS JOIN (VALUES (true), (false)) AS x(executable)
           CROSS JOIN (VALUES ('debit', 'credit'), ('credit', 'debit')) AS v(side, other)) w
    -- A rule for any kind stands for each, so that cases find rules by a hash.
    LEFT JOIN (SELECT a.*, a.kind AS rule_kind FROM @ledger@.account_rule a WHERE a.kind IS NOT NULL
               UNION ALL
               SELECT a.*, k.kind FROM @ledger@.account_rule a CROSS JOIN @ledger@.entry_kind k WHERE a.kind IS NULL) r
           ON r.chart = w.chart AND r.side = w.rule_side AND r.rule_kind = w.rule_kind
          AND (r.fund_type IS NULL OR r.fund_type = w.fund_type)
          AND (r.executable IS NULL OR r.executable = w.executable)
          AND (r.division IS NULL OR r.division @> w.scope::budgetpm.budget_code)
   ORDER BY w.chart, w.scope, w.kind, w.fund_type, w.executable, w.side,
            r.kind IS NULL, r.fund_type IS NULL, r.executable IS NULL, length(r.division::text) DESC NULLS LAST;
COMMENT ON VIEW @ledger@.account_case IS 'The account of each side of an entry in every case: chart, kind, fund type, executable or held, and the nearest division that a rule names. account is NULL where no rule matches.';
COMMENT ON COLUMN @ledger@.account_case.chart IS 'The chart.';
COMMENT ON COLUMN @ledger@.account_case.scope IS 'Tree key of the nearest division that a rule of the chart names; empty for none.';
COMMENT ON COLUMN @ledger@.account_case.kind IS 'Kind of entry, reversals included.';
COMMENT ON COLUMN @ledger@.account_case.fund_type IS 'Fund type of the line.';
COMMENT ON COLUMN @ledger@.account_case.executable IS 'Executable or held.';
COMMENT ON COLUMN @ledger@.account_case.side IS 'debit or credit.';
COMMENT ON COLUMN @ledger@.account_case.rule_id IS 'The rule that wins.';
COMMENT ON COLUMN @ledger@.account_case.account IS 'Its account.';

-- Which books a division is in, and under which scope of their rules.
CREATE VIEW @ledger@.account_place WITH (security_invoker = true) AS
  SELECT c.chart, d.code::text::varchar(17) AS division,
         coalesce((SELECT r.division::text FROM @ledger@.account_rule r
                    WHERE r.chart = c.chart AND r.division @> d.code
                    ORDER BY length(r.division::text) DESC LIMIT 1), '')::varchar(17) AS scope
    FROM @ledger@.account_chart c
    JOIN @ledger@.division d ON c.division IS NULL OR c.division @> d.code;
COMMENT ON VIEW @ledger@.account_place IS 'The charts that keep books over each division, and the scope of account_case that it falls under.';
COMMENT ON COLUMN @ledger@.account_place.chart IS 'The chart.';
COMMENT ON COLUMN @ledger@.account_place.division IS 'The division, as tree key.';
COMMENT ON COLUMN @ledger@.account_place.scope IS 'The nearest division upwards that a rule of the chart names; empty for none.';

CREATE VIEW @report@.account_entry WITH (security_invoker = true) AS
  SELECT j.posting_id, j.line_id, j.entry_no, a.chart, l.fiscal_year, j.accounting_date, j.posted_at,
         j.kind, k.name_zh AS kind_name, a.side::varchar(6),
         a.account AS account_code, t.name AS account_name,
         CASE WHEN a.side = 'debit' THEN j.amount ELSE '0' END::numeric(20,2) AS debit,
         CASE WHEN a.side = 'credit' THEN j.amount ELSE '0' END::numeric(20,2) AS credit,
         d.official_code AS division_code, u.official_code AS unit_code, l.fund_type, j.document::varchar(200)
    FROM @ledger@.journal j
    JOIN @ledger@.line l ON l.line_id = j.line_id
    JOIN @ledger@.entry_kind k ON k.kind = j.kind
    JOIN @ledger@.account_place p ON p.division = j.division::text
    JOIN @ledger@.account_case a ON a.chart = p.chart AND a.scope = p.scope AND a.kind = j.kind
                                AND a.fund_type = l.fund_type AND a.executable = l.executable
    LEFT JOIN @ledger@.account t ON t.chart = a.chart AND t.code = a.account
    JOIN @ledger@.division d ON d.code = j.division
    JOIN @ledger@.unit u ON u.code = j.unit;
COMMENT ON VIEW @report@.account_entry IS 'Voucher lines (记账凭证分录) of the indicator account (指标账): two for each entry of the journal and chart, one debit, one credit. Debit equals credit for every entry, so for every posting, year, moment and any reader''s share. Shown to those who may read the line.';
COMMENT ON COLUMN @report@.account_entry.posting_id IS 'The posting: the voucher (凭证).';
COMMENT ON COLUMN @report@.account_entry.line_id IS 'The budget line (指标).';
COMMENT ON COLUMN @report@.account_entry.entry_no IS 'With line_id: the journal entry.';
COMMENT ON COLUMN @report@.account_entry.chart IS 'Chart of accounts (科目表). Filter by one: each keeps books of its own.';
COMMENT ON COLUMN @report@.account_entry.fiscal_year IS 'Fiscal year of the line (预算年度).';
COMMENT ON COLUMN @report@.account_entry.accounting_date IS 'Accounting date (记账日期).';
COMMENT ON COLUMN @report@.account_entry.posted_at IS 'When it was posted.';
COMMENT ON COLUMN @report@.account_entry.kind IS 'Kind of entry (业务类型).';
COMMENT ON COLUMN @report@.account_entry.kind_name IS 'Its Chinese name.';
COMMENT ON COLUMN @report@.account_entry.side IS 'debit (借) or credit (贷).';
COMMENT ON COLUMN @report@.account_entry.account_code IS 'Account (科目代码); NULL where no rule of the chart matches, see check_accounts().';
COMMENT ON COLUMN @report@.account_entry.account_name IS 'Its name.';
COMMENT ON COLUMN @report@.account_entry.debit IS 'Amount on the debit side (借方), in yuan; 0 on the other one.';
COMMENT ON COLUMN @report@.account_entry.credit IS 'Amount on the credit side (贷方), in yuan.';
COMMENT ON COLUMN @report@.account_entry.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.account_entry.unit_code IS 'Official code of the unit (预算单位代码).';
COMMENT ON COLUMN @report@.account_entry.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @report@.account_entry.document IS 'The document that gave authority (文号).';

-- The journal is summed up first and meets the rules afterwards.  What was carried
-- into a year is what its books open with.
CREATE VIEW @report@.trial_balance WITH (security_invoker = true) AS
  SELECT b.chart, b.fiscal_year, b.account AS account_code, t.name AS account_name, t.side, t.standard, t.parent AS parent_code,
         b.opening::numeric(20,2), b.debit::numeric(20,2), b.credit::numeric(20,2),
         (b.opening + b.debit - b.credit)::numeric(20,2) AS closing
    FROM (SELECT a.chart, s.fiscal_year, a.account,
                 coalesce(sum(CASE a.side WHEN 'debit' THEN s.amount ELSE -s.amount END) FILTER (WHERE s.opens), 0) AS opening,
                 coalesce(sum(s.amount) FILTER (WHERE a.side = 'debit' AND NOT s.opens), 0) AS debit,
                 coalesce(sum(s.amount) FILTER (WHERE a.side = 'credit' AND NOT s.opens), 0) AS credit
            FROM (SELECT l.fiscal_year, j.division, j.kind, l.fund_type, l.executable,
                         j.kind LIKE 'carry_in%' AS opens,
                         budgetpm.sum(j.amount)::numeric AS amount
                    FROM @ledger@.journal j
                    JOIN @ledger@.line l ON l.line_id = j.line_id
                   GROUP BY l.fiscal_year, j.division, j.kind, l.fund_type, l.executable, 6) s
            JOIN @ledger@.account_place p ON p.division = s.division::text
            JOIN @ledger@.account_case a ON a.chart = p.chart AND a.scope = p.scope AND a.kind = s.kind
                                        AND a.fund_type = s.fund_type AND a.executable = s.executable
           GROUP BY a.chart, s.fiscal_year, a.account) b
    LEFT JOIN @ledger@.account t ON t.chart = b.chart AND t.code = b.account;
COMMENT ON VIEW @report@.trial_balance IS 'Trial balance (试算平衡表) of the indicator account by chart, fiscal year and account, over the lines that the reader may read. The closing column of a chart and year adds up to zero at every moment; so does opening, and debit equals credit.';
COMMENT ON COLUMN @report@.trial_balance.chart IS 'Chart of accounts (科目表). Filter by one.';
COMMENT ON COLUMN @report@.trial_balance.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.trial_balance.account_code IS 'Account (科目代码), with what was booked on itself and not on accounts below it; NULL gathers what no rule of the chart matches.';
COMMENT ON COLUMN @report@.trial_balance.account_name IS 'Its name.';
COMMENT ON COLUMN @report@.trial_balance.side IS 'Balance direction (余额方向): debit or credit.';
COMMENT ON COLUMN @report@.trial_balance.standard IS 'Whether it came with the chart (标准) or was added (扩展).';
COMMENT ON COLUMN @report@.trial_balance.parent_code IS 'The account that it is a part of.';
COMMENT ON COLUMN @report@.trial_balance.opening IS 'Opening balance (期初余额), in yuan, debit positive: what was carried in from the year before (结转).';
COMMENT ON COLUMN @report@.trial_balance.debit IS 'Debit of the year (本期借方), in yuan.';
COMMENT ON COLUMN @report@.trial_balance.credit IS 'Credit of the year (本期贷方), in yuan.';
COMMENT ON COLUMN @report@.trial_balance.closing IS 'Closing balance (期末余额), in yuan, debit positive, credit negative: opening + debit - credit.';

CREATE FUNCTION @ledger@.trial_balance_as_of(fiscal_year integer, to_date date DEFAULT NULL, from_date date DEFAULT NULL,
  known_at timestamptz DEFAULT NULL, chart text DEFAULT 'neutral',
  OUT account_code varchar(20), OUT account_name varchar(100), OUT side varchar(6), OUT opening numeric, OUT debit numeric,
  OUT credit numeric, OUT closing numeric)
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT b.account, t.name, t.side, b.opening, b.debit, b.credit, b.opening + b.debit - b.credit
  FROM (SELECT a.account,
               coalesce(sum(CASE a.side WHEN 'debit' THEN s.amount ELSE -s.amount END) FILTER (WHERE s.opens), 0.00) AS opening,
               coalesce(sum(s.amount) FILTER (WHERE a.side = 'debit' AND NOT s.opens), 0.00) AS debit,
               coalesce(sum(s.amount) FILTER (WHERE a.side = 'credit' AND NOT s.opens), 0.00) AS credit
          FROM (SELECT j.division::text AS division, j.kind, l.fund_type, l.executable,
                       j.kind LIKE 'carry_in%' OR coalesce(j.accounting_date < from_date, false) AS opens,
                       sum(j.amount::numeric) AS amount
                  FROM @ledger@.journal j
                  JOIN @ledger@.line l ON l.line_id = j.line_id
                 WHERE j.line_id >= trial_balance_as_of.fiscal_year * 1000000000000
                   AND j.line_id < (trial_balance_as_of.fiscal_year + 1) * 1000000000000
                   AND (to_date IS NULL OR j.accounting_date <= to_date)
                   AND (known_at IS NULL OR j.posted_at <= known_at)
                 GROUP BY j.division::text, j.kind, l.fund_type, l.executable, 5) s
          JOIN @ledger@.account_place p ON p.division = s.division AND p.chart = trial_balance_as_of.chart
          JOIN @ledger@.account_case a ON a.chart = p.chart AND a.scope = p.scope AND a.kind = s.kind
                                      AND a.fund_type = s.fund_type AND a.executable = s.executable
         GROUP BY a.account) b
  LEFT JOIN @ledger@.account t ON t.chart = trial_balance_as_of.chart AND t.code = b.account
  ORDER BY b.account;
END;
COMMENT ON FUNCTION @ledger@.trial_balance_as_of(integer, date, date, timestamptz, text) IS
  'Trial balance (试算平衡表) of a year up to a day, with what was booked before from_date as opening; known_at leaves out what was posted after that moment. Amounts in yuan, debit positive; opening and closing add up to zero.';

CREATE FUNCTION @ledger@.check_accounts(chart text DEFAULT NULL,
  OUT chart_name varchar(40), OUT kind varchar(40), OUT fund_type varchar(10), OUT executable boolean, OUT side varchar(6), OUT problem text)
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT DISTINCT c.chart, c.kind, c.fund_type, c.executable, c.side, 'no rule'
  FROM @ledger@.account_case c
  WHERE c.account IS NULL AND (check_accounts.chart IS NULL OR c.chart = check_accounts.chart)
  ORDER BY 1, 2, 3, 4, 5;
END;
COMMENT ON FUNCTION @ledger@.check_accounts(text) IS
  'Cases of a chart (all charts unless named) that no account rule decides, by kind of entry, fund type, executable or held, and side. No row: the chart is complete (科目规则检查).';

-- Local accounts (扩展科目)
CREATE FUNCTION @ledger@.add_chart(chart text, name text, division text DEFAULT NULL, copy_of text DEFAULT NULL)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.add_chart('@ledger@.ledger'::regclass, chart, name, division, copy_of);
END;
COMMENT ON FUNCTION @ledger@.add_chart(text, text, text, text) IS
  'Adds a chart of accounts (科目表) for a government and all below it (all when division is NULL), empty or with the accounts and rules of another one. The shipped chart stays as it is. Errors: 23505 in use, 23503 unknown, 42501, ZB008.';

CREATE FUNCTION @ledger@.add_account(chart text, code text, name text, side text DEFAULT NULL, parent text DEFAULT NULL)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.add_account('@ledger@.ledger'::regclass, chart, code, name, side, parent);
END;
COMMENT ON FUNCTION @ledger@.add_account(text, text, text, text, text) IS
  'Adds a local account (扩展科目) to a chart, below another one or beside them; side is debit or credit, the parent''s unless given. Errors: 23505 in use, 23503 unknown, 22023, 42501, ZB008.';

CREATE FUNCTION @ledger@.add_account_rule(chart text, account text, side text, kind text DEFAULT NULL, fund_type text DEFAULT NULL,
  executable boolean DEFAULT NULL, division text DEFAULT NULL)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.add_account_rule('@ledger@.ledger'::regclass, chart, account, side, kind, fund_type, executable, division);
END;
COMMENT ON FUNCTION @ledger@.add_account_rule(text, text, text, text, text, boolean, text) IS
  'Says which account takes a side of an entry, where everything given matches; returns the rule. Errors: 23505 there is such a rule, 23503 unknown, 22023 a reversal or another side, 42501, ZB008.';

CREATE FUNCTION @ledger@.divert_account(chart text, account text, into_account text, division text DEFAULT NULL, fund_type text DEFAULT NULL)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.divert_account('@ledger@.ledger'::regclass, chart, account, into_account, division, fund_type);
END;
COMMENT ON FUNCTION @ledger@.divert_account(text, text, text, text, text) IS
  'Books what an account would take on another one of the chart, in a division and below, or for a fund type: a rule beside each of the account''s rules. Returns how many. Errors: 22023 neither is given, 23503 unknown, 23505, 42501, ZB008.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p, o FROM pg_catalog.unnest('{reader,officer,application,administrator}'::text[]) AS p,
                 pg_catalog.unnest('{trial_balance_as_of,check_accounts}'::text[]) AS o
UNION ALL
SELECT 'administrator', o FROM pg_catalog.unnest('{add_chart,add_account,add_account_rule,divert_account}'::text[]) AS o;
