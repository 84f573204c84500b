/*
 * setting_kinds.c
 *	  Every setting that profiles have under a name of this library, and what it may be.
 *
 * This is the one place that says so: register_profile() and the guard of
 * profile_setting check by it, known_settings() prints it.  A reader of a new setting
 * adds a row here.
 */
#include "postgres.h"

#include "utils/varlena.h"

#include "registry/setting.h"

/* Simple shapes */
static const BpmShape flag = {SHAPE_FLAG};
static const BpmShape change = {SHAPE_NUMBER,.least = "-1000",.most = "1000",.decimals = 8};
static const BpmShape weight = {SHAPE_NUMBER,.least = "0",.most = "1000000",.decimals = 8};
static const BpmShape ratio = {SHAPE_NUMBER,.least = "0",.most = "1",.decimals = 8};
static const BpmShape share = {SHAPE_NUMBER,.least = "0",.most = "1",.decimals = 4};
static const BpmShape reminder = {SHAPE_NUMBER,.least = "0",.most = "100",.decimals = 4};
static const BpmShape points = {SHAPE_NUMBER,.least = "0",.most = "1000",.decimals = 2};
static const BpmShape total = {SHAPE_NUMBER,.least = "0.01",.most = "1000",.decimals = 2};
static const BpmShape percent = {SHAPE_NUMBER,.least = "0",.most = "100",.decimals = 4};
static const BpmShape times = {SHAPE_NUMBER,.least = "0",.most = "1000",.decimals = 8};
static const BpmShape metres = {SHAPE_NUMBER,.least = "0",.most = "20000000",.decimals = 4};
static const BpmShape near = {SHAPE_NUMBER,.least = "1",.most = "20000000",.decimals = 4};
static const BpmShape speed = {SHAPE_NUMBER,.least = "1",.most = "10000",.decimals = 4};
static const BpmShape longitude = {SHAPE_NUMBER,.least = "-180",.most = "180",.decimals = 8};
static const BpmShape latitude = {SHAPE_NUMBER,.least = "-90",.most = "90",.decimals = 8};
static const BpmShape amount = {SHAPE_NUMBER,.least = "0",.most = "90000000000000000",.decimals = 2};
static const BpmShape length_of_time = {SHAPE_WHOLE,.least = "1",.most = "9999"};
static const BpmShape months = {SHAPE_WHOLE,.least = "0",.most = "1200"};
static const BpmShape month = {SHAPE_WHOLE,.least = "1",.most = "12"};
static const BpmShape days = {SHAPE_NUMBER,.least = "0",.most = "9999",.decimals = 4};
static const BpmShape rate_years = {SHAPE_WHOLE,.least = "1",.most = "10"};
static const BpmShape carry_years = {SHAPE_WHOLE,.least = "0",.most = "99"};
static const BpmShape level = {SHAPE_WHOLE,.least = "1",.most = "9"};
static const BpmShape digits = {SHAPE_WHOLE,.least = "1",.most = "21"};
static const BpmShape flow = {SHAPE_TEXT,.longest = 63};
static const BpmShape short_text = {SHAPE_TEXT,.longest = 200};
static const BpmShape code = {SHAPE_TEXT,.longest = 40};
static const BpmShape fund_type = {SHAPE_TEXT,.longest = 10};
static const BpmShape day_or_none = {SHAPE_DAY,.may_be_null = true};
static const BpmShape day = {SHAPE_DAY};
static const BpmShape day_of_year = {SHAPE_DAY_OF_YEAR};
static const BpmShape limit = {SHAPE_NUMBER,.least = "0",.most = "1000",.decimals = 8,.may_be_null = true};
static const BpmShape texts = {SHAPE_LIST,.item = &short_text};
static const BpmShape levels = {SHAPE_LIST,.item = &level,.fewest = 1};
static const BpmShape digits_list = {SHAPE_LIST,.item = &digits,.fewest = 1,.longest = 17};
static const BpmShape widths = {SHAPE_EITHER,.item = &digits,.other = &digits_list};

/* Shapes of words */
#define WORDS(name, ...) \
	static const char *const name##_words[] = {__VA_ARGS__, NULL}; \
	static const BpmShape name = {SHAPE_WORD,.words = name##_words}

WORDS(language, "zh", "en", "mn");
WORDS(period, "month", "quarter", "year");
WORDS(plan, "pro_rata", "year");
WORDS(missing, "rescale", "wait");
WORDS(mean, "arithmetic", "compound");
WORDS(scope, "unit", "category", "project");
WORDS(severity, "block", "explain", "warn");
WORDS(scheme_of_share, "function", "gov_economic", "dept_economic");
WORDS(method, "index", "norm", "history", "advice");
WORDS(submission_level, "department", "unit", "project");
WORDS(dimension, "payment", "contract", "delivery", "schedule", "indicator", "gap");
WORDS(colour, "red", "yellow", "green", "blue", "none");
WORDS(action, "none", "intervention", "audit");
WORDS(pace, "month", "day");

static const BpmShape languages = {SHAPE_LIST,.item = &language,.fewest = 1,.longest = 3};
static const BpmShape periods = {SHAPE_LIST,.item = &period};
static const BpmShape submission_levels = {SHAPE_LIST,.item = &submission_level};
static const BpmShape dimensions = {SHAPE_LIST,.item = &dimension,.fewest = 1};

/* Planning */
static const BpmMember round_members[] = {
	{"up", &short_text}, {"down", &short_text}, {"up_closes_on", &day}, {"down_closes_on", &day},
	{"ceiling_binds", &flag}, {NULL}
};
static const BpmShape round_of = {SHAPE_OBJECT,.members = round_members};
static const BpmShape rounds_list = {SHAPE_LIST,.item = &round_of,.fewest = 1,.longest = 9};
static const BpmShape rounds = {SHAPE_EITHER,.item = &level,.other = &rounds_list};
static const BpmMember growth_members[] = {
	{"years", &rate_years}, {"ratio", &change}, {"mean", &mean}, {"rates", &rate_years},
	{"scope", &scope}, {"action", &severity}, {NULL}
};
static const BpmShape growth_case = {SHAPE_OBJECT,.members = growth_members};
static const BpmShape growth_cases = {SHAPE_LIST,.item = &growth_case};
static const BpmShape growth = {SHAPE_EITHER,.item = &growth_case,.other = &growth_cases};
static const BpmMember share_members[] = {
	{"scheme", &scheme_of_share, true}, {"code", &code, true}, {"share", &ratio, true},
	{"action", &severity}, {NULL}
};
static const BpmShape share_ceiling = {SHAPE_OBJECT,.members = share_members};
static const BpmShape share_ceilings = {SHAPE_LIST,.item = &share_ceiling};
static const BpmMember attachment_members[] = {
	{"category", &code, true}, {"kind", &code, true}, {"action", &severity}, {NULL}
};
static const BpmShape attachment = {SHAPE_OBJECT,.members = attachment_members};
static const BpmShape attachments = {SHAPE_LIST,.item = &attachment};
static const BpmMember ex_ante_members[] = {
	{"amount", &amount}, {"kind", &code}, {"action", &severity}, {NULL}
};
static const BpmShape ex_ante_case = {SHAPE_OBJECT,.members = ex_ante_members};
static const BpmShape ex_ante_cases = {SHAPE_LIST,.item = &ex_ante_case};
static const BpmShape ex_ante = {SHAPE_EITHER,.item = &ex_ante_case,.other = &ex_ante_cases};
static const BpmMember suggestion_members[] = {
	{"method", &method}, {"driver", &code}, {"sector", &short_text}, {NULL}
};
static const BpmShape suggestion = {SHAPE_OBJECT,.members = suggestion_members};

/* Performance */
static const BpmMember cutoff_members[] = {{"", &points}, {"", &points}, {"", &points}, {NULL}};
static const BpmViolation cutoff_violations[] = {
	{"$[0] <= $[1] || $[1] <= $[2]", "they must fall"}, {NULL}
};
static const BpmShape cutoffs = {SHAPE_TUPLE,.members = cutoff_members,.violations = cutoff_violations};
static const BpmMember blending_members[] = {
	{"self", &ratio}, {"department", &ratio}, {"finance", &ratio}, {"third_party", &ratio},
	{"missing", &missing}, {NULL}
};
static const BpmShape blending = {SHAPE_OBJECT,.members = blending_members,.whole_sum = true};
static const BpmMember ladder_members[] = {{"", &day_of_year}, {"", &percent}, {NULL}};
static const BpmShape ladder_rung = {SHAPE_TUPLE,.members = ladder_members};
static const BpmShape ladder = {SHAPE_LIST,.item = &ladder_rung,.rising = true};
static const BpmMember form_members[] = {
	{"cost", &points}, {"output", &points}, {"benefit", &points}, {"satisfaction", &points}, {NULL}
};
static const BpmShape form = {SHAPE_OBJECT,.members = form_members};
static const BpmShape forms = {SHAPE_LIST,.item = &form};
static const BpmShape one_or_more_texts = {SHAPE_EITHER,.item = &short_text,.other = &texts};
static const BpmShape sectors = {SHAPE_MAP,.item = &one_or_more_texts};
static const char *const interval_words[] = {"1", "2", "3", "4", "6", "12", NULL};
static const BpmShape interval = {SHAPE_WHOLE,.least = "1",.most = "12",.words = interval_words};

/* Projects */
static const BpmMember rung_members[] = {
	{"from", &day_of_year, true}, {"at_least", &weight, true}, {"colour", &colour}, {NULL}
};
static const BpmShape rung = {SHAPE_OBJECT,.members = rung_members};
static const BpmShape rungs = {SHAPE_LIST,.item = &rung,.rising = true};
static const BpmMember word_members[] = {{"red", &texts}, {"yellow", &texts}, {"green", &texts}, {NULL}};
static const BpmShape words = {SHAPE_OBJECT,.members = word_members};
static const BpmMember rule_members[] = {
	{"red_below", &limit}, {"yellow_below", &limit}, {"blue_from", &limit}, {"points", &limit},
	{"red_days", &days}, {"yellow_days", &days}, {"start_month", &month}, {"by", &pace},
	{"over_budget", &colour}, {"worst", &colour}, {"ladder", &rungs}, {"words", &words}, {NULL}
};
static const BpmViolation rule_violations[] = {
	{"$.red_below > $.yellow_below", "red_below must not be above yellow_below"},
	{"$.yellow_days > $.red_days", "red_days must not be below yellow_days"}, {NULL}
};
static const BpmShape signal_rule = {SHAPE_OBJECT,.members = rule_members,.violations = rule_violations};
static const BpmMember weight_members[] = {
	{"payment", &weight}, {"contract", &weight}, {"delivery", &weight},
	{"schedule", &weight}, {"indicator", &weight}, {"gap", &weight}, {NULL}
};
static const BpmShape weights = {SHAPE_OBJECT,.members = weight_members};
static const BpmMember colour_members[] = {{"colour", &colour, true}, {"name", &code, true}, {NULL}};
static const BpmShape colour_name = {SHAPE_OBJECT,.members = colour_members};
static const BpmShape colours = {SHAPE_LIST,.item = &colour_name,.fewest = 1};
static const BpmMember action_members[] = {
	{"red", &action}, {"yellow", &action}, {"green", &action}, {"blue", &action}, {"none", &action}, {NULL}
};
static const BpmShape actions = {SHAPE_OBJECT,.members = action_members};
static const BpmMember flow_members[] = {
	{"intervention", &flow}, {"audit", &flow}, {"rectification", &flow}, {NULL}
};
static const BpmShape flows = {SHAPE_OBJECT,.members = flow_members};
static const BpmMember similar_members[] = {
	{"name", &weight, true}, {"place", &weight, true}, {"unit", &weight, true},
	{"years", &weight, true}, {"amount", &weight, true}, {"near", &near, true}, {NULL}
};
static const BpmShape similar = {SHAPE_OBJECT,.members = similar_members};
static const BpmMember bounds_members[] = {
	{"", &longitude}, {"", &latitude}, {"", &longitude}, {"", &latitude}, {NULL}
};
static const BpmViolation bounds_violations[] = {
	{"$[0] >= $[2] || $[1] >= $[3]", "they are west, south, east and north"}, {NULL}
};
static const BpmShape bounds = {SHAPE_TUPLE,.members = bounds_members,.violations = bounds_violations};

/* Registry and workflow */
static const BpmMember scheme_members[] = {
	{"scheme", &code, true}, {"name", &short_text, true}, {"widths", &digits_list, true},
	{"leaf_only", &flag, true}, {NULL}
};
static const BpmShape scheme = {SHAPE_OBJECT,.members = scheme_members};
static const BpmShape schemes = {SHAPE_LIST,.item = &scheme};
static const BpmMember decision_members[] = {{"flow", &flow, true}, {"name", &short_text}, {NULL}};
static const BpmShape decision = {SHAPE_OBJECT,.members = decision_members};

const BpmSettingKind bpm_setting_kinds[] = {
	{"access.protection_level", &level, "level of protection (等级保护) of the site", NULL},
	{"access.read_down", &flag, "who is above may read below", NULL},
	{"access.write_down", &flag, "who is above may write below", NULL},
	{"closing.carry_years", &carry_years, "years that money not used may be carried", "closing_plan(), 2"},
	{"exchange.parallel_run_months", &months, "months of running beside the old system", NULL},
	{"insight.deviation_reports", &periods, "periods of the deviation reports", NULL},
	{"insight.drill_levels", &levels, "levels of government that are drilled through", NULL},
	{"ledger.goal.accuracy", &ratio, "goal: payments that were right", NULL},
	{"ledger.goal.deviation", &ratio, "goal: deviation of execution (执行偏差率)", "deviation reports"},
	{"ledger.overspend_reminder", &reminder, "ratio over the plan that is reminded of (超支提醒)", "plans of payments"},
	{"performance.accountability_flow", &flow, "flow of accountability (问责)", "run_accountability(), performance_accountability"},
	{"performance.answer_days", &length_of_time, "days to answer a poor result", "run_accountability(), 15"},
	{"performance.blending", &blending, "shares of evaluators in the blended score, together 1; {}: the most independent one", "set_targets(), {}"},
	{"performance.custom_weights", &flag, "weights of indicators may differ from the library's", "set_targets(), true"},
	{"performance.cutoffs", &cutoffs, "least points of 优, 良 and 中", "set_targets(), [90, 80, 60]"},
	{"performance.deviation", &times, "actual to target from which the difference is explained", "evaluate_project(), 1.3"},
	{"performance.execution_plan", &plan, "what execution of a month or quarter is measured by", "set_targets(), pro_rata"},
	{"performance.execution_weight", &points, "points of execution", "set_targets(), 10"},
	{"performance.goal.target_achievement", &ratio, "goal: targets met", "performance reports, 0.85"},
	{"performance.ladder", &ladder, "execution in per cent that is behind, from a day of the year on", "record_monitoring()"},
	{"performance.level_weights", &forms, "usual points by level 1; others are flagged", "set_targets(), []"},
	{"performance.monitoring_gap", &percent, "points between execution and achievement that are flagged", "record_monitoring(), 10"},
	{"performance.sector_indicators", &sectors, "indicators that projects of a sector must have", "set_targets(), {}"},
	{"performance.third_party_interval_months", &interval, "months between evaluations by a third party", "missing_evaluations()"},
	{"performance.total", &total, "points of all indicators together", "set_targets(), 90"},
	{"planning.baseline.cycle_days", &length_of_time, "days that preparing took before", NULL},
	{"planning.compilation_levels", &levels, "levels of government that compile", NULL},
	{"planning.deadline.department_to_unit", &length_of_time, "days for the approval to a unit", "watch_deadline(), 15"},
	{"planning.deadline.disclosure", &length_of_time, "days for publishing", "watch_deadline(), 20"},
	{"planning.deadline.earmarked_transfer", &length_of_time, "days for an earmarked transfer", "watch_deadline(), 60"},
	{"planning.deadline.finance_to_department", &length_of_time, "days for the approval to a department", "watch_deadline(), 20"},
	{"planning.deadline.general_transfer", &length_of_time, "days for a general transfer", "watch_deadline(), 30"},
	{"planning.draft_flow", &flow, "flow of the draft budget", NULL},
	{"planning.ex_ante", &ex_ante, "yuan from which a new project needs an assessment, and its attachment", "rule ex_ante"},
	{"planning.flow", &flow, "flow of preparing", NULL},
	{"planning.goal.cycle_days", &length_of_time, "goal: days that preparing takes", NULL},
	{"planning.goal.efficiency", &change, "goal: change of efficiency", NULL},
	{"planning.growth_flag", &growth, "growth of spending that is explained", "rule growth_15"},
	{"planning.history_years", &rate_years, "years of history beside a request", NULL},
	{"planning.require_lower_drafts", &flag, "the governments below must have sent off their drafts", "check_draft(), false"},
	{"planning.required_attachments", &attachments, "attachments that a category needs", "rule required_attachment"},
	{"planning.reserve_fund_type", &fund_type, "fund type of the reserve (预备费)", "check_draft(), 11"},
	{"planning.reserve_maximum", &share, "most of own expenditure that the reserve may be", "check_draft(), 0.03"},
	{"planning.reserve_minimum", &share, "least of own expenditure that the reserve must be", "check_draft(), 0.01"},
	{"planning.rounds", &rounds, "rounds of preparing: how many, or each one", "create_preparation(), 2"},
	{"planning.share_ceilings", &share_ceilings, "most of a unit's total that a code may have", "rule share_ceiling"},
	{"planning.submission_levels", &submission_levels, "who submits", NULL},
	{"planning.suggestion", &suggestion, "how a request is suggested", "suggest_request()"},
	{"project.goal.cycle", &change, "goal: change of the time that a project takes", NULL},
	{"project.idle_months", &months, "months after which money not used is idle (资金沉淀)", "idle_money(), 6"},
	{"project.pool_required", &flag, "a project is admitted before it gets money (先有项目再安排预算)", "open_line(), check_draft(), false"},
	{"project.progress_jump", &percent, "points of progress in one report that are flagged", "report_progress(), 30"},
	{"project.report_interval_days", &length_of_time, "days between reports of progress", NULL},
	{"project.report_speed", &speed, "km/h between two reports of one reporter that are flagged", "report_progress(), 400"},
	{"project.signal.actions", &actions, "what a colour brings about", "assess_all()"},
	{"project.signal.colours", &colours, "colours that a place has, with their names", "assess_all()"},
	{"project.signal.contract", &signal_rule, "how contracts are judged", "assess_all()"},
	{"project.signal.delivery", &signal_rule, "how deliveries are judged", "assess_all()"},
	{"project.signal.dimensions", &dimensions, "what is judged", "assess_all()"},
	{"project.signal.execution", &signal_rule, "how payments are judged", "assess_all()"},
	{"project.signal.flows", &flows, "flows of intervention, audit and rectification", "assess_all(), notify_rectification()"},
	{"project.signal.gap", &signal_rule, "how payments ahead of progress are judged", "assess_all()"},
	{"project.signal.indicator", &signal_rule, "how indicators are judged", "assess_all()"},
	{"project.signal.schedule", &signal_rule, "how progress is judged", "assess_all()"},
	{"project.signal.weights", &weights, "weights in the score", "assess_all()"},
	{"project.similar", &similar, "weights of likeness, and metres that are near", "similar_projects()"},
	{"project.site_bounds", &bounds, "west, south, east and north that sites lie between, in degrees", "set_site(), [73, 3, 136, 54]"},
	{"project.site_tolerance", &metres, "metres from its site that a report may be made", "report_progress(), 500"},
	{"project.stages", &texts, "stages as the place names them", NULL},
	{"project.suspended_held", &flag, "a suspended project gets no money and is paid nothing without a release (暂停项目不拨付)", "every posting, true"},
	{"project.take_over_until", &day_or_none, "last day of taking over running projects; null: never", "take_over_projects()"},
	{"registry.languages", &languages, "languages, the first one of messages", "check_request(), forms, zh"},
	{"registry.schemes", &schemes, "schemes of codes that the place brings", "apply_profile()"},
	{"registry.widths.*", &widths, "digits of a code, or of each of its levels", NULL},
	{"workflow.collective_decision", &decision, "flow of collective decisions (三重一大)", NULL},
	{"workflow.deadline_reminder_days", &length_of_time, "days before a deadline that are reminded", "watch_deadline(), 3"},
	{"workflow.flow.*", &flow, "flow of a kind of case", NULL},
	{"workflow.goal.approval_time", &change, "goal: change of the time that approvals take", NULL},
	{"workflow.local_forms", &flag, "units may change their own forms", "define_field(), false"},
	{"workflow.response_hours", &length_of_time, "hours to answer in", "watch_deadline(), 48"},
	{NULL}
};

/* First words of keys that are the library's: names of modules, and of what profiles say of others. */
static const char *const own_words[] = {
	"access", "base", "batch", "budgetpm", "cap", "closing", "control", "document", "evidence",
	"exchange", "form", "insight", "ledger", "maintenance", "performance", "planning", "project",
	"registry", "rollup", "types", "workflow", NULL
};

/* Tells whether a key is the declared one, or one of those that it stands for. */
static bool
key_matches(const char *declared, const char *key)
{
	size_t		prefix = strcspn(declared, "*");

	if (declared[prefix] == '\0')
		return strcmp(declared, key) == 0;
	return strncmp(declared, key, prefix) == 0 && key[prefix] != '\0' && strchr(key + prefix, '.') == NULL;
}

/* Returns what a setting may be; NULL for one that is not declared. */
const BpmSettingKind *
bpm_find_setting_kind(const char *key)
{
	for (const BpmSettingKind *kind = bpm_setting_kinds; kind->key; kind++)
		if (key_matches(kind->key, key))
			return kind;
	return NULL;
}

/* Tells whether the first word of a key is one of the library's. */
static bool
is_own_key(const char *key)
{
	size_t		length = strcspn(key, ".");

	for (int i = 0; own_words[i]; i++)
		if (strlen(own_words[i]) == length && strncmp(own_words[i], key, length) == 0)
			return true;
	return false;
}

/* Returns the declared key that differs least from another one. */
static const char *
nearest_key(const char *key)
{
	const char *nearest = NULL;
	int			least = PG_INT32_MAX;

	for (const BpmSettingKind *kind = bpm_setting_kinds; kind->key; kind++)
	{
		int			distance = varstr_levenshtein(key, strlen(key), kind->key, strlen(kind->key), 1, 1, 1, true);

		if (distance < least)
		{
			least = distance;
			nearest = kind->key;
		}
	}
	return nearest;
}

/* Returns what is wrong with a key that is not declared: NULL for a key of one's own. */
char *
bpm_setting_key_fault(const char *key)
{
	if (!is_own_key(key))
		return NULL;
	return psprintf("there is no such setting; the nearest one is %s", nearest_key(key));
}
