-- limits.sql: what stages and caps hold. Obligations by stage, then a cap that is lowered
-- (压减) and stops what its line alone would let through. By the ledger's owner and the
-- role budget_app in turn.
\pset footer off
\set ON_ERROR_STOP on
\set ECHO queries
\echo 'Obligations (采购计划, 合同, 支付申请): each stage draws on its own predecessor; what is left is held for it.'
SELECT stage_name AS "stage 阶段", count(*) AS opened, sum(amount) AS amount, sum(drawn) AS "drawn 已使用", sum(released) AS "released 已释放",
       count(*) FILTER (WHERE state = 'open') AS outstanding, sum(remaining) AS "still held 余额"
  FROM budget_report.obligation WHERE fiscal_year = 2026 GROUP BY stage, stage_name ORDER BY min(obligation_id);

\echo 'Caps (控制限额): the fullest of them.'
SELECT name, basis_amount, used, block_limit, round(100 * used / basis_amount, 1) AS "%", colour
  FROM budget_report.cap WHERE fiscal_year = 2026 AND used > 0 ORDER BY used / basis_amount DESC, name LIMIT 5;

SELECT cap_id AS cap FROM budget_report.cap
 WHERE fiscal_year = 2026 AND kind = 'three_public' AND division_code = '320583000' ORDER BY name LIMIT 1 \gset
\echo '昆山市 has to save: the cap of one unit is lowered to 95 %. Its lines keep their money.'
SELECT budget.change_cap(:cap, block_ratio => 0.95, document => '昆财预〔2026〕60号 压减三公经费') = :cap AS changed;
SELECT line_id, title, basis, used FROM budget.explain_cap(:cap);
SELECT line_id AS first_line, basis - used AS rest FROM budget.explain_cap(:cap) ORDER BY basis - used LIMIT 1 \gset
SELECT line_id AS line FROM budget.explain_cap(:cap) ORDER BY basis - used DESC LIMIT 1 \gset
SELECT round(basis_amount * 0.92, 2) - used - :rest AS to_warn, block_limit - round(basis_amount * 0.92, 2) + 0.01 AS too_much
  FROM budget_report.cap WHERE cap_id = :cap \gset
\set ECHO none
\connect - budget_app
\set ECHO queries
\echo 'Above 90 % an alert is raised, once; above the limit nothing more is paid, by any line of the cap, whatever it holds.'
SELECT budget.pay(:first_line, :rest, '支付凭证202611-900011', accounting_date => '2026-11-16') AS posting;
SELECT budget.pay(:line, :to_warn, '支付凭证202611-900012', accounting_date => '2026-11-16') AS posting;
\set ON_ERROR_STOP off
SELECT budget.pay(:line, :too_much, '支付凭证202611-900013', accounting_date => '2026-11-16');
\echo 'SQLSTATE' :SQLSTATE
\set ON_ERROR_STOP on
\echo
SELECT kind, cap_name, limit_amount, found_amount, state FROM budget_report.alert WHERE cap_id = :cap;
