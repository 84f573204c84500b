-- performance: the library of indicators

INSERT INTO @ledger@.indicator (indicator_id, indicator, sector, level1, level2, name_zh, name_en, measure, measure_en, direction, kind, method, parameters, weight, tags, provenance, from_year)
SELECT pg_catalog.nextval('@ledger@.indicator_seq'), code, sector, level1, level2, zh, en, l.measure, m.english, direction, kind, method, parameters::pg_catalog.jsonb, weight, tags::pg_catalog.text[], provenance, 1949
  FROM (VALUES
    ('G.quantity', 'general', 'output', 'quantity', '实际完成数量', 'Quantity completed', '项', '>=', 'quantitative', 'proportional', '{}', 15, '{}', '财预〔2020〕10号 实际完成率'),
    ('G.quality', 'general', 'output', 'quality', '质量达标率', 'Rate of quality standards met', '%', '>=', 'quantitative', 'proportional', '{}', 15, '{}', '财预〔2020〕10号 质量达标率'),
    ('G.timely', 'general', 'output', 'timeliness', '完成及时率', 'Rate completed in time', '%', '>=', 'quantitative', 'proportional', '{}', 10, '{}', '财预〔2020〕10号 完成及时性'),
    ('G.cost', 'general', 'cost', 'cost', '成本控制数', 'Cost kept within', '万元', '<=', 'quantitative', 'proportional', '{}', 10, '{}', '财预〔2020〕10号 成本节约率'),
    ('G.economic', 'general', 'benefit', 'economic', '经济效益', 'Economic benefit', '万元', '>=', 'quantitative', 'proportional', '{}', 10, '{}', '财预〔2021〕101号'),
    ('G.social', 'general', 'benefit', 'social', '社会效益', 'Social benefit', NULL, '=', 'qualitative', 'qualitative', '{}', 10, '{}', '财预〔2021〕101号'),
    ('G.beneficiaries', 'general', 'benefit', 'social', '受益人数', 'People who benefit', '人', '>=', 'quantitative', 'proportional', '{}', 10, '{beneficiaries}', '财预〔2021〕101号'),
    ('G.ecological', 'general', 'benefit', 'ecological', '生态效益', 'Ecological benefit', NULL, '=', 'qualitative', 'qualitative', '{}', 10, '{}', '财预〔2021〕101号'),
    ('G.sustained', 'general', 'benefit', 'sustained', '可持续影响', 'Sustained effect', NULL, '=', 'qualitative', 'qualitative', '{}', 10, '{}', '财预〔2021〕101号'),
    ('G.satisfaction', 'general', 'satisfaction', 'satisfaction', '服务对象满意度', 'Satisfaction of those served', '%', '>=', 'quantitative', 'proportional', '{}', 10, '{}', '财预〔2020〕10号'),
    ('EDU.students', 'education', 'output', 'quantity', '资助学生人数', 'Students supported', '人', '>=', 'quantitative', 'proportional', '{}', 15, '{beneficiaries}', '行业通用'),
    ('EDU.attainment', 'education', 'output', 'quality', '课程考核合格率', 'Rate of courses passed', '%', '>=', 'quantitative', 'proportional', '{}', 15, '{}', '行业通用'),
    ('EDU.retention', 'education', 'benefit', 'social', '义务教育巩固率', 'Retention in compulsory education', '%', '>=', 'quantitative', 'proportional', '{}', 10, '{}', '行业通用'),
    ('EDU.satisfaction', 'education', 'satisfaction', 'satisfaction', '学生满意度', 'Satisfaction of students', '%', '>=', 'quantitative', 'progressive', '{"full": 90, "step": 5, "deduct": 1}', 10, '{}', '江西 2017 自评表: ≥90 % 满分, 每低 5 个百分点扣 1 分'),
    ('ENV.reduction', 'environment', 'output', 'quantity', '污染物减排量', 'Emissions reduced', '吨', '>=', 'quantitative', 'proportional', '{}', 20, '{}', '行业通用'),
    ('ENV.days', 'environment', 'benefit', 'ecological', '空气质量优良天数比率', 'Share of days with good air', '%', '>=', 'quantitative', 'proportional', '{}', 10, '{}', '行业通用'),
    ('ENV.water', 'environment', 'output', 'quality', '断面水质达标率', 'Rate of water sections up to standard', '%', '>=', 'quantitative', 'proportional', '{}', 10, '{}', '行业通用'),
    ('ENV.energy', 'environment', 'benefit', 'ecological', '单位产值能耗', 'Energy per unit of output', '吨标准煤/万元', '<=', 'quantitative', 'proportional', '{}', 10, '{}', '行业通用'),
    ('ROAD.length', 'roads', 'output', 'quantity', '新改建公路里程', 'Roads built or rebuilt', '公里', '>=', 'quantitative', 'proportional', '{}', 20, '{}', '行业通用'),
    ('ROAD.pass', 'roads', 'output', 'quality', '工程一次验收合格率', 'Rate accepted at first inspection', '%', '>=', 'quantitative', 'proportional', '{}', 15, '{}', '行业通用'),
    ('ROAD.cost', 'roads', 'cost', 'cost', '每公里造价', 'Cost per kilometre', '万元/公里', '<=', 'quantitative', 'proportional', '{}', 10, '{}', '行业通用'),
    ('ROAD.time', 'roads', 'benefit', 'economic', '通行时间', 'Travel time', '分钟', '<=', 'quantitative', 'ratio', '{}', 10, '{}', '行业通用'),
    ('GRASS.area', 'grassland', 'output', 'quantity', '禁牧和草畜平衡面积', 'Grassland under grazing ban or balance', '万亩', '>=', 'quantitative', 'proportional', '{}', 20, '{}', '草原生态保护补助奖励'),
    ('GRASS.cover', 'grassland', 'benefit', 'ecological', '草原综合植被盖度', 'Vegetation cover of grassland', '%', '>=', 'quantitative', 'proportional', '{}', 15, '{}', '草原生态保护补助奖励'),
    ('GRASS.herders', 'grassland', 'output', 'quantity', '受益牧户数', 'Herding households that benefit', '户', '>=', 'quantitative', 'proportional', '{}', 10, '{beneficiaries}', '草原生态保护补助奖励'),
    ('GRASS.satisfaction', 'grassland', 'satisfaction', 'satisfaction', '农牧民满意度', 'Satisfaction of farmers and herders', '%', '>=', 'quantitative', 'proportional', '{}', 10, '{}', '草原生态保护补助奖励'),
    ('HEALTH.visits', 'health', 'output', 'quantity', '服务人次', 'Visits served', '人次', '>=', 'quantitative', 'proportional', '{}', 15, '{beneficiaries}', '行业通用'),
    ('HEALTH.records', 'health', 'output', 'quality', '居民健康档案规范化管理率', 'Rate of health records kept properly', '%', '>=', 'quantitative', 'proportional', '{}', 15, '{}', '基本公共卫生服务'),
    ('HEALTH.vaccination', 'health', 'output', 'quality', '适龄儿童疫苗接种率', 'Rate of children vaccinated', '%', '>=', 'quantitative', 'threshold', '{}', 10, '{}', '基本公共卫生服务'),
    ('HEALTH.mortality', 'health', 'benefit', 'social', '孕产妇死亡率', 'Maternal mortality', '1/10万', '<=', 'quantitative', 'proportional', '{}', 10, '{}', '行业通用'),
    ('HEALTH.satisfaction', 'health', 'satisfaction', 'satisfaction', '患者满意度', 'Satisfaction of patients', '%', '>=', 'quantitative', 'proportional', '{}', 10, '{}', '行业通用'),
    ('WELFARE.people', 'welfare', 'output', 'quantity', '救助保障人数', 'People supported', '人', '>=', 'quantitative', 'proportional', '{}', 20, '{beneficiaries}', '行业通用'),
    ('WELFARE.paid', 'welfare', 'output', 'timeliness', '补助资金按时发放率', 'Rate of benefits paid in time', '%', '=', 'quantitative', 'proportional', '{}', 10, '{}', '行业通用'),
    ('WELFARE.errors', 'welfare', 'output', 'quality', '错发漏发率', 'Rate of wrong or missing payments', '%', '<=', 'quantitative', 'threshold', '{}', 10, '{}', '行业通用'),
    ('WELFARE.satisfaction', 'welfare', 'satisfaction', 'satisfaction', '救助对象满意度', 'Satisfaction of those supported', '%', '>=', 'quantitative', 'proportional', '{}', 10, '{}', '行业通用')
  ) AS l(code, sector, level1, level2, zh, en, measure, direction, kind, method, parameters, weight, tags, provenance)
  LEFT JOIN (VALUES ('项', 'items'), ('人', 'people'), ('户', 'households'), ('人次', 'visits'), ('吨', 'tonnes'), ('公里', 'km'),
    ('分钟', 'minutes'), ('万元', 'ten thousand yuan'), ('万元/公里', 'ten thousand yuan per km'), ('吨标准煤/万元', 'tonnes of coal equivalent per ten thousand yuan'), ('万亩', 'ten thousand mu'), ('1/10万', 'per 100,000')) AS m(measure, english) ON m.measure = l.measure;

INSERT INTO @ledger@.indicator (indicator_id, indicator, sector, level1, level2, name_zh, name_en, measure, direction, kind, method, parameters, weight, tags, provenance, from_year, profile)
SELECT pg_catalog.nextval('@ledger@.indicator_seq'), code, sector, level1, level2, zh, en, measure, '>=', 'quantitative', 'proportional', '{}', weight, '{}', provenance, 1949, 'hebei'
  FROM (VALUES
    ('EDU.satisfaction', 'education', 'satisfaction', 'satisfaction', '学生满意度', 'Satisfaction of students', '%', 10, '河北: 教育类项目按学生满意度评分; 按完成比例计分和分值为本软件默认'),
    ('HEB.parents', 'education', 'satisfaction', 'satisfaction', '家长满意度', 'Satisfaction of parents', '%', 5, '河北省绩效指标库; 指标和分值为本软件默认'),
    ('HEB.standard', 'education', 'output', 'quality', '办学条件达标率', 'Rate of schools up to standard', '%', 10, '河北省绩效指标库; 指标和分值为本软件默认')
  ) AS l(code, sector, level1, level2, zh, en, measure, weight, provenance);

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.indicator
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.indicator
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.indicator ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.indicator FOR SELECT
  USING (division IS NULL OR budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, NULL));

CREATE FUNCTION @ledger@.profile_in_year(division text, fiscal_year integer) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT b.profile FROM @ledger@.profile_binding b
   WHERE b.division OPERATOR(budgetpm.@>) profile_in_year.division::budgetpm.budget_code AND EXTRACT(year FROM b.valid_from) <= profile_in_year.fiscal_year
     AND (b.valid_to IS NULL OR EXTRACT(year FROM b.valid_to) > profile_in_year.fiscal_year)
   ORDER BY b.division::text COLLATE "C" DESC, b.valid_from DESC LIMIT 1;
END;
COMMENT ON FUNCTION @ledger@.profile_in_year(text, integer) IS
  'The profile whose indicators and rules of performance a division (its tree key) has in a fiscal year: that of the nearest binding in force at the year''s end; null without one. For library() and advise_budget(). Errors: 22P02 no tree key.';

CREATE FUNCTION @ledger@.library(fiscal_year integer, division text DEFAULT NULL, sector text DEFAULT NULL)
RETURNS TABLE (indicator text, sector text, level1 text, level2 text, name_zh text, name_en text, measure text, direction text,
  kind text, method text, parameters jsonb, weight numeric, tags text[], provenance text, owner text, from_year integer, measure_en text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 100
BEGIN ATOMIC
  SELECT x.indicator, x.sector, x.level1, x.level2, x.name_zh, x.name_en, x.measure, x.direction, x.kind, x.method, x.parameters,
         x.weight, x.tags, x.provenance, x.owner, x.from_year, x.measure_en
    FROM (SELECT DISTINCT ON (i.indicator) i.*, COALESCE(o.official_code, 'profile ' || i.profile, 'general') AS owner
            FROM @ledger@.indicator i
            LEFT JOIN @ledger@.division o ON o.code OPERATOR(budgetpm.=) i.division
            LEFT JOIN @ledger@.division d ON d.official_code = library.division
           WHERE i.from_year <= library.fiscal_year
             AND (i.division IS NULL OR i.division OPERATOR(budgetpm.@>) d.code)
             AND (i.profile IS NULL OR i.profile = @ledger@.profile_in_year(d.code::text, library.fiscal_year))
           ORDER BY i.indicator, i.division::text COLLATE "C" DESC NULLS LAST, i.profile NULLS LAST, i.from_year DESC) AS x
   WHERE x.active AND (library.sector IS NULL OR x.sector = library.sector) AND (library.division IS NULL OR (SELECT budgetpm.division_key('@ledger@.ledger'::pg_catalog.regclass, library.division)) IS NOT NULL);
END;
COMMENT ON FUNCTION @ledger@.library(integer, text, text) IS
  'The indicators (绩效指标库) that a division (official code; NULL: the general ones) uses in a fiscal year, of one sector or all: of each the row of the nearest division, else that of the profile, else the general one. weight in points. Errors: 23503 division.';

CREATE FUNCTION @ledger@.indicator_row(indicator text, definition jsonb)
RETURNS TABLE (sector text, level1 text, level2 text, name_zh text, name_en text, measure text, direction text, kind text, method text,
  parameters jsonb, weight numeric, tags text[], provenance text, active boolean, measure_en text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT COALESCE(d ->> 'sector', i.sector), COALESCE(d ->> 'level1', i.level1), COALESCE(d ->> 'level2', i.level2), COALESCE(d ->> 'name_zh', i.name_zh),
         COALESCE(d ->> 'name_en', i.name_en, d ->> 'name_zh'), COALESCE(d ->> 'measure', i.measure),
         CASE COALESCE(d ->> 'direction', i.direction, '>=') WHEN '≥' THEN '>=' WHEN '≤' THEN '<=' ELSE COALESCE(d ->> 'direction', i.direction, '>=') END,
         COALESCE(d ->> 'kind', i.kind, 'quantitative'), COALESCE(d ->> 'method', i.method, CASE d ->> 'kind' WHEN 'qualitative' THEN 'qualitative' ELSE 'proportional' END),
         COALESCE(d -> 'parameters', CASE WHEN d ->> 'method' IS NULL OR d ->> 'method' = i.method THEN i.parameters END, '{}'),
         CASE WHEN pg_catalog.jsonb_typeof(d -> 'weight') = 'number' THEN (d ->> 'weight')::numeric WHEN NOT d ? 'weight' THEN i.weight END,
         CASE WHEN pg_catalog.jsonb_typeof(d -> 'tags') = 'array' THEN ARRAY(SELECT pg_catalog.jsonb_array_elements_text(d -> 'tags')) ELSE COALESCE(i.tags, '{}') END,
         COALESCE(d ->> 'provenance', i.provenance), COALESCE(d -> 'active' <> 'false', i.active, true),
         COALESCE(d ->> 'measure_en', CASE WHEN d ->> 'measure' IS NULL OR d ->> 'measure' = i.measure THEN i.measure_en END)
    FROM (SELECT indicator_row.definition) AS x(d)
    LEFT JOIN LATERAL (SELECT * FROM @ledger@.indicator o WHERE o.indicator = indicator_row.indicator
                        ORDER BY o.division::text COLLATE "C" NULLS FIRST, o.profile NULLS FIRST, o.from_year DESC LIMIT 1) AS i ON true;
END;
COMMENT ON FUNCTION @ledger@.indicator_row(text, jsonb) IS
  'Internal: an indicator as it would be defined, what is left out taken from the newest general row of its code.';

CREATE FUNCTION @ledger@.method_misfits(kind text, method text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE method_misfits.kind WHEN 'qualitative' THEN method_misfits.method IN ('proportional', 'ratio', 'threshold', 'progressive', 'tiers', 'execution')
                                WHEN 'quantitative' THEN method_misfits.method IN ('qualitative', 'direct', 'execution') ELSE false END;
COMMENT ON FUNCTION @ledger@.method_misfits(text, text) IS
  'Internal: whether a known method of scoring is none for an indicator of that kind: points that are given need no target, computed ones need a number, and execution is the budget''s own.';

CREATE FUNCTION @ledger@.indicator_problems(indicator text, definition jsonb)
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT NULL, f.problem, f.hint
    FROM @ledger@.indicator_row(indicator_problems.indicator, CASE WHEN pg_catalog.jsonb_typeof(indicator_problems.definition) = 'object' THEN indicator_problems.definition ELSE '{}' END) AS r
    CROSS JOIN LATERAL (
      SELECT 'the definition is not an object', NULL WHERE pg_catalog.jsonb_typeof(indicator_problems.definition) <> 'object'
      UNION ALL
      SELECT pg_catalog.format('code "%s" is not 1 to 60 of A-Z, a-z, 0-9, "_", "." and "-"', indicator_problems.indicator), NULL WHERE indicator_problems.indicator !~ '^[A-Za-z0-9_.-]{1,60}$'
      UNION ALL
      SELECT pg_catalog.format('there is no member "%s"', k), 'Members are sector, level1, level2, name_zh, name_en, measure, measure_en, direction, kind, method, parameters, weight, tags, provenance and active.'
        FROM pg_catalog.jsonb_object_keys(CASE WHEN pg_catalog.jsonb_typeof(indicator_problems.definition) = 'object' THEN indicator_problems.definition ELSE '{}' END) AS k
       WHERE k NOT IN ('sector', 'level1', 'level2', 'name_zh', 'name_en', 'measure', 'measure_en', 'direction', 'kind', 'method', 'parameters', 'weight', 'tags', 'provenance', 'active')
      UNION ALL
      SELECT 'it has no sector', NULL WHERE r.sector IS NULL
      UNION ALL
      SELECT 'it has no name_zh', NULL WHERE r.name_zh IS NULL
      UNION ALL
      SELECT pg_catalog.format('%s is no text of 1 to %s characters', x.key, x.longest), NULL
        FROM (VALUES ('sector', 40), ('name_zh', 200), ('name_en', 200), ('measure', 20), ('provenance', 200)) AS x(key, longest)
       WHERE pg_catalog.jsonb_typeof(indicator_problems.definition) = 'object' AND indicator_problems.definition -> x.key <> 'null'
         AND NOT budgetpm.is_text(indicator_problems.definition -> x.key, x.longest)
      UNION ALL
      SELECT 'its tags are no array of texts of 1 to 40 characters', 'Such as ["beneficiaries"].'
       WHERE pg_catalog.jsonb_typeof(indicator_problems.definition) = 'object' AND indicator_problems.definition -> 'tags' <> 'null'
         AND NOT CASE WHEN pg_catalog.jsonb_typeof(indicator_problems.definition -> 'tags') = 'array'
                      THEN NOT EXISTS (SELECT FROM pg_catalog.jsonb_array_elements(indicator_problems.definition -> 'tags') AS t(tag) WHERE NOT budgetpm.is_text(t.tag, 40)) ELSE false END
      UNION ALL
      SELECT pg_catalog.format('level 2 cannot be %L below %L', r.level2, r.level1), 'Below output: quantity, quality, timeliness, cost; benefit: economic, social, ecological, sustained; satisfaction: satisfaction; cost: cost, economic, social, ecological.'
       WHERE NOT COALESCE(r.level2 = ANY (CASE r.level1 WHEN 'output' THEN ARRAY['quantity', 'quality', 'timeliness', 'cost']
         WHEN 'benefit' THEN ARRAY['economic', 'social', 'ecological', 'sustained'] WHEN 'satisfaction' THEN ARRAY['satisfaction']
         WHEN 'cost' THEN ARRAY['cost', 'economic', 'social', 'ecological'] END), false)
      UNION ALL
      SELECT pg_catalog.format('kind cannot be "%s"', r.kind), 'It is quantitative or qualitative.' WHERE r.kind NOT IN ('quantitative', 'qualitative')
      UNION ALL
      SELECT pg_catalog.format('a %s indicator is not scored by method %s', r.kind, r.method), 'A qualitative indicator is scored by qualitative or direct, a quantitative one by the others; what was paid of the budget is scored beside them.'
       WHERE @ledger@.method_misfits(r.kind, r.method)
      UNION ALL
      SELECT 'a quantitative indicator has a measure', NULL WHERE r.kind = 'quantitative' AND r.measure IS NULL
      UNION ALL
      SELECT 'measure_en has more than 60 characters', NULL WHERE pg_catalog.length(r.measure_en) > 60
      UNION ALL
      SELECT 'its weight is not a number above 0 with two decimals at most', NULL
       WHERE pg_catalog.jsonb_typeof(indicator_problems.definition) = 'object' AND indicator_problems.definition ? 'weight'
         AND (r.weight IS NULL OR r.weight <= 0 OR r.weight > 1000 OR pg_catalog.min_scale(r.weight) > 2)
      UNION ALL
      SELECT budgetpm.scoring_fault(r.method, r.direction, 1, CASE WHEN r.method = 'qualitative' THEN 10 ELSE 1 END, 10,
               CASE WHEN r.method = 'qualitative' THEN r.parameters || '{"level": "achieved"}' WHEN r.method = 'progressive' THEN '{"full": 1}' || r.parameters ELSE r.parameters END), NULL
    ) AS f(problem, hint)
   WHERE f.problem IS NOT NULL;
END;
COMMENT ON FUNCTION @ledger@.indicator_problems(text, jsonb) IS 'Internal: everything that keeps a definition from being an indicator.';

CREATE FUNCTION @ledger@.define_indicator(indicator text, from_year integer, definition jsonb, division text DEFAULT NULL, profile text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.define_indicator('@ledger@.ledger'::pg_catalog.regclass, indicator, from_year, definition, division, profile);
END;
COMMENT ON FUNCTION @ledger@.define_indicator(text, integer, jsonb, text, text) IS
  'Adds an indicator to the library, or says what it is from a year on, in general, in a profile or in a division and below; returns the number of the row. definition has sector, level1, level2, name_zh, name_en, measure, measure_en (in English), direction, kind, method, parameters, weight, tags, provenance and active; what it leaves out stays as the row before it of the library has it. Errors: 22023 with every fault, 23503 division, 23505 the year has one, ZB008 duty.';
