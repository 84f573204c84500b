-- registry: the functions behind divisions, units, classifications, profiles and projects

CREATE FUNCTION budgetpm.division_key(ledger pg_catalog.regclass, division pg_catalog.text)
RETURNS budgetpm.budget_code
LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_division_key';
COMMENT ON FUNCTION budgetpm.division_key(pg_catalog.regclass, pg_catalog.text) IS
  'Tree key of the division (财政区划) that bears an official code now. 23503 if none does, with its successor when it was merged or moved.';

CREATE FUNCTION budgetpm.unit_key(ledger pg_catalog.regclass, unit pg_catalog.text)
RETURNS budgetpm.budget_code
LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_unit_key';
COMMENT ON FUNCTION budgetpm.unit_key(pg_catalog.regclass, pg_catalog.text) IS
  'Tree key of the unit (预算单位) that bears an official code now. 23503 if none does, with its successor when it was merged or moved.';

CREATE FUNCTION budgetpm.check_classification(ledger pg_catalog.regclass, scheme pg_catalog.text, fiscal_year pg_catalog.int4, code pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_check_classification';
COMMENT ON FUNCTION budgetpm.check_classification(pg_catalog.regclass, pg_catalog.text, pg_catalog.int4, pg_catalog.text) IS
  'True when a line of the year may carry the code (科目). 23503 when its edition has no such code, with the successors by the cross-walk; 22023 when only lowest-level codes may stand on a line.';

CREATE FUNCTION budgetpm.project_key(ledger pg_catalog.regclass, project pg_catalog.text)
RETURNS pg_catalog.int8
LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_project_key';
COMMENT ON FUNCTION budgetpm.project_key(pg_catalog.regclass, pg_catalog.text) IS
  'Number of the project that bears an official code, whoever may read it. 23503 when there is none.';

CREATE FUNCTION budgetpm.check_elements(ledger pg_catalog.regclass, fiscal_year pg_catalog.int4, elements pg_catalog.jsonb)
RETURNS pg_catalog.bool
LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_check_elements';
COMMENT ON FUNCTION budgetpm.check_elements(pg_catalog.regclass, pg_catalog.int4, pg_catalog.jsonb) IS
  'True when a line of the year may carry the elements (核算要素). 22023 for an unknown or missing key or a value of the wrong kind, 23503 for a code that does not exist.';

CREATE FUNCTION budgetpm.setting(ledger pg_catalog.regclass, division pg_catalog.text, key pg_catalog.text, as_of pg_catalog.date)
RETURNS pg_catalog.jsonb
LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_setting';
COMMENT ON FUNCTION budgetpm.setting(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.date) IS
  'Setting that holds in a division on a day: of the nearest profile upwards that has the key, then of profile standard; NULL when no profile has it. 23503 for an unknown division.';

CREATE FUNCTION budgetpm.known_settings(OUT key pg_catalog.text, OUT meaning pg_catalog.text, OUT expected pg_catalog.text, OUT used_by pg_catalog.text)
RETURNS SETOF pg_catalog.record
LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 80 AS 'MODULE_PATHNAME', 'bpm_known_settings';
COMMENT ON FUNCTION budgetpm.known_settings() IS
  'Every setting of profiles (地区配置参数) that has a name of this library: its key (a last part * stands for any), what it means, what it must be, and what uses it with the value that holds without it (NULL: nothing; it is kept and shown). Registering a profile is checked by this list. Other keys begin with a word of one''s own.';

CREATE FUNCTION budgetpm.check_setting() RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_check_setting';
COMMENT ON FUNCTION budgetpm.check_setting() IS
  'Refuses a row of profile_setting that register_profile() would not have stored, whoever writes it. 22023 with every fault.';

CREATE FUNCTION budgetpm.profile_version(ledger pg_catalog.regclass, profile pg_catalog.text, version pg_catalog.int4)
RETURNS pg_catalog.int4
LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_profile_version';
COMMENT ON FUNCTION budgetpm.profile_version(pg_catalog.regclass, pg_catalog.text, pg_catalog.int4) IS
  'The version of a profile (地区配置) that is meant: the newest when version is NULL. 23503 when there is none.';

CREATE FUNCTION budgetpm.register_division(ledger pg_catalog.regclass, official_code pg_catalog.text, name pg_catalog.text, parent pg_catalog.text, level pg_catalog.int4, valid_from pg_catalog.date, document pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_register_division';
COMMENT ON FUNCTION budgetpm.register_division(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.date, pg_catalog.text) IS
  'Makes a division and returns its tree key. 22023 for a code of another width than the root has, or a level that does not fit; 23503 for an unknown parent; 23505 for a code in use.';

CREATE FUNCTION budgetpm.rename_division(ledger pg_catalog.regclass, official_code pg_catalog.text, name pg_catalog.text, valid_from pg_catalog.date, document pg_catalog.text, new_official_code pg_catalog.text)
RETURNS pg_catalog.void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_rename_division';
COMMENT ON FUNCTION budgetpm.rename_division(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.date, pg_catalog.text, pg_catalog.text) IS
  'Gives a division another name or official code from a day on; the old ones stay in its history. 22023 for a day before its present state or after today.';

CREATE FUNCTION budgetpm.move_division(ledger pg_catalog.regclass, official_code pg_catalog.text, to_parent pg_catalog.text, valid_from pg_catalog.date, document pg_catalog.text, new_official_code pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_move_division';
COMMENT ON FUNCTION budgetpm.move_division(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.date, pg_catalog.text, pg_catalog.text) IS
  'Moves a division with what is below it under another one: new nodes with new tree keys, the old ones end and name them; its units follow. Returns the new tree key.';

CREATE FUNCTION budgetpm.merge_divisions(ledger pg_catalog.regclass, official_codes pg_catalog.text[], into_code pg_catalog.text, valid_from pg_catalog.date, document pg_catalog.text)
RETURNS pg_catalog.int4
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_merge_divisions';
COMMENT ON FUNCTION budgetpm.merge_divisions(pg_catalog.regclass, pg_catalog.text[], pg_catalog.text, pg_catalog.date, pg_catalog.text) IS
  'Merges divisions (撤并) into one that exists; what stands below them and their units go there. Returns how many ended.';

CREATE FUNCTION budgetpm.close_division(ledger pg_catalog.regclass, official_code pg_catalog.text, valid_from pg_catalog.date)
RETURNS pg_catalog.void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_close_division';
COMMENT ON FUNCTION budgetpm.close_division(pg_catalog.regclass, pg_catalog.text, pg_catalog.date) IS
  'Ends a division that nothing belongs to any more. 23503 when a division or unit still does.';

CREATE FUNCTION budgetpm.register_unit(ledger pg_catalog.regclass, official_code pg_catalog.text, name pg_catalog.text, division pg_catalog.text, parent pg_catalog.text, kind pg_catalog.text, valid_from pg_catalog.date, document pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_register_unit';
COMMENT ON FUNCTION budgetpm.register_unit(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.date, pg_catalog.text) IS
  'Makes a budget unit and returns its tree key. 22023 for a malformed code or a kind that cannot stand there; 23503 for an unknown division or parent; 23505 for a code in use.';

CREATE FUNCTION budgetpm.rename_unit(ledger pg_catalog.regclass, official_code pg_catalog.text, name pg_catalog.text, valid_from pg_catalog.date, document pg_catalog.text, new_official_code pg_catalog.text)
RETURNS pg_catalog.void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_rename_unit';
COMMENT ON FUNCTION budgetpm.rename_unit(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.date, pg_catalog.text, pg_catalog.text) IS
  'Gives a unit another name or official code from a day on; the old ones stay in its history.';

CREATE FUNCTION budgetpm.move_unit(ledger pg_catalog.regclass, official_code pg_catalog.text, to_parent pg_catalog.text, valid_from pg_catalog.date, document pg_catalog.text, new_official_code pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_move_unit';
COMMENT ON FUNCTION budgetpm.move_unit(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.date, pg_catalog.text, pg_catalog.text) IS
  'Moves a unit with what is below it under another one, or to the top when to_parent is NULL: new nodes with new tree keys. Returns the new tree key.';

CREATE FUNCTION budgetpm.merge_units(ledger pg_catalog.regclass, official_codes pg_catalog.text[], into_code pg_catalog.text, valid_from pg_catalog.date, document pg_catalog.text)
RETURNS pg_catalog.int4
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_merge_units';
COMMENT ON FUNCTION budgetpm.merge_units(pg_catalog.regclass, pg_catalog.text[], pg_catalog.text, pg_catalog.date, pg_catalog.text) IS
  'Merges units into one that exists; what stands below them goes there. Returns how many ended.';

CREATE FUNCTION budgetpm.close_unit(ledger pg_catalog.regclass, official_code pg_catalog.text, valid_from pg_catalog.date)
RETURNS pg_catalog.void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_close_unit';
COMMENT ON FUNCTION budgetpm.close_unit(pg_catalog.regclass, pg_catalog.text, pg_catalog.date) IS
  'Ends a unit that has none below it. 23503 when it has.';

CREATE FUNCTION budgetpm.register_scheme(ledger pg_catalog.regclass, scheme pg_catalog.text, name pg_catalog.text, widths pg_catalog.int8[], leaf_only pg_catalog.bool)
RETURNS pg_catalog.void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_register_scheme';
COMMENT ON FUNCTION budgetpm.register_scheme(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.int8[], pg_catalog.bool) IS
  'Makes a classification scheme. 22023 for widths that make no code of 1 to 17 digits, 23505 for a scheme that exists.';

CREATE FUNCTION budgetpm.load_classification(ledger pg_catalog.regclass, scheme pg_catalog.text, edition pg_catalog.int4, first_year pg_catalog.int4, items pg_catalog.jsonb, source pg_catalog.text)
RETURNS pg_catalog.int4
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_load_classification';
COMMENT ON FUNCTION budgetpm.load_classification(pg_catalog.regclass, pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb, pg_catalog.text) IS
  'Loads codes, [{"code", "name"}], into an edition, making it where it is new and ending the one before it; returns how many. All or nothing: 22023 for a malformed code, 23505 for a double one, 23503 for one with nothing above it.';

CREATE FUNCTION budgetpm.add_walk(ledger pg_catalog.regclass, scheme pg_catalog.text, from_edition pg_catalog.int4, from_code pg_catalog.text, to_edition pg_catalog.int4, to_code pg_catalog.text, share pg_catalog.numeric)
RETURNS pg_catalog.void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_add_walk';
COMMENT ON FUNCTION budgetpm.add_walk(pg_catalog.regclass, pg_catalog.text, pg_catalog.int4, pg_catalog.text, pg_catalog.int4, pg_catalog.text, pg_catalog.numeric) IS
  'Adds a row to a cross-walk. 23503 for codes that the editions do not have, 23514 when the shares of the old code would make more than 1.';

CREATE FUNCTION budgetpm.register_profile(ledger pg_catalog.regclass, profile pg_catalog.text, title pg_catalog.text, content pg_catalog.jsonb)
RETURNS pg_catalog.int4
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_register_profile';
COMMENT ON FUNCTION budgetpm.register_profile(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) IS
  'Stores the next version of a profile and returns its number. Content is {"settings": {key: {"value", "name"}}, "categories": [{"category", "name", "parent"}]}; 22023 with every fault when it is not, or a setting is not what known_settings() says.';

CREATE FUNCTION budgetpm.apply_profile(ledger pg_catalog.regclass, profile pg_catalog.text, division pg_catalog.text, valid_from pg_catalog.date, version pg_catalog.int4)
RETURNS pg_catalog.int4
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_apply_profile';
COMMENT ON FUNCTION budgetpm.apply_profile(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.date, pg_catalog.int4) IS
  'Binds a profile to a division and what stands below it, from a day until the next binding; returns the version. 23505 when another one begins that day, 23503 for an unknown profile or division.';

CREATE FUNCTION budgetpm.register_project(ledger pg_catalog.regclass, official_code pg_catalog.text, name pg_catalog.text, unit pg_catalog.text, category pg_catalog.text, setup_year pg_catalog.int4, parent pg_catalog.text)
RETURNS pg_catalog.int8
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_register_project';
COMMENT ON FUNCTION budgetpm.register_project(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.text) IS
  'Makes a project and returns its id. 23503 for an unknown unit, parent or category, 23505 for a code in use.';

-- What a profile says begins here: numbers of the five requirement documents, and for
-- standard what the Budget Law and the Ministry of Finance say of every place.  A ledger
-- stores them as version 1 when it is made; changes there are new versions there.
CREATE FUNCTION budgetpm.profile_sources(OUT profile pg_catalog.text, OUT title pg_catalog.text, OUT content pg_catalog.jsonb)
RETURNS SETOF pg_catalog.record
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6 AS $source$
VALUES
('standard'::pg_catalog.text, '全国通用基准'::pg_catalog.text, '{"settings": {
  "registry.widths.division": {"value": [2, 2, 2, 3], "name": "区划各级位数"},
  "registry.widths.function": {"value": [3, 2, 2], "name": "支出功能分类类款项位数"},
  "registry.widths.gov_economic": {"value": [3, 2], "name": "政府预算支出经济分类位数"},
  "registry.widths.dept_economic": {"value": [3, 2], "name": "部门预算支出经济分类位数"},
  "registry.widths.unit": {"value": 21, "name": "预算单位代码最大位数"},
  "registry.widths.project": {"value": 21, "name": "项目代码最大位数"},
  "registry.languages": {"value": ["zh"], "name": "界面语言"},
  "planning.rounds": {"value": 2, "name": "两上两下"},
  "planning.flow": {"value": "two_up_two_down", "name": "部门预算编制审批流"},
  "planning.draft_flow": {"value": "budget_draft", "name": "预算草案报批流"},
  "planning.deadline.finance_to_department": {"value": 20, "name": "财政部门向部门批复期限（日）"},
  "planning.deadline.department_to_unit": {"value": 15, "name": "部门向单位批复期限（日）"},
  "planning.deadline.general_transfer": {"value": 30, "name": "一般性转移支付下达期限（日）"},
  "planning.deadline.earmarked_transfer": {"value": 60, "name": "专项转移支付下达期限（日）"},
  "planning.deadline.disclosure": {"value": 20, "name": "批复后公开期限（日）"},
  "workflow.deadline_reminder_days": {"value": 3, "name": "法定期限提前提醒（日）"},
  "workflow.local_forms": {"value": false, "name": "单位自行配置表单"},
  "workflow.flow.payment": {"value": "payment_request", "name": "用款支付审批流"},
  "workflow.flow.virement": {"value": "virement", "name": "预算调剂审批流"},
  "workflow.flow.supplement": {"value": "supplement", "name": "预算追加审批流"},
  "workflow.flow.payment_correction": {"value": "payment_correction", "name": "支付更正审批流"},
  "workflow.flow.rectification": {"value": "rectification", "name": "整改流程"},
  "workflow.flow.project_admission": {"value": "project_admission", "name": "项目入库审批流"},
  "workflow.flow.project_acceptance": {"value": "project_acceptance", "name": "项目验收审批流"},
  "performance.total": {"value": 90, "name": "指标总分"},
  "performance.execution_weight": {"value": 10, "name": "预算执行率分值"},
  "performance.level_weights": {"value": [{"output": 50, "benefit": 30, "satisfaction": 10}, {"output": 40, "cost": 20, "benefit": 20, "satisfaction": 10}], "name": "一级指标分值：产出50、效益30、满意度10；设成本指标时产出40、成本20、效益20、满意度10"},
  "performance.cutoffs": {"value": [90, 80, 60], "name": "优、良、中的分数线"},
  "performance.blending": {"value": {}, "name": "各评价主体得分占比：空为取最独立的一个"},
  "performance.execution_plan": {"value": "pro_rata", "name": "月度、季度评价的执行率按序时进度"},
  "performance.custom_weights": {"value": true, "name": "允许自定义指标权重"},
  "performance.deviation": {"value": 1.3, "name": "实际值达到指标值130%须说明原因（广西）"},
  "performance.ladder": {"value": [["04-30", 25], ["06-30", 40], ["08-31", 60], ["10-31", 80]], "name": "执行率预警线：4、6、8、10月末25%、40%、60%、80%（四川）"},
  "performance.monitoring_gap": {"value": 10, "name": "目标完成与执行率相差10个百分点预警（四川）"},
  "performance.answer_days": {"value": 15, "name": "评价结果整改反馈期限（日，默认值，可改）"},
  "project.signal.dimensions": {"value": ["payment", "contract", "delivery", "schedule", "indicator"], "name": "支付进度、合同履约、物资到位、形象进度、绩效指标"},
  "project.signal.execution": {"value": {"red_below": 0.6, "yellow_below": 0.8, "blue_from": 1.2, "start_month": 3, "over_budget": "yellow"}, "name": "执行进度预警线"},
  "project.signal.contract": {"value": {"red_below": 0.6, "yellow_below": 0.8, "red_days": 30, "yellow_days": 1}, "name": "合同履约预警线"},
  "project.signal.delivery": {"value": {"red_below": 0.6, "yellow_below": 0.8}, "name": "物资到位预警线"},
  "project.signal.schedule": {"value": {"red_below": 0.6, "yellow_below": 0.8, "blue_from": 1.2}, "name": "形象进度预警线"},
  "project.signal.indicator": {"value": {"red_below": 0.6, "yellow_below": 0.8, "blue_from": 1.2, "start_month": 3}, "name": "绩效指标预警线"},
  "project.signal.weights": {"value": {"payment": 20, "contract": 20, "delivery": 20, "schedule": 20, "indicator": 20}, "name": "综合得分权重"},
  "project.signal.colours": {"value": [{"colour": "blue", "name": "蓝"}, {"colour": "green", "name": "绿"}, {"colour": "yellow", "name": "黄"}, {"colour": "red", "name": "红"}], "name": "预警颜色"},
  "project.signal.actions": {"value": {"blue": "none", "green": "none", "yellow": "intervention", "red": "audit"}, "name": "黄色人工干预，红色审计介入"},
  "project.signal.flows": {"value": {"intervention": "project_intervention", "audit": "project_audit", "rectification": "rectification"}, "name": "预警处置流程"},
  "project.similar": {"value": {"name": 50, "place": 20, "unit": 10, "years": 10, "amount": 10, "near": 1000}, "name": "重复申报比对权重，邻近距离（米）"},
  "project.idle_months": {"value": 6, "name": "资金沉淀月数"},
  "project.pool_required": {"value": true, "name": "先有项目再安排预算"},
  "project.suspended_held": {"value": true, "name": "暂停项目不拨付"},
  "project.take_over_until": {"value": null, "name": "在建项目移交截止日"}
 },
 "categories": [{"category": "1", "name": "人员类"}, {"category": "2", "name": "运转类"}, {"category": "3", "name": "特定目标类"}]}'::pg_catalog.jsonb),
('jiangsu'::pg_catalog.text, '江苏省预算项目管理'::pg_catalog.text, '{"settings": {
  "planning.rounds": {"value": 3, "name": "三上三下"},
  "planning.flow": {"value": "three_up_three_down", "name": "部门预算编制审批流：三上三下"},
  "planning.submission_levels": {"value": ["department", "unit", "project"], "name": "部门、单位、项目三级申报"},
  "planning.growth_flag": {"value": {"years": 3, "ratio": 0.15, "mean": "arithmetic", "action": "explain"}, "name": "近三年平均支出增长率超过15%须说明原因"},
  "planning.history_years": {"value": 3, "name": "同类项目历史数据年数"},
  "planning.baseline.cycle_days": {"value": 45, "name": "原预算编制周期（日）"},
  "planning.goal.cycle_days": {"value": 25, "name": "预算编制周期目标（日）"},
  "project.signal.dimensions": {"value": ["payment", "contract", "delivery"], "name": "支付进度、合同履约、物资到位"},
  "project.signal.colours": {"value": [{"colour": "green", "name": "绿"}, {"colour": "yellow", "name": "黄"}, {"colour": "red", "name": "红"}], "name": "红黄绿三色"},
  "project.signal.actions": {"value": {"green": "none", "yellow": "intervention", "red": "audit"}, "name": "黄色人工干预，红色审计介入"},
  "ledger.goal.deviation": {"value": 0.05, "name": "执行偏差率目标"},
  "insight.drill_levels": {"value": [1, 2, 3, 4], "name": "省到街道逐层下钻"},
  "exchange.parallel_run_months": {"value": 1, "name": "双轨运行期（月）"}
 },
 "categories": []}'::pg_catalog.jsonb),
('inner_mongolia'::pg_catalog.text, '内蒙古自治区预算项目管理'::pg_catalog.text, '{"settings": {
  "registry.languages": {"value": ["zh", "mn"], "name": "界面语言：中文、蒙古语"},
  "planning.compilation_levels": {"value": [1, 2, 3], "name": "自治区、盟市、旗县逐级汇总编制"},
  "access.read_down": {"value": true, "name": "盟市可查看所辖旗县"},
  "access.write_down": {"value": false, "name": "盟市不得越权修改旗县数据"},
  "access.protection_level": {"value": 3, "name": "等级保护三级"},
  "workflow.local_forms": {"value": true, "name": "基层自行配置表单和审批流"},
  "workflow.flow.project_admission": {"value": "project_admission", "name": "项目入库：专家评审与公示"},
  "workflow.goal.approval_time": {"value": -0.3, "name": "平均审批时长缩短30%"},
  "ledger.goal.deviation": {"value": 0.05, "name": "执行偏差率目标"}
 },
 "categories": [{"category": "nm01", "name": "草原生态保护", "parent": "3"}, {"category": "nm02", "name": "边境建设补助", "parent": "3"}, {"category": "nm03", "name": "民族团结进步示范工程", "parent": "3"}]}'::pg_catalog.jsonb),
('hebei'::pg_catalog.text, '河北省预算项目管理'::pg_catalog.text, '{"settings": {
  "registry.schemes": {"value": [{"scheme": "hebei_item", "name": "河北省预算科目（地方扩展）", "widths": [3, 2, 2, 2], "leaf_only": true}], "name": "地方预算科目编码"},
  "registry.widths.hebei_item": {"value": [3, 2, 2, 2], "name": "地方预算科目各级位数（默认值，可改）"},
  "ledger.overspend_reminder": {"value": 0.05, "name": "超支5%提醒"},
  "planning.share_ceilings": {"value": [], "name": "支出占比上限（由财政部门设置）"},
  "performance.custom_weights": {"value": true, "name": "支持自定义指标权重"},
  "performance.sector_indicators": {"value": {"education": ["EDU.satisfaction"]}, "name": "教育类项目按学生满意度评分"},
  "workflow.collective_decision": {"value": {"flow": "three_majors_one_large", "name": "三重一大"}, "name": "三重一大事项集体决策"},
  "workflow.response_hours": {"value": 48, "name": "48小时内响应"},
  "access.protection_level": {"value": 2, "name": "等级保护二级"}
 },
 "categories": []}'::pg_catalog.jsonb),
('jincai'::pg_catalog.text, '金财工程'::pg_catalog.text, '{"settings": {
  "ledger.overspend_reminder": {"value": 0.1, "name": "超支率超过10%自动提醒"},
  "ledger.goal.deviation": {"value": 0.03, "name": "执行偏差率目标"},
  "planning.suggestion": {"value": {"driver": "gdp_growth", "sector": "教育"}, "name": "按GDP增长率测算教育经费增长"},
  "planning.flow": {"value": "two_up_two_down", "name": "部门预算编制审批流：两上两下"},
  "planning.goal.efficiency": {"value": 0.5, "name": "编制效率提升50%"},
  "performance.goal.target_achievement": {"value": 0.85, "name": "绩效目标达成率"}
 },
 "categories": []}'::pg_catalog.jsonb),
('key_projects'::pg_catalog.text, '财政重点项目管理'::pg_catalog.text, '{"settings": {
  "project.stages": {"value": ["proposed", "reviewed", "approved", "budgeted", "funded", "under_way", "accepted"], "name": "申报、评审、立项、预算编制、资金下达、执行、验收"},
  "workflow.flow.project_acceptance": {"value": "project_acceptance", "name": "项目验收审批流"},
  "project.report_interval_days": {"value": 1, "name": "项目单位每日上传进度"},
  "project.goal.cycle": {"value": -0.15, "name": "项目平均执行周期缩短15%"},
  "performance.third_party_interval_months": {"value": 1, "name": "第三方机构每月评估"},
  "performance.sector_indicators": {"value": {"environment": ["ENV.reduction"], "welfare": ["WELFARE.satisfaction"]}, "name": "差异化绩效指标：环保类减排量，民生类满意度"},
  "insight.deviation_reports": {"value": ["month", "quarter"], "name": "月报、季评"},
  "ledger.goal.accuracy": {"value": 0.98, "name": "资金拨付准确率"}
 },
 "categories": []}'::pg_catalog.jsonb)
$source$;
COMMENT ON FUNCTION budgetpm.profile_sources() IS
  'Profiles (地区配置) that the extension ships: standard, jiangsu 江苏, inner_mongolia 内蒙古, hebei 河北, jincai 金财, key_projects 财政重点项目.';

CREATE FUNCTION budgetpm.profile_source(profile pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $source$
SELECT s.content FROM budgetpm.profile_sources() AS s WHERE s.profile OPERATOR(pg_catalog.=) $1
$source$;
COMMENT ON FUNCTION budgetpm.profile_source(pg_catalog.text) IS
  'Content of a shipped profile, as register_profile() takes it; NULL when none of this name ships.';
