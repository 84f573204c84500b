/*
 * shapes.c
 *	  The columns that create_ledger() makes, of each table.
 */
#include "postgres.h"

#include "base/shape.h"

/* In order of names; a test holds them against a new ledger. */
const BpmTableShape bpm_shapes[] = {
	{"account",
		"chart varchar, code varchar, name varchar, side varchar, standard bool, "
	"parent varchar"},
	{"account_chart",
	"chart varchar, name varchar, division budget_code"},
	{"account_rule",
		"rule_id int4, chart varchar, kind varchar, fund_type varchar, "
		"executable bool, division budget_code, side varchar, account varchar, "
	"standard bool"},
	{"accountability",
		"evaluation_id int8, case_id int8, opened_on date, opened_by varchar, "
	"division budget_code, unit budget_code"},
	{"alert",
		"alert_id int8, fiscal_year int4, kind varchar, cap_id int4, line_id int8, "
		"posting_id int8, limit_amount amount, found_amount amount, "
		"division budget_code, unit budget_code, as_of date, state varchar, "
	"assigned_to varchar, raised_at timestamptz, ended_at timestamptz"},
	{"alert_event",
		"alert_id int8, event_no int4, action varchar, assigned_to varchar, "
		"note text, login varchar, done_at timestamptz, division budget_code, "
	"unit budget_code"},
	{"approval_case",
		"case_id int8, root_case int8, parent_case int8, "
		"parent_token int8, version_id int4, flow varchar, "
		"subject varchar, facts jsonb, division budget_code, "
		"unit budget_code, initiator varchar, state varchar, held bool, "
		"started_at timestamptz, ended_at timestamptz, "
		"suspended_at timestamptz, reminded_at timestamptz, "
	"reminders int4, events int4, visits int4, key varchar, head bytea"},
	{"approval_notice",
		"notice_id int8, draft_id int8, fiscal_year int4, division budget_code, "
		"department budget_code, unit budget_code, amount amount, requests int4, "
		"document varchar, issued_on date, issued_by varchar, received_on date, "
	"received_by varchar"},
	{"balance",
		"line_id int8, division budget_code, unit budget_code, "
		"appropriated amount, available amount, allotted amount, "
		"transferred amount, frozen amount, pending_out amount, "
		"precommitted amount, committed amount, requested amount, paid amount, "
		"withdrawn amount, carried amount, entry_no int4, posted_at timestamptz, "
		"head bytea, closed_month int2, control char, year_state char, "
	"line_state char, executable bool, caps _int4"},
	{"budget_advice",
		"advice_id int8, fiscal_year int4, division budget_code, "
		"unit budget_code, project_id int8, change numeric, amount amount, "
		"reason varchar, source varchar, given_at timestamptz, "
	"given_by varchar"},
	{"budget_approval",
		"fiscal_year int4, division budget_code, amount amount, document varchar, "
	"approved_on date, case_id int8"},
	{"calendar_day",
	"day date, working bool, name varchar"},
	{"cap",
		"cap_id int4, fiscal_year int4, name varchar, kind varchar, "
		"division budget_code, unit budget_code, listed bool, func _budget_code, "
		"gov_econ _budget_code, dept_econ _budget_code, fund_type varchar, "
		"project_id int8, basis varchar, revenue _budget_code, consumes _text, "
		"warn_ratio numeric, block_ratio numeric, slots int4, plan _amount, "
	"state varchar"},
	{"cap_balance",
		"cap_id int4, basis amount, used amount, division budget_code, "
	"unit budget_code"},
	{"cap_event",
		"event_id int8, cap_id int4, action varchar, content jsonb, document varchar, "
		"login varchar, done_at timestamptz, division budget_code, "
	"unit budget_code"},
	{"cap_member",
	"cap_id int4, line_id int8"},
	{"cap_slot",
		"cap_id int4, slot int4, basis amount, used amount, floor amount, "
	"granted amount, division budget_code, unit budget_code"},
	{"case_event",
		"case_id int8, event_no int4, action varchar, task_id int8, "
		"step varchar, to_step varchar, actor varchar, "
		"on_behalf_of varchar, to_whom varchar, login varchar, "
		"happened_at timestamptz, opinion text, details jsonb, "
		"signature text, division budget_code, unit budget_code, "
	"digest bytea"},
	{"case_token",
		"token_id int8, case_id int8, parent_token int8, step varchar, "
		"state varchar, visit int4, last_visit int4, resume varchar, "
	"resume_previous int4, division budget_code, unit budget_code"},
	{"ceiling",
		"ceiling_id int8, preparation_id int4, round int4, "
		"division budget_code, unit budget_code, func budget_code, "
		"fund_type varchar, amount amount, document varchar, "
		"issued_at timestamptz, issued_by varchar, "
	"key varchar"},
	{"classification",
		"scheme varchar, edition int4, code budget_code, official_code varchar, "
	"name varchar, is_leaf bool"},
	{"classification_edition",
		"scheme varchar, edition int4, first_year int4, last_year int4, "
	"source varchar"},
	{"classification_scheme",
	"scheme varchar, name varchar, widths _int4, leaf_only bool"},
	{"classification_walk",
		"scheme varchar, from_edition int4, from_code budget_code, "
	"to_edition int4, to_code budget_code, share numeric"},
	{"closing_decision",
		"decision_id int8, fiscal_year int4, item varchar, decision varchar, "
		"division budget_code, unit budget_code, project_id int8, line_id int8, "
	"document varchar, decided_at timestamptz, decided_by varchar"},
	{"consequence_rule",
		"rule_id int8, rule varchar, cause varchar, grade varchar, "
		"min_score numeric, max_score numeric, action varchar, change numeric, "
		"reason varchar, from_year int4, active bool, provenance varchar, "
		"profile varchar, division budget_code, defined_at timestamptz, "
	"defined_by varchar"},
	{"contract",
		"contract_id int8, contract_no varchar, line_id int8, amount numeric, "
		"precommitment int8, supplier varchar, title varchar, accounting_date "
		"date, state varchar, actor varchar, division budget_code, unit "
		"budget_code, version int4, created_at timestamptz, created_by varchar, "
	"signed_on date, ended_on date"},
	{"contract_clause",
		"contract_id int8, version int4, clause_no int4, kind varchar, title "
		"varchar, terms jsonb, document varchar, set_by varchar, set_at "
		"timestamptz, division budget_code, unit budget_code, valid_from date, "
	"case_id int8"},
	{"contract_load",
		"contract_id int8, contract_no varchar, line_id int8, amount numeric, "
		"precommitment int8, supplier varchar, title varchar, accounting_date "
		"date, state varchar, actor varchar, division budget_code, unit "
		"budget_code, version int4, created_at timestamptz, created_by varchar, "
	"signed_on date, ended_on date"},
	{"delivery",
		"delivery_id int8, contract_id int8, project_id int8, title varchar, "
		"measure varchar, planned_on date, planned_quantity numeric, delivered_on "
		"date, delivered_quantity numeric, accepted_on date, first_accepted_on "
		"date, whole_accepted_on date, accepted_quantity numeric, document "
		"varchar, flags _text, division budget_code, unit budget_code, papers "
	"_text"},
	{"division",
		"code budget_code, official_code varchar, name varchar, "
		"parent budget_code, level int2, valid_from date, valid_to date, "
	"successor budget_code"},
	{"division_boundary",
		"boundary_id int4, division budget_code, place geometry, source varchar, "
	"loaded_at timestamptz, loaded_by varchar"},
	{"division_draft",
		"preparation_id int4, division budget_code, fiscal_year int4, state varchar, "
	"versions int4, congress_on date, resolution varchar"},
	{"division_version",
		"division budget_code, valid_from date, valid_to date, "
		"official_code varchar, name varchar, parent budget_code, level int2, "
		"change varchar, ending varchar, document varchar, "
	"recorded_at timestamptz, recorded_by varchar"},
	{"draft",
		"draft_id int8, preparation_id int4, fiscal_year int4, division budget_code, "
		"version int4, state varchar, case_id int8, requests int4, expenditure amount, "
		"reserve amount, transfers_out amount, revenue amount, transfers_in amount, "
		"digest bytea, made_at timestamptz, made_by varchar, ended_at timestamptz, "
	"document varchar"},
	{"draft_item",
		"draft_id int8, request_id int8, version_id int8, amount amount, "
	"division budget_code, unit budget_code"},
	{"driver",
	"driver varchar, name varchar, kind varchar, measure varchar"},
	{"driver_value",
		"driver varchar, division budget_code, period varchar, "
		"revision int4, value numeric, published_on date, source varchar, "
	"loaded_at timestamptz, loaded_by varchar"},
	{"duty",
		"duty_id int8, principal_id int8, division budget_code, unit budget_code, "
		"may_read bool, may_post bool, valid_from date, valid_to date, "
	"granted_by varchar, granted_at timestamptz"},
	{"element",
		"element varchar, number int2, name varchar, kind varchar, scheme varchar, "
	"choices jsonb, line_column varchar, required bool, max_length int4"},
	{"entry_kind",
		"kind varchar, operation varchar, source varchar, target varchar, "
	"year_states varchar, reverses varchar, name_zh varchar"},
	{"evaluation",
		"evaluation_id int8, project_id int8, fiscal_year int4, set_id int8, "
		"evaluator varchar, period varchar, period_no int4, as_of date, "
		"agency varchar, joint_id int8, evidence jsonb, budget numeric, "
		"planned numeric, paid numeric, indicator_score numeric, "
		"applicable numeric, execution_score numeric, score numeric, "
		"grade varchar, warning varchar, opinion varchar, "
		"evaluated_at timestamptz, evaluated_by varchar, "
	"division budget_code, unit budget_code, digest bytea"},
	{"evaluation_answer",
		"answer_id int8, evaluation_id int8, note varchar, document varchar, "
		"answered_at timestamptz, answered_by varchar, division budget_code, "
	"unit budget_code"},
	{"evaluation_result",
		"evaluation_id int8, item_no int4, applicable bool, target numeric, "
		"actual numeric, measured numeric, level varchar, source varchar, "
		"score numeric, formula varchar, deviation numeric, reason varchar, "
	"division budget_code, unit budget_code"},
	{"evidence_document",
		"document_id int8, kind varchar, title varchar, algorithm varchar, digest "
		"varchar, size int8, media_type varchar, storage varchar, project_id "
		"int8, contract_id int8, subject varchar, flags _text, registered_by "
		"varchar, registered_at timestamptz, division budget_code, unit "
	"budget_code"},
	{"ex_ante",
		"assessment_id int8, project_id int8, fiscal_year int4, "
		"dimensions jsonb, result varchar, amount amount, document varchar, "
		"assessed_at timestamptz, assessed_by varchar, division budget_code, "
	"unit budget_code, digest bytea"},
	{"expenditure_standard",
		"standard varchar, division budget_code, valid_from date, "
		"valid_to date, title varchar, measure varchar, unit_cost numeric, "
		"func budget_code, document varchar, registered_at timestamptz, "
	"registered_by varchar"},
	{"fiscal_year",
	"fiscal_year int4, state varchar, closed_month int2, changed_at timestamptz"},
	{"flow_template",
		"template varchar, title varchar, purpose varchar, profile varchar, "
	"definition jsonb"},
	{"flow_version",
		"version_id int4, flow varchar, version int4, title varchar, "
		"definition jsonb, published_at timestamptz, published_by varchar, "
	"template varchar"},
	{"form_field",
		"field_id int8, form varchar, field varchar, division budget_code, "
		"unit budget_code, category varchar, type varchar, required bool, "
		"options jsonb, minimum numeric, maximum numeric, max_length int4, "
		"label jsonb, rule text, message jsonb, place int4, valid_from date, "
		"valid_to date, active bool, defined_at timestamptz, "
	"defined_by varchar"},
	{"fund_type",
	"fund_type varchar, name varchar"},
	{"grant_profile",
	"profile varchar, operation varchar"},
	{"indicator",
		"indicator_id int8, indicator varchar, sector varchar, level1 varchar, "
		"level2 varchar, name_zh varchar, name_en varchar, measure varchar, "
		"measure_en varchar, direction varchar, kind varchar, method varchar, parameters jsonb, "
		"weight numeric, tags _text, provenance varchar, from_year int4, "
		"active bool, profile varchar, division budget_code, "
	"defined_at timestamptz, defined_by varchar"},
	{"invoice",
		"invoice_id int8, invoice_code varchar, invoice_number varchar, seller "
		"varchar, seller_code varchar, amount amount, issued_on date, contract_id "
		"int8, payment_no varchar, document_id int8, flags _text, registered_by "
		"varchar, registered_at timestamptz, division budget_code, unit "
	"budget_code"},
	{"joint_evaluation",
		"joint_id int8, title varchar, fiscal_year int4, projects _int8, "
		"document varchar, opened_at timestamptz, opened_by varchar, "
	"division budget_code"},
	{"journal",
		"line_id int8, entry_no int4, posting_id int8, kind varchar, "
		"amount amount, available_after amount, division budget_code, "
		"unit budget_code, posted_at timestamptz, accounting_date date, "
		"document text, actor text, login text, key text, memo jsonb, "
	"peer_line int8, refers_line int8, refers_entry int4, "
		"from_obligation int8, to_obligation int8, segment int4, digest bytea"},
	{"journal_segment",
		"segment int4, begun_at timestamptz, prepared _text, awaited _text, "
	"server_start varchar"},
	{"ledger",
		"ledger_id int2, layout int4, digest varchar, root_code varchar, "
	"title varchar, created_at timestamptz, created_by varchar"},
	{"line",
		"line_id int8, fiscal_year int4, parent_id int8, division budget_code, "
		"unit budget_code, func budget_code, gov_econ budget_code, "
		"dept_econ budget_code, fund_type varchar, project_id int8, title varchar, "
		"executable bool, source_doc varchar, direct bool, control char, "
	"elements jsonb, key varchar, opened_at timestamptz, opened_by varchar"},
	{"milestone",
		"project_id int8, milestone_no int4, title varchar, planned_on date, "
		"weight numeric, done_on date, document varchar, done_by varchar, "
	"division budget_code, unit budget_code, weight_parts int4"},
	{"monitor_finding",
		"finding_id int8, posting_id int8, line_id int8, rule varchar, strength "
		"varchar, facts jsonb, found_at timestamptz, login varchar, division "
	"budget_code, unit budget_code"},
	{"monitor_payment",
		"posting_id int8, line_id int8, kind varchar, amount amount, payee "
		"varchar, payee_account varchar, payee_bank varchar, purpose varchar, "
		"settlement varchar, accounting_date date, division budget_code, unit "
	"budget_code, replaces "
	"int8"},
	{"monitor_rule",
		"rule varchar, title varchar, strength varchar, predicate text, "
		"parameters jsonb, days int4, division budget_code, valid_from date, "
	"valid_to date, active bool"},
	{"monitor_stop",
		"stop_id int8, request_id int8, line_id int8, state varchar, flow "
		"varchar, case_id int8, reason text, decided_by varchar, decided_at "
		"timestamptz, stopped_at timestamptz, login varchar, division "
	"budget_code, unit budget_code, asked_in "
	"int8"},
	{"monitoring",
		"monitoring_id int8, project_id int8, fiscal_year int4, as_of date, "
		"budget numeric, paid numeric, execution numeric, achievement numeric, "
		"actuals jsonb, flags _text, note varchar, recorded_at timestamptz, "
		"recorded_by varchar, division budget_code, unit budget_code, "
	"digest bytea"},
	{"obligation",
		"obligation_id int8, line_id int8, division budget_code, "
		"unit budget_code, stage varchar, amount amount, drawn amount, "
		"released amount, returnable amount, predecessor int8, document varchar, "
	"opened_at timestamptz"},
	{"outbox",
		"outbox_id int8, case_id int8, task_id int8, deadline_id int8, kind varchar, "
		"recipient varchar, subject varchar, state varchar, "
		"division budget_code, unit budget_code, created_at timestamptz, "
	"delivered_at timestamptz"},
	{"payment",
		"payment_id int8, payment_no varchar, line_id int8, contract_id int8, "
		"amount numeric, payee varchar, payee_account varchar, payee_bank "
		"varchar, purpose varchar, settlement varchar, accounting_date date, state varchar, actor "
		"varchar, division budget_code, unit budget_code, version int4, "
	"created_at timestamptz, created_by varchar"},
	{"payment_load",
		"payment_id int8, payment_no varchar, line_id int8, contract_id int8, "
		"amount numeric, payee varchar, payee_account varchar, payee_bank "
		"varchar, purpose varchar, settlement varchar, accounting_date date, state varchar, actor "
		"varchar, division budget_code, unit budget_code, version int4, "
	"created_at timestamptz, created_by varchar"},
	{"planned_transfer",
		"planned_transfer_id int8, preparation_id int4, fiscal_year int4, "
		"from_division budget_code, to_division budget_code, func budget_code, "
		"fund_type varchar, version int4, amount amount, early bool, document varchar, "
	"made_at timestamptz, made_by varchar, replaced_at timestamptz"},
	{"planning_rule",
		"rule varchar, version int4, title varchar, severity varchar, "
		"predicate text, parameters jsonb, setting varchar, measures jsonb, "
		"message jsonb, profile varchar, division budget_code, category varchar, "
		"from_year int4, to_year int4, active bool, defined_at timestamptz, "
	"defined_by varchar"},
	{"preparation",
		"preparation_id int4, fiscal_year int4, division budget_code, "
		"title varchar, flow varchar, draft_flow varchar, state varchar, "
		"opened_at timestamptz, opened_by varchar, drafted_at timestamptz, "
	"approved_at timestamptz"},
	{"preparation_round",
		"preparation_id int4, round int4, up_title varchar, "
		"down_title varchar, up_closes_on date, down_closes_on date, "
	"ceiling_binds bool"},
	{"principal",
	"principal_id int8, login varchar, title varchar"},
	{"profile",
		"profile varchar, version int4, title varchar, created_at timestamptz, "
	"created_by varchar"},
	{"profile_binding",
		"division budget_code, valid_from date, valid_to date, profile varchar, "
	"version int4, applied_at timestamptz, applied_by varchar"},
	{"profile_category",
		"profile varchar, version int4, category varchar, name varchar, "
	"parent varchar"},
	{"profile_setting",
	"profile varchar, version int4, key varchar, value jsonb, name varchar"},
	{"progress_report",
		"report_id int8, project_id int8, kind varchar, reported_for date, "
		"percent numeric, note text, longitude numeric, latitude numeric, "
		"datum varchar, place geometry, taken_at timestamptz, photos jsonb, "
		"distance numeric, flags _text, replaces int8, key varchar, "
		"reported_at timestamptz, reported_by varchar, login varchar, "
	"division budget_code, unit budget_code, digest bytea"},
	{"project",
		"project_id int8, official_code varchar, name varchar, unit budget_code, "
		"division budget_code, category varchar, parent_id int8, setup_year int4, "
		"registered_at timestamptz, registered_by varchar, level int2, stage varchar, "
		"stage_since timestamptz, events int4, head bytea, planned_total amount, "
		"starts_on date, ends_on date, started_on date, completed_on date, "
	"responsible varchar, industry varchar, attributes jsonb, grams _int8"},
	{"project_concern",
		"concern_id int8, project_id int8, kind varchar, colour varchar, "
		"opened_on date, ended_on date, ended_colour varchar, case_id int8, "
		"problem text, division budget_code, unit budget_code, held_on date, "
	"ended_stage varchar"},
	{"project_dependency",
		"project_id int8, predecessor_id int8, lag_days int4, reason varchar, "
	"division budget_code, unit budget_code"},
	{"project_event",
		"project_id int8, event_no int4, action varchar, from_stage varchar, "
		"to_stage varchar, reason text, details jsonb, case_id int8, actor "
		"varchar, login varchar, happened_at timestamptz, division budget_code, "
	"unit budget_code, digest bytea"},
	{"project_indicator",
		"project_id int8, fiscal_year int4, indicators jsonb, achievement numeric, "
	"division budget_code, unit budget_code"},
	{"project_release",
		"release_id int8, project_id int8, line_id int8, amount amount, paid_limit "
		"amount, drawn_limit amount, entry_no int4, valid_to date, document varchar, "
		"reason text, actor varchar, login varchar, released_at timestamptz, division "
	"budget_code, unit budget_code"},
	{"project_resource",
		"project_id int8, resource_no int4, kind varchar, title varchar, quantity "
		"numeric, measure varchar, valid_from date, valid_to date, division "
	"budget_code, unit budget_code"},
	{"project_signal",
		"project_id int8, as_of date, revision int4, colour varchar, score numeric, "
		"reasons jsonb, inputs jsonb, division budget_code, unit budget_code, "
	"assessed_at timestamptz, assessed_by varchar"},
	{"project_site",
		"site_id int8, project_id int8, site_no int4, version_no int4, "
		"title varchar, active bool, place geometry, place_z geometry, "
	"since timestamptz, division budget_code, unit budget_code, colour varchar"},
	{"project_site_version",
		"version_id int8, site_id int8, project_id int8, site_no int4, "
		"version_no int4, title varchar, active bool, place geometry, "
		"place_z geometry, reason varchar, recorded_at timestamptz, "
	"recorded_by varchar, division budget_code, unit budget_code"},
	{"project_stage_move",
	"from_stage varchar, to_stage varchar, road varchar, name varchar"},
	{"project_template_document",
	"category varchar, stage varchar, kind varchar, title varchar"},
	{"project_template_milestone",
		"category varchar, milestone_no int4, title varchar, at_share numeric, "
	"weight numeric"},
	{"project_year",
		"project_id int8, fiscal_year int4, planned amount, division budget_code, "
	"unit budget_code"},
	{"proxy",
		"proxy_id int8, principal varchar, agent varchar, flow varchar, "
		"valid_from date, valid_to date, granted_by varchar, "
	"ended_at timestamptz"},
	{"quality_record",
		"record_id int8, project_id int8, checked_on date, title varchar, result "
		"varchar, repairs int8, finding text, document varchar, inspector "
		"varchar, recorded_by varchar, recorded_at timestamptz, division "
	"budget_code, unit budget_code"},
	{"receipt",
		"receipt_id int8, fiscal_year int4, division budget_code, fund_type varchar, "
		"revenue budget_code, amount amount, document varchar, received_on date, "
	"reverses int8, key varchar, login varchar, recorded_at timestamptz"},
	{"request",
		"request_id int8, preparation_id int4, fiscal_year int4, "
		"division budget_code, unit budget_code, department budget_code, "
		"project_id int8, category varchar, fund_type varchar, "
		"title varchar, state varchar, case_id int8, current_version int8, "
		"approved_version int8, created_at timestamptz, "
		"created_by varchar, copied_from int8, key varchar, content bytea, "
	"saved_key varchar, saved_content bytea"},
	{"request_item",
		"version_id int8, item_no int4, title varchar, func budget_code, "
		"gov_econ budget_code, dept_econ budget_code, standard varchar, "
		"unit_cost numeric, quantity numeric, measure varchar, "
		"amount amount, procurement bool, reviewed bool, "
	"division budget_code, unit budget_code, hidden bool"},
	{"request_version",
		"version_id int8, request_id int8, version_no int4, round int4, "
		"kind varchar, amount amount, attributes jsonb, attachments jsonb, "
		"reason varchar, made_at timestamptz, made_by varchar, "
	"division budget_code, unit budget_code, hidden bool, digest bytea"},
	{"revenue_estimate",
		"estimate_id int8, preparation_id int4, fiscal_year int4, division budget_code, "
		"fund_type varchar, revenue budget_code, version int4, amount amount, "
		"basis varchar, made_at timestamptz, made_by varchar, replaced_at timestamptz, "
	"approved_at timestamptz, approved_by varchar, approval_document varchar"},
	{"risk_calibration",
		"outcome varchar, version int4, band int4, cases int4, predicted numeric, "
	"observed numeric"},
	{"risk_model",
		"outcome varchar, version int4, held_out int4, fitted_cases int4, "
		"held_out_cases int4, brier float8, base_brier float8, beats_base bool, "
	"fitted_at timestamptz, fitted_by varchar"},
	{"risk_weight",
		"outcome varchar, version int4, place int4, feature varchar, centre float8, "
	"scale float8, weight float8"},
	{"rollup_detail",
		"run_id int4, row_no int8, fiscal_year int4, month int2, "
		"division budget_code, unit budget_code, func budget_code, "
		"gov_econ budget_code, fund_type varchar, project_id int8, "
		"appropriated amount, available amount, allotted amount, transferred amount, "
		"frozen amount, pending_out amount, precommitted amount, committed amount, "
		"requested amount, paid amount, withdrawn amount, carried amount, "
	"entries int8"},
	{"rollup_division",
		"division budget_code, fiscal_year int4, subtree bool, fund_type varchar, "
		"month int2, run_id int4, "
		"appropriated amount, available amount, allotted amount, transferred amount, "
		"frozen amount, pending_out amount, precommitted amount, committed amount, "
		"requested amount, paid amount, withdrawn amount, carried amount, "
	"entries int8"},
	{"rollup_run",
		"run_id int4, first_segment int4, last_segment int4, level int2, "
	"detail_rows int8, entries int8, folded_at timestamptz"},
	{"round_reopening",
		"reopening_id int8, preparation_id int4, round int4, "
		"closes_on date, reason varchar, division budget_code, "
	"unit budget_code, decided_at timestamptz, decided_by varchar"},
	{"rule_explanation",
		"explanation_id int8, request_id int8, rule varchar, "
		"measured jsonb, explanation varchar, attachments jsonb, "
		"explained_by varchar, explained_at timestamptz, "
	"division budget_code, unit budget_code"},
	{"rule_finding",
		"finding_id int8, version_id int8, request_id int8, rule varchar, "
		"rule_version int4, severity varchar, measured jsonb, "
		"explanation_id int8, found_at timestamptz, division budget_code, "
	"unit budget_code"},
	{"spending_history",
		"history_id int8, fiscal_year int4, division budget_code, "
		"unit budget_code, project_id int8, category varchar, "
		"func varchar, fund_type varchar, budget amount, spent amount, "
	"source varchar, loaded_at timestamptz, loaded_by varchar"},
	{"staged_entry",
		"batch varchar, number int8, operation text, line text, amount text, "
		"document text, other text, obligation text, target text, "
		"from_pending text, from_frozen text, key text, accounting_date text, "
		"memo text, actor text, staged_by varchar, staged_at timestamptz, "
	"posting_id int8, sqlstate varchar, message text, detail text, hint text"},
	{"staged_entry_load",
		"batch varchar, number int8, operation text, line text, amount text, "
		"document text, other text, obligation text, target text, "
		"from_pending text, from_frozen text, key text, accounting_date text, "
		"memo text, actor text, staged_by varchar, staged_at timestamptz, "
	"posting_id int8, sqlstate varchar, message text, detail text, hint text"},
	{"statutory_deadline",
		"kind varchar, title varchar, length int4, measure varchar, side varchar, "
	"article varchar, setting varchar"},
	{"supplement_source",
		"source varchar, name varchar, posted_by varchar, case_needed bool, "
	"number int2"},
	{"target",
		"set_id int8, item_no int4, indicator varchar, level1 varchar, "
		"level2 varchar, name varchar, measure varchar, direction varchar, "
		"kind varchar, method varchar, parameters jsonb, target numeric, "
		"plan jsonb, expectation varchar, weight numeric, source varchar, "
		"binding varchar, tags _text, flags _text, division budget_code, "
	"unit budget_code"},
	{"target_set",
		"set_id int8, project_id int8, fiscal_year int4, version_no int4, "
		"total numeric, execution_weight numeric, cutoffs _numeric, "
		"blending jsonb, execution_plan jsonb, flags _text, document varchar, "
		"goal varchar, set_at timestamptz, set_by varchar, division budget_code, "
	"unit budget_code, digest bytea"},
	{"task",
		"task_id int8, case_id int8, token_id int8, flow varchar, "
		"visit int4, origin int4, previous int4, step varchar, "
		"kind varchar, seat int8, seat_no int4, weight int4, "
		"assignee varchar, added_by varchar, division budget_code, "
		"unit budget_code, state varchar, rank int4, returns_to varchar, "
		"holders text, opened_at timestamptz, due_at timestamptz, "
		"decided_at timestamptz, reminded_at timestamptz, reminders int4, "
	"decided_by varchar, on_behalf_of varchar"},
	{"transfer",
		"transfer_id int8, from_line int8, from_division budget_code, "
		"to_division budget_code, amount amount, document varchar, direct bool, "
		"state varchar, sent_at timestamptz, to_line int8, receive_posting int8, "
	"return_posting int8, origin varchar, origin_id varchar"},
	{"unit",
		"code budget_code, official_code varchar, name varchar, "
		"division budget_code, parent budget_code, kind varchar, valid_from date, "
	"valid_to date, successor budget_code"},
	{"unit_account",
		"account varchar, bank varchar, title varchar, division budget_code, unit "
	"budget_code"},
	{"unit_version",
		"unit budget_code, valid_from date, valid_to date, official_code varchar, "
		"name varchar, division budget_code, parent budget_code, kind varchar, "
		"change varchar, ending varchar, document varchar, "
	"recorded_at timestamptz, recorded_by varchar"},
	{"virement_rule",
		"rule_id int4, fund_type varchar, from_func budget_code, "
		"to_func budget_code, from_gov_econ budget_code, to_gov_econ budget_code, "
	"same_unit bool, allowed bool, reason varchar"},
	{"watched_deadline",
		"deadline_id int8, kind varchar, division budget_code, unit budget_code, "
		"subject varchar, starts_on date, due_on date, due_at timestamptz, "
		"remind_at timestamptz, watched_by varchar, watched_at timestamptz, "
		"reminded_at timestamptz, overdue_at timestamptz, met_on date, "
		"met_at timestamptz, document varchar, ended_by varchar, "
	"cancelled_at timestamptz"},
	{"year_event",
		"event_id int8, fiscal_year int4, event varchar, document varchar, "
	"lines int8, postings int8, happened_at timestamptz, login varchar"}
};

const int	bpm_shapes_count = lengthof(bpm_shapes);
