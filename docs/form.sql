-- 1. Fields
SELECT budget.define_form_field('project', 'site', 'text', '{"zh": "建设地点", "en": "Site"}', '320000000',
         required => true, max_length => 20, place => 1) AS site,
       budget.define_form_field('project', 'begins', 'date', '{"zh": "开工日期"}', '320000000', place => 2) AS begins,
       budget.define_form_field('project', 'ends', 'date', '{"zh": "竣工日期"}', '320000000', place => 3,
         rule => '$.ends > $.begins', message => '{"zh": "竣工须在开工之后", "en": "must be after the beginning"}') AS ends,
       budget.define_form_field('project', 'own_funds', 'amount', '{"zh": "自筹资金"}', '320000000', category => '3',
         minimum => 0, place => 4) AS own_funds;

-- 2. The form, as a client draws it
SELECT place, field, label, type, required, max_length, rule FROM budget.describe_form('project', '101001', '3');

-- 3. Every bad field at once
SELECT budget.register_project('JSKS01', '考试中心', '101001', '3', 2026) > 0 AS registered;
SELECT budget.set_project_attributes('JSKS01',
  '{"begins": "2026-03-01", "ends": "2026-02-30", "own_funds": "12.345", "colour": "红"}');
SELECT budget.set_project_attributes('JSKS01',
  '{"site": "南京市鼓楼区", "begins": "2026-03-01", "ends": "2027-06-30", "own_funds": "120000.00"}');
SELECT attributes FROM budget.project WHERE official_code = 'JSKS01';

-- 4. A definition that cannot be
SELECT budget.define_form_field('project', 'Site', 'choice', '{"en": "Site"}', rule => '$.site ==', maximum => 5);
