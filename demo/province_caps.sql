-- province_caps.sql: limits over many lines, by the ledger's owner, over lines
-- that have their money and have spent none.
\set ON_ERROR_STOP on
SELECT count(*) AS caps FROM budget.create_standard_caps(2026, '{three_public}', '320500000', preview => false, warn_ratio => 0.9) \gset
SELECT budget.create_cap(2026, '部门总额 苏州市教育局', basis => 'lines', unit => '320500102', warn_ratio => 0.9, slots => 8, kind => 'department',
  document => '苏州财预〔2026〕1号') IS NOT NULL AS department \gset
\echo '  caps (控制限额):' :caps 'of 三公经费 in 苏州市, warned at 90 % and blocked at 100 %, and one department total (部门总额) in 8 slots'
