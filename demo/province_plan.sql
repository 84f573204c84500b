-- province_plan.sql: what the generated province consists of, as plain tables of
-- schema demo. Nothing is random: figures come from a hash of what they belong to, so
-- that every run gives the same province. Money is numeric throughout.

-- A number from 0 to below modulus, always the same for the same words.
CREATE FUNCTION demo.pick(modulus int, VARIADIC words text[]) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ((hashtextextended(array_to_string(words, '/'), 20260101) & 9223372036854775807) % modulus)::int
$$;

-- Runs a statement over ranges of numbers, each a transaction of its own, and says how far it is.
CREATE PROCEDURE demo.step(title text, statement text, first int, last int, chunk int)
LANGUAGE plpgsql AS $$
DECLARE
  lo int := first;
  begun timestamptz := clock_timestamp();
  shown timestamptz := begun;
BEGIN
  WHILE lo <= last LOOP
    EXECUTE statement USING lo, least(lo + chunk - 1, last);
    COMMIT;
    lo := lo + chunk;
    IF lo > last OR clock_timestamp() > shown + interval '3 seconds' THEN
      shown := clock_timestamp();
      RAISE INFO '  % % of % %   % s', title, lpad((least(lo, last + 1) - first)::text, 6), lpad((last - first + 1)::text, 6),
        lpad(100 * (least(lo, last + 1) - first)::bigint / (last - first + 1) || ' %', 5),
        lpad(round(extract(epoch FROM shown - begun), 1)::text, 5);
    END IF;
  END LOOP;
END;
$$;

-- Departments (部门), at which level they keep a budget, and the size of it.
CREATE TABLE demo.department (dept text PRIMARY KEY, province_name text, local_name text, deepest int, share numeric);
INSERT INTO demo.department VALUES
  ('101', '财政厅', '财政局', 3, 0.6), ('102', '教育厅', '教育局', 3, 4.0), ('103', '科学技术厅', '科学技术局', 2, 1.2),
  ('104', '公安厅', '公安局', 3, 2.5), ('105', '人力资源和社会保障厅', '人力资源和社会保障局', 2, 1.1),
  ('106', '自然资源厅', '自然资源和规划局', 2, 0.9), ('107', '生态环境厅', '生态环境局', 2, 1.3),
  ('108', '住房和城乡建设厅', '住房和城乡建设局', 3, 2.2), ('109', '交通运输厅', '交通运输局', 3, 2.0),
  ('110', '水利厅', '水务局', 2, 1.4), ('111', '农业农村厅', '农业农村局', 3, 1.6),
  ('112', '文化和旅游厅', '文体广电和旅游局', 2, 0.7), ('113', '卫生健康委员会', '卫生健康委员会', 3, 3.0),
  ('114', '应急管理厅', '应急管理局', 1, 0.5), ('115', '工业和信息化厅', '工业和信息化局', 1, 0.8),
  ('116', '人民政府办公厅', '人民政府办公室', 3, 0.7);

-- Units (预算单位) below them; the first of each is the department itself (本级).
CREATE TABLE demo.unit_kind (dept text, no int, province_name text, local_name text, agency boolean, func text,
  project_func text, project text, weight numeric, PRIMARY KEY (dept, no));
INSERT INTO demo.unit_kind VALUES
  ('101', 1, NULL, NULL, true, '2010601', '2010602', '预算绩效管理', 1),
  ('101', 2, '财政信息中心', '财政信息中心', false, '2010699', '2010607', '预算管理一体化运维', 0.4),
  ('102', 1, NULL, NULL, true, '2050101', '2050102', '教育质量监测', 0.5),
  ('102', 2, '教育考试院', '第一中学', false, '2050204', '2050204', '教学楼修缮', 1.5),
  ('102', 3, '职业技术学院', '实验小学', false, '2050202', '2050202', '智慧校园建设', 1),
  ('103', 1, NULL, NULL, true, '2060101', '2060102', '科技计划管理', 0.6),
  ('103', 2, '生产力促进中心', '科技创业服务中心', false, '2060499', '2060404', '科技成果转化补助', 1.4),
  ('104', 1, NULL, NULL, true, '2040201', '2040202', '执法装备更新', 2),
  ('104', 2, '警官培训中心', '交通警察大队', true, '2040201', '2040202', '智能交通设施', 1),
  ('105', 1, NULL, NULL, true, '2080505', '2080506', '社保信息系统', 1),
  ('105', 2, '人才服务中心', '劳动就业中心', false, '2080505', '2080506', '职业技能提升', 0.8),
  ('106', 1, NULL, NULL, true, '2200101', '2200102', '国土空间规划', 1),
  ('107', 1, NULL, NULL, true, '2110101', '2110301', '大气污染防治', 1),
  ('107', 2, '环境监测中心', '环境监测站', false, '2110102', '2110302', '河湖水质监测', 0.7),
  ('108', 1, NULL, NULL, true, '2120101', '2120199', '老旧小区改造', 1),
  ('108', 2, '城市建设档案馆', '市政设施管理处', false, '2120102', '2120303', '市政道路养护', 1.3),
  ('109', 1, NULL, NULL, true, '2140101', '2140104', '农村公路建设', 1),
  ('109', 2, '公路事业发展中心', '公路管理站', false, '2140101', '2140106', '公路养护工程', 1.2),
  ('110', 1, NULL, NULL, true, '2130301', '2130305', '河道整治工程', 1),
  ('110', 2, '水利工程建设局', '防汛防旱物资中心', false, '2130301', '2130305', '泵站更新改造', 0.9),
  ('111', 1, NULL, NULL, true, '2130101', '2130102', '高标准农田建设', 1),
  ('111', 2, '农业技术推广总站', '农业技术推广中心', false, '2130104', '2130505', '稻麦良种补贴', 0.8),
  ('112', 1, NULL, NULL, true, '2070101', '2070109', '公共文化服务', 0.7),
  ('112', 2, '图书馆', '图书馆', false, '2070104', '2070104', '古籍数字化', 0.6),
  ('113', 1, NULL, NULL, true, '2100101', '2100102', '医疗卫生监督', 0.6),
  ('113', 2, '人民医院', '人民医院', false, '2100201', '2100201', '医疗设备购置', 2),
  ('113', 3, '疾病预防控制中心', '疾病预防控制中心', false, '2100401', '2100401', '传染病监测预警', 0.9),
  ('114', 1, NULL, NULL, true, '2240101', '2240102', '应急物资储备', 1),
  ('115', 1, NULL, NULL, true, '2150805', '2150805', '专精特新企业奖补', 1),
  ('116', 1, NULL, NULL, true, '2010301', '2010302', '政务服务平台', 1);

-- Earmarked transfers (专项转移支付) from province to cities to counties.
CREATE TABLE demo.programme (programme text PRIMARY KEY, dept text, unit_no int, func text, gov_econ text, dept_econ text,
  title text, mark text, direct boolean, base numeric);
INSERT INTO demo.programme VALUES
  ('教', '102', 3, '2050202', '50502', '30299', '城乡义务教育补助经费', '15', true, 9000000),
  ('社', '113', 3, '2100408', '50502', '30299', '基本公共卫生服务补助资金', '22', true, 6000000),
  ('农', '111', 2, '2130505', '50502', '30299', '农业生产发展资金', '31', false, 4000000);

-- Governments (财政区划) that have a budget: towns and streets do not in this province.
CREATE TABLE demo.government AS
SELECT p.code, p.name, p.level, p.parent, left(p.code, 6) AS prefix,
       CASE p.level WHEN 1 THEN 40000000 WHEN 2 THEN 9000000 ELSE 2400000 END::numeric
         * (60 + demo.pick(100, 'size', p.code)) / 100 AS base
  FROM demo.place p WHERE p.level <= 3;
ALTER TABLE demo.government ADD PRIMARY KEY (code);

CREATE TABLE demo.unit AS
SELECT g.code AS division, g.level, g.base, d.dept, d.share, 0 AS no, g.prefix || d.dept AS code, NULL::text AS parent,
       g.name || CASE g.level WHEN 1 THEN d.province_name ELSE d.local_name END AS name, 'department' AS kind
  FROM demo.government g JOIN demo.department d ON g.level <= d.deepest
UNION ALL
SELECT g.code, g.level, g.base, d.dept, d.share, k.no, g.prefix || d.dept || to_char(k.no, 'FM000'), g.prefix || d.dept,
       g.name || CASE WHEN k.no = 1 THEN CASE g.level WHEN 1 THEN d.province_name ELSE d.local_name END || '本级'
                      WHEN g.level = 1 THEN k.province_name ELSE k.local_name END, 'unit'
  FROM demo.government g JOIN demo.department d ON g.level <= d.deepest JOIN demo.unit_kind k USING (dept);

CREATE TABLE demo.project AS
SELECT u.code AS unit, u.code || '24' || '0001' AS code, regexp_replace(u.name, '(局|厅|委员会|办公室|办公厅)本级$', '') || k.project AS name
  FROM demo.unit u JOIN demo.unit_kind k USING (dept, no);

CREATE TABLE demo.year (year int PRIMARY KEY, growth numeric, last_month int);
INSERT INTO demo.year VALUES (2024, 1.00, 12), (2025, 1.06, 12), (2026, 1.11, 10);

-- Lines (预算指标) of the annual budget: personnel (人员经费), running costs (公用经费)
-- and a project for each unit, below one line of its department held for distribution (待分).
CREATE TABLE demo.plan (n int PRIMARY KEY, parent_n int, year int, unit text, func text, gov_econ text, dept_econ text,
  project text, title text, executable boolean, amount numeric(18,2), document text,
  source_document text, direct boolean, programme text, division text, stage int);
INSERT INTO demo.plan
SELECT row_number() OVER (ORDER BY y.year, u.code), NULL, y.year, u.code, k.func, NULL, NULL, NULL,
       u.name || y.year || '年部门预算', false, 0,
       CASE u.level WHEN 1 THEN '苏' ELSE left(u.name, 2) END || '财预〔' || y.year || '〕' || (1 + demo.pick(60, 'doc', u.code, y.year::text)) || '号',
       NULL, NULL, NULL, u.division, 1
  FROM demo.year y CROSS JOIN demo.unit u JOIN demo.unit_kind k ON k.dept = u.dept AND k.no = 1
 WHERE u.no = 0;
INSERT INTO demo.plan
SELECT (SELECT max(n) FROM demo.plan) + row_number() OVER (ORDER BY y.year, u.code, t.no), r.n, y.year, u.code,
       CASE t.no WHEN 3 THEN k.project_func ELSE k.func END,
       CASE WHEN k.agency THEN t.agency_gov ELSE t.other_gov END, t.dept_econ, CASE t.no WHEN 3 THEN p.code END,
       CASE t.no WHEN 3 THEN p.name ELSE t.title END, true,
       round(u.base * u.share * k.weight * t.weight * y.growth * (80 + demo.pick(41, 'line', u.code, t.title)) / 100
             + demo.pick(100000, 'fen', u.code, t.title, y.year::text) / 100.0, 2),
       r.document, NULL, NULL, NULL, u.division, 2
  FROM demo.year y CROSS JOIN demo.unit u
  JOIN demo.unit_kind k ON k.dept = u.dept AND k.no = u.no
  JOIN demo.project p ON p.unit = u.code
  JOIN demo.plan r ON r.year = y.year AND r.unit = u.parent
 CROSS JOIN (VALUES (1, '人员经费', '50101', '50501', '30101', 1.0), (2, '公用经费', '50201', '50502', '30201', 0.25),
                    (3, '项目支出', '50306', '50601', '31003', 0.6)) AS t(no, title, agency_gov, other_gov, dept_econ, weight);
-- The department's line holds what its units get and a reserve of 3 % besides.
UPDATE demo.plan r SET amount = round(c.amount * 1.03, 2)
  FROM (SELECT parent_n, sum(amount) AS amount FROM demo.plan GROUP BY parent_n) c WHERE c.parent_n = r.n;

-- Transfers, from below: a county's line (stage 5) and the unit that spends it (6), the
-- city's (4) which sends most of it on and keeps the rest for a unit of its own (6), and the province's (3).
INSERT INTO demo.plan
SELECT (SELECT max(n) FROM demo.plan) + row_number() OVER (ORDER BY g.level, y.year, p.programme, g.code), NULL, y.year,
       g.prefix || p.dept, p.func, p.gov_econ, p.dept_econ, NULL, p.title, false,
       CASE g.level WHEN 1 THEN 0
                    ELSE round(p.base * y.growth * (50 + demo.pick(100, 'transfer', g.code, p.programme)) / 100, 2) END,
       CASE g.level WHEN 1 THEN '苏' ELSE left(g.name, 2) END || '财' || p.programme || '〔' || y.year || '〕' || p.mark || '号',
       CASE g.level WHEN 2 THEN '苏财' WHEN 3 THEN left(c.name, 2) || '财' END || p.programme || '〔' || y.year || '〕' || p.mark || '号',
       p.direct, p.programme, g.code, 2 + g.level
  FROM demo.year y CROSS JOIN demo.programme p CROSS JOIN demo.government g LEFT JOIN demo.government c ON c.code = g.parent;
INSERT INTO demo.plan
SELECT (SELECT max(n) FROM demo.plan) + row_number() OVER (ORDER BY r.n), r.n, r.year, r.unit || to_char(p.unit_no, 'FM000'), r.func,
       r.gov_econ, r.dept_econ, NULL, r.title, true, r.amount, r.document, NULL, NULL, r.programme, r.division, 6
  FROM demo.plan r JOIN demo.programme p USING (programme) WHERE r.stage IN (4, 5);
UPDATE demo.plan c SET amount = c.amount + b.amount
  FROM (SELECT k.year, k.programme, g.parent, sum(k.amount) AS amount FROM demo.plan k JOIN demo.government g ON g.code = k.division
         WHERE k.stage = 5 GROUP BY k.year, k.programme, g.parent) b
 WHERE c.stage = 4 AND c.year = b.year AND c.programme = b.programme AND c.division = b.parent;
UPDATE demo.plan p SET amount = b.amount
  FROM (SELECT year, programme, sum(amount) AS amount FROM demo.plan WHERE stage = 4 GROUP BY year, programme) b
 WHERE p.stage = 3 AND p.year = b.year AND p.programme = b.programme;
-- 三公经费 of finance and government offices, out of what their departments hold back (stage 7).
INSERT INTO demo.plan
SELECT (SELECT max(n) FROM demo.plan) + row_number() OVER (ORDER BY r.n, t.no), r.n, r.year, u.code, r.func,
       t.gov_econ, t.dept_econ, NULL, t.title, true, round(r.amount * t.part, 2), r.document, NULL, NULL, NULL, r.division, 7
  FROM demo.plan r JOIN demo.unit u ON u.parent = r.unit AND u.no = 1
 CROSS JOIN (VALUES (1, '50206', '30217', '公务接待费', 0.004), (2, '50208', '30231', '公务用车运行维护费', 0.006))
    AS t(no, gov_econ, dept_econ, title, part)
 WHERE r.stage = 1 AND u.dept IN ('101', '116');
CREATE INDEX ON demo.plan (stage, n);
CREATE INDEX ON demo.plan (year, programme, division) WHERE programme IS NOT NULL;

-- Payments: each month a part of the line, the parts unequal, the year's total short of
-- the line's by a part of its own.
CREATE TABLE demo.payment AS
SELECT row_number() OVER (ORDER BY s.day, s.line_n, s.month) AS n, s.line_n, s.day,
       round(s.amount * s.rate * s.part / s.parts, 2) AS amount,
       CASE s.month % 3 WHEN 0 THEN '工程款' WHEN 1 THEN '货物采购' ELSE '服务费' END AS purpose,
       (ARRAY['江苏恒信建设有限公司', '苏州东吴物资有限公司', '南京金陵科技有限公司', '无锡太湖印务有限公司',
              '常州天宁医疗器械有限公司', '南通海门劳务有限公司'])[1 + demo.pick(6, 'payee', s.line_n::text, s.month::text)] AS payee
  FROM (SELECT p.n AS line_n, p.amount, y.last_month, m.month,
               make_date(p.year, m.month, 5 + demo.pick(20, 'day', p.n::text, m.month::text)) AS day,
               (780 + demo.pick(140, 'rate', left(p.division, 4)) + demo.pick(60, 'rate', p.n::text)) / 1000.0 AS rate,
               80 + demo.pick(41, 'part', p.n::text, m.month::text) AS part,
               sum(80 + demo.pick(41, 'part', p.n::text, m.month::text)) OVER (PARTITION BY p.n) AS parts
          FROM demo.plan p JOIN demo.year y USING (year) CROSS JOIN generate_series(1, 12) AS m(month)
         WHERE p.executable) s
 WHERE s.month <= s.last_month;
ALTER TABLE demo.payment ADD PRIMARY KEY (n);

-- This year's projects are bought: a procurement plan (采购计划) of nine tenths of the line,
-- two contracts (合同) with a twentieth more than is going to be paid on them, and a payment
-- request (支付申请) for each payment, every fifth of them above what the bank then pays.
CREATE TABLE demo.contract AS
SELECT row_number() OVER (ORDER BY s.line_n, s.no) AS n, s.line_n, s.no, '苏采合同2026-' || to_char(s.line_n, 'FM000000') || '-' || s.no AS document,
       round(s.paid * 1.05, 2) AS amount
  FROM (SELECT p.n AS line_n, 1 + extract(month FROM y.day)::int % 2 AS no, sum(y.amount) AS paid
          FROM demo.plan p JOIN demo.payment y ON y.line_n = p.n WHERE p.project IS NOT NULL AND p.year = 2026 GROUP BY 1, 2) s;
ALTER TABLE demo.contract ADD PRIMARY KEY (n);
ALTER TABLE demo.payment ADD COLUMN contract_n int, ADD COLUMN requested numeric(18,2);
UPDATE demo.payment y SET contract_n = c.n, requested = CASE WHEN y.n % 5 = 0 THEN round(y.amount * 1.04, 2) ELSE y.amount END
  FROM demo.contract c WHERE c.line_n = y.line_n AND c.no = 1 + extract(month FROM y.day)::int % 2;
CREATE TABLE demo.planned (line_n int PRIMARY KEY, obligation bigint NOT NULL);
CREATE TABLE demo.signed (n int PRIMARY KEY, obligation bigint NOT NULL);
CREATE TABLE demo.requested (n int PRIMARY KEY, obligation bigint NOT NULL);
CREATE TABLE demo.opened (n int PRIMARY KEY, line_id bigint NOT NULL UNIQUE);
CREATE TABLE demo.sent (n int PRIMARY KEY, transfer bigint NOT NULL);
GRANT USAGE ON SCHEMA demo TO budget_app;
GRANT SELECT ON ALL TABLES IN SCHEMA demo TO budget_app;
GRANT INSERT ON demo.opened, demo.sent, demo.planned, demo.signed, demo.requested TO budget_app;
