-- 1. A year with something in every bucket
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('suzhou', root => '320500000', title => '苏州市', first_year => 2026) AS ledger;
SELECT suzhou.register_unit('101', '苏州市教育局', '320500000') AS department,
       suzhou.register_unit('101001', '苏州市第一中学', '320500000', '101') AS school,
       suzhou.register_project('P1', '校舍改造', '101001', setup_year => 2026) AS project \g /dev/null
SELECT suzhou.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'),
         '{settings,project.take_over_until,value}', '"9999-12-31"')) \g /dev/null
SELECT suzhou.take_over_projects('[{"project": "P1", "stage": "funded"}]', '移交清单') \g /dev/null
SELECT suzhou.open_line(2026, '101', '2050202', '50201', title => '教育局', executable => false) AS held \gset
SELECT suzhou.open_line(2026, '101001', '2050202', '50201', title => '公用经费', parent => :held) AS running,
       suzhou.open_line(2026, '101001', '2050202', '50201', title => '校舍改造', parent => :held, project => 'P1') AS building \gset
SELECT suzhou.appropriate(:held, 1000000, '苏财预〔2026〕1号'), suzhou.allot(:held, :running, 300000, '苏教财〔2026〕2号'),
       suzhou.allot(:held, :building, 600000, '苏教财〔2026〕3号'), suzhou.freeze(:running, 20000, '审〔2026〕5号') \g /dev/null
SELECT suzhou.pay(:running, 250000, '支付凭证 1') AS voucher, suzhou.commit_funds(:building, 400000, '合同 甲') AS contract \gset
SELECT suzhou.request_payment(:building, 150000, '支付申请 7', commitment => :contract) AS request \gset

-- 2. The books
SELECT account_code, account_name, opening, debit, credit, closing
  FROM suzhou_report.trial_balance WHERE chart = 'neutral' AND fiscal_year = 2026;
SELECT line_id, kind_name, side, account_code, account_name, debit, credit
  FROM suzhou_report.account_entry WHERE chart = 'neutral' AND posting_id = :request;

-- 3. A local account
SELECT suzhou.add_account('neutral', '12.01', '可执行指标-学校', parent => '12');
SELECT suzhou.divert_account('neutral', '12', '12.01', division => '320500000') > 0 AS diverted;
SELECT account_code, account_name, standard, parent_code, closing
  FROM suzhou_report.trial_balance WHERE account_code LIKE '12%';
SELECT count(*) AS cases_without_a_rule FROM suzhou.check_accounts();

-- 4. What would happen
SELECT suzhou.add_year(2027);
SELECT line_id, item, amount, action, blocks, note FROM suzhou.closing_plan(2026);

-- 5. Decisions
SELECT suzhou.decide_closing(2026, 'requested', 'release', '苏财库〔2026〕30号') AS for_the_year,
       suzhou.decide_closing(2026, 'frozen', 'withdraw', '审〔2026〕9号', line => :running) AS for_a_line \g /dev/null
CALL suzhou.close_year(2026);

-- 6. The year ends
CALL suzhou.close_year(2026, dry_run => false, document => '苏财库〔2026〕31号');
SELECT event, document, lines, postings FROM suzhou.year_event ORDER BY event_id;
SELECT line_id, appropriated, available, allotted, committed, paid, withdrawn, carried FROM suzhou.balance ORDER BY line_id;
SELECT obligation_id, line_id, document, amount, predecessor FROM suzhou.obligation WHERE stage = 'commit' ORDER BY 1;
SELECT elements ->> 'origin_year' AS origin_year, key FROM suzhou.line WHERE fiscal_year = 2027;

-- 7. The next year begins before the vote
SELECT suzhou.open_line(2027, '101001', '2050202', '50201', title => '公用经费', provisional => true) AS early \gset
SELECT suzhou.appropriate(:early, 50000, '预安排 1') > 0 AS given;
SELECT item, line_id, amount, blocks, note FROM suzhou.opening_check(2027);
SELECT suzhou.open_year(2027, '苏人代〔2027〕1号');
SELECT suzhou.pay(:early, 10000, '支付凭证 2');
SELECT suzhou.create_cap(2027, '人代会批准前预支', 'fixed', 12000, lines => ARRAY[:early], kind => 'provisional') AS cap;
SELECT suzhou.pay(:early, 10000, '支付凭证 2') > 0 AS paid;
SELECT suzhou.pay(:early, 2000.01, '支付凭证 3');
SELECT suzhou.approve_line(:early, 320000, '苏人代〔2027〕1号') AS approved \gset
SELECT line_id, kind, amount, available_after FROM suzhou.posting(:approved);
SELECT suzhou.close_cap(1, '苏人代〔2027〕1号');
SELECT suzhou.pay(:early, 100000, '支付凭证 3') > 0 AS paid;

-- 8. Money of the closed year comes back
SELECT suzhou.register_unit('900', '苏州市财政局', '320500000', NULL, 'finance') \g /dev/null
SELECT suzhou.open_line(2027, '900', '2050202', '50201', title => '以前年度退回') AS finance \gset
SELECT suzhou.refund(:voucher, 4000, '退款 1');
SELECT suzhou.refund_prior_year(:voucher, :finance, 4000, '退款 1') AS returned \gset
SELECT line_id, kind, amount, available_after, refers_line, refers_entry FROM suzhou.posting(:returned);
SELECT suzhou.refund_prior_year(:voucher, :finance, 246000.01, '退款 2');
SELECT fiscal_year, sum(opening) AS opening, sum(closing) AS closing FROM suzhou_report.trial_balance GROUP BY 1 ORDER BY 1;
