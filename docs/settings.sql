-- 1. A wrong profile is refused, with all that is wrong
SELECT budget.register_profile('suqian', '宿迁市', '{"settings": {
  "project.idle_months": {"value": "six", "name": "资金沉淀月数"},
  "project.idle_month": {"value": 6, "name": "资金沉淀月数"},
  "performance.cutoffs": {"value": [60, 80, 90], "name": "优、良、中的分数线"},
  "performance.blending": {"value": {"self": 0.3, "third_party": 0.6}, "name": "各评价主体得分占比"}}}');

-- 2. Keys of one's own
SELECT budget.register_profile('suqian', '宿迁市', '{"settings": {
  "project.idle_months": {"value": 9, "name": "资金沉淀月数"},
  "suqian.hall": {"value": "1号楼", "name": "政务大厅"}}}') AS version;

-- 3. What there is
\pset format unaligned
\pset tuples_only on
SELECT concat(key, ' - ', meaning, E'\n    ', expected, E'\n    used by ' || used_by) FROM budgetpm.known_settings();
