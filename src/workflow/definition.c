/*
 * definition.c
 *	  A flow's JSON document, compiled; docs/workflow.md describes the document.
 *
 * Everything that is wrong is kept as a fault with its JSON path, and reading goes
 * on: whoever draws a flow sees all of it at once.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "workflow/workflow.h"

static const char *const moments[] = {
	"hold", "release", "approved", "rejected", "retracted", "terminated", "voided", NULL
};

/* Returns the number of a step, NO_STEP for an unknown name. */
int
bpm_find_step(const BpmFlow *flow, const char *name)
{
	for (int i = 0; i < flow->nsteps; i++)
		if (strcmp(flow->steps[i].name, name) == 0)
			return i;
	return NO_STEP;
}

/* Reads one way to name signers. */
static void
parse_assign(const BpmNode *node, BpmAssign *assign)
{
	static const char *const keys[] = {"login", "duty", "fact", "initiator", "at", "weight", NULL};
	static const char *const places[] = {"unit", "superior", "division", NULL};
	int			named = 0;
	char	   *value;

	bpm_node_keys(node, keys);
	for (int i = 0; i < 3; i++)
		if ((value = bpm_node_text(node, keys[i], false)) != NULL)
		{
			assign->kind = keys[i][0];
			assign->value = value;
			named++;
		}
	if (bpm_node_bool(node, "initiator"))
	{
		assign->kind = 'i';
		named++;
	}
	if (named != 1)
		bpm_fault(node->faults, node->path, "must name one of login, duty, fact, initiator");
	if (assign->kind == 'f')
		bpm_node_path(node, "fact", assign->value, &assign->path);
	assign->at = bpm_node_word(node, "at", places)[0];
	assign->weight = bpm_node_int(node, "weight", 1, 0);
}

/* Reads a list of ways to name signers. */
static void
parse_assigns(const BpmNode *node, const char *key, bool required, BpmAssigns *assigns)
{
	BpmNode		array;
	BpmNode		item;
	int			count = bpm_node_array(node, key, &array);

	if (count <= 0 && required)
		bpm_fault(node->faults, bpm_node_place(node, key), "nobody is named");
	if (count <= 0)
		return;
	assigns->items = palloc0(count * sizeof(BpmAssign));
	assigns->count = count;
	for (int i = 0; i < count; i++)
		if (bpm_node_item(&array, i, &item))
			parse_assign(&item, &assigns->items[i]);
}

/* Reports arguments that begin with $ and are no jsonpath. */
static void
check_arguments(const BpmNode *arguments)
{
	JsonbIterator *iterator = JsonbIteratorInit(arguments->object);
	JsonbIteratorToken token;
	JsonbValue	value;
	char	   *key = NULL;
	Datum		path;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			key = pnstrdup(value.val.string.val, value.val.string.len);
		if (token == WJB_VALUE && value.type == jbvString && value.val.string.len > 0 &&
			value.val.string.val[0] == '$')
			bpm_node_path(arguments, key, pnstrdup(value.val.string.val, value.val.string.len), &path);
	}
}

/* Reads one effect. */
static void
parse_effect(const BpmNode *node, BpmEffectSpec *effect)
{
	static const char *const keys[] = {"effect", "function", "arguments", "as", "when", NULL};
	BpmNode		arguments;

	bpm_node_keys(node, keys);
	effect->place = node->path;
	effect->name = bpm_node_text(node, "effect", false);
	effect->function = bpm_node_text(node, "function", false);
	if ((effect->name == NULL) == (effect->function == NULL))
		bpm_fault(node->faults, node->path, "must name either an effect or a function");
	effect->as = bpm_node_text(node, "as", false);
	effect->when = bpm_node_text(node, "when", false);
	if (effect->when)
		bpm_node_path(node, "when", effect->when, &effect->when_path);
	if (bpm_node_object(node, "arguments", &arguments))
	{
		JsonbValue	value;

		bpm_node_find(node, "arguments", &value);
		check_arguments(&arguments);
		effect->arguments = bpm_jsonb_value(&value);
	}
	else
		effect->arguments = bpm_empty_object();
}

/* Reads a list of effects. */
static void
parse_effects(const BpmNode *node, const char *key, BpmEffects *effects)
{
	BpmNode		array;
	BpmNode		item;
	int			count = bpm_node_array(node, key, &array);

	if (count <= 0)
		return;
	effects->items = palloc0(count * sizeof(BpmEffectSpec));
	effects->count = count;
	for (int i = 0; i < count; i++)
		if (bpm_node_item(&array, i, &item))
			parse_effect(&item, &effects->items[i]);
}

/* Reads how long a task may take, and what follows. */
static void
parse_deadline(const BpmNode *step, BpmDeadline *deadline)
{
	static const char *const keys[] = {"hours", "days", "working_days", "action", "to", NULL};
	static const char *const actions[] = {"remind", "pass", "reject", "transfer", "absent", NULL};
	BpmNode		node;
	char	   *action;
	int			units = 0;

	if (!bpm_node_object(step, "deadline", &node))
		return;
	bpm_node_keys(&node, keys);
	for (int i = 0; i < 3; i++)
	{
		int			length = bpm_node_int(&node, keys[i], 0, 1);

		if (length > 0)
		{
			deadline->unit = keys[i][0];
			deadline->length = length;
			units++;
		}
	}
	if (units != 1)
		bpm_fault(node.faults, node.path, "must give one of hours, days, working_days");
	action = bpm_node_word(&node, "action", actions);
	deadline->action = strcmp(action, "remind") == 0 ? 'm' : action[0];
	deadline->to = bpm_node_text(&node, "to", deadline->action == 't');
}

/* Reads what follows a rejection. */
static void
parse_reject(const BpmNode *node, BpmStep *step)
{
	char	   *word = bpm_node_text(node, "on_reject", false);

	step->on_reject = 'e';
	step->reject_step = NO_STEP;
	if (word == NULL || strcmp(word, "end") == 0)
		return;
	step->on_reject = strcmp(word, "previous") == 0 ? 'p' : strcmp(word, "start") == 0 ? 's' : 't';
	step->reject_name = word;
}

/* Reads whether the step only waits for objections, which nothing may then cut short. */
static void
parse_wait(const BpmNode *node, BpmStep *step)
{
	step->wait = bpm_node_bool(node, "wait");
	if (step->wait && (step->deadline.unit == 0 || step->deadline.action != 'p' || step->rule.kind != RULE_ANY ||
					   step->nobody == 'p' || step->self == 's'))
		bpm_fault(node->faults, psprintf("%s.wait", node->path),
				  "needs a deadline that passes, rule any, and neither nobody pass nor self skip");
}

/* Reads what a step for people has. */
static void
parse_sign(const BpmNode *node, BpmStep *step)
{
	static const char *const keys[] = {
		"step", "type", "title", "assign", "decide", "next", "on_reject", "self", "nobody",
		"deadline", "effects", "undo", "signature", "remove", "wait", NULL
	};
	static const char *const selves[] = {"forbid", "skip", "allow", "upward", NULL};
	static const char *const nobodies[] = {"error", "pass", "administrator", NULL};
	BpmNode		rule;

	bpm_node_keys(node, keys);
	parse_assigns(node, "assign", true, &step->assign);
	step->rule.quorum_den = step->rule.den = step->rule.num = 1;
	if (bpm_node_object(node, "decide", &rule))
		bpm_parse_rule(&rule, &step->rule);
	parse_reject(node, step);
	step->self = bpm_node_word(node, "self", selves)[0];
	step->nobody = bpm_node_word(node, "nobody", nobodies)[0];
	step->signature = bpm_node_bool(node, "signature");
	step->remove = bpm_node_bool(node, "remove");
	parse_deadline(node, &step->deadline);
	if (step->deadline.action == 'a' && step->rule.kind < RULE_RATIO)
		bpm_fault(node->faults, psprintf("%s.deadline.action", node->path),
				  "absence is only counted where people vote by ratio, weight or count");
	parse_wait(node, step);
	parse_effects(node, "effects", &step->effects);
	parse_effects(node, "undo", &step->undo);
	step->next_name = bpm_node_text(node, "next", true);
}

/* Reads the ways out of a gateway. */
static void
parse_branches(const BpmNode *node, BpmStep *step)
{
	static const char *const keys[] = {"when", "next", NULL};
	BpmNode		array;
	BpmNode		item;
	int			count = bpm_node_array(node, "branches", &array);

	if (count < (step->type == STEP_PARALLEL ? 2 : 1))
	{
		bpm_fault(node->faults, psprintf("%s.branches", node->path),
				  step->type == STEP_PARALLEL ? "needs at least two branches" : "needs at least one branch");
		return;
	}
	step->branches = palloc0(count * sizeof(BpmBranch));
	step->nbranches = count;
	for (int i = 0; i < count; i++)
	{
		BpmBranch  *branch = &step->branches[i];

		branch->next = NO_STEP;
		if (!bpm_node_item(&array, i, &item))
			continue;
		bpm_node_keys(&item, keys);
		branch->next_name = bpm_node_text(&item, "next", true);
		branch->when = bpm_node_text(&item, "when", step->type != STEP_PARALLEL);
		if (branch->when && step->type == STEP_PARALLEL)
			bpm_fault(item.faults, psprintf("%s.when", item.path),
					  "a parallel branch has no condition; use an inclusive gateway");
		else if (branch->when)
			bpm_node_path(&item, "when", branch->when, &branch->path);
	}
}

/* Reads a gateway. */
static void
parse_gateway(const BpmNode *node, BpmStep *step)
{
	static const char *const keys[] = {"step", "type", "title", "branches", "default", "join", NULL};

	bpm_node_keys(node, keys);
	parse_branches(node, step);
	step->default_name = bpm_node_text(node, "default", false);
	if (step->type != STEP_PARALLEL && step->default_name == NULL)
		bpm_fault(node->faults, psprintf("%s.default", node->path),
				  "missing: no branch is left when no condition is true");
	if (step->type == STEP_PARALLEL && step->default_name)
		bpm_fault(node->faults, psprintf("%s.default", node->path), "a parallel gateway takes every branch");
	if (step->type == STEP_CHOOSE)
	{
		JsonbValue	value;

		if (bpm_node_find(node, "join", &value))
			bpm_fault(node->faults, psprintf("%s.join", node->path), "a choice takes one branch and joins none");
	}
	else
		step->join_name = bpm_node_text(node, "join", true);
}

/* Reads a step that no person decides and that is no gateway. */
static void
parse_plain(const BpmNode *node, BpmStep *step)
{
	static const char *const join_keys[] = {"step", "type", "title", "next", NULL};
	static const char *const copy_keys[] = {"step", "type", "title", "assign", "next", NULL};
	static const char *const call_keys[] = {"step", "type", "title", "flow", "facts", "next", "on_reject", NULL};
	static const char *const end_keys[] = {"step", "type", "title", "state", NULL};
	static const char *const ends[] = {"approved", "rejected", NULL};

	bpm_node_keys(node, step->type == STEP_JOIN ? join_keys : step->type == STEP_COPY ? copy_keys :
				  step->type == STEP_CALL ? call_keys : end_keys);
	if (step->type == STEP_END)
	{
		step->end_state = bpm_node_word(node, "state", ends);
		return;
	}
	step->next_name = bpm_node_text(node, "next", true);
	if (step->type == STEP_COPY)
		parse_assigns(node, "assign", true, &step->assign);
	if (step->type == STEP_CALL)
	{
		step->call = bpm_node_text(node, "flow", true);
		step->facts = bpm_node_text(node, "facts", false);
		if (step->facts)
			bpm_node_path(node, "facts", step->facts, &step->facts_path);
		parse_reject(node, step);
	}
}

/* Reads one step. */
static void
parse_step(const BpmNode *node, BpmFlow *flow, BpmStep *step)
{
	static const char *const types[] = {
		"sign", "choose", "parallel", "inclusive", "join", "call", "copy", "end", NULL
	};
	char	   *type = bpm_node_word(node, "type", types);
	char	   *name = bpm_node_text(node, "step", true);

	step->place = node->path;
	step->name = name ? name : psprintf("#%d", flow->nsteps);
	step->title = bpm_node_text(node, "title", false);
	step->next = step->default_step = step->join = step->reject_step = NO_STEP;
	if (bpm_find_step(flow, step->name) != NO_STEP)
		bpm_fault(node->faults, psprintf("%s.step", node->path),
				  strcmp(step->name, "start") == 0 ? "\"%s\" is what the initiator submits; choose another name"
				  : "there is a step \"%s\" already", step->name);
	if (strlen(step->name) > 63)
		bpm_fault(node->faults, psprintf("%s.step", node->path), "is longer than 63 bytes");
	for (int i = 0; types[i]; i++)
		if (strcmp(types[i], type) == 0)
			step->type = STEP_SIGN + i;
	if (step->type == STEP_SIGN)
		parse_sign(node, step);
	else if (step->type == STEP_CHOOSE || step->type == STEP_PARALLEL || step->type == STEP_INCLUSIVE)
		parse_gateway(node, step);
	else
		parse_plain(node, step);
}

/* Makes the step at which the initiator submits. */
static void
make_start(BpmStep *step)
{
	step->name = pstrdup("start");
	step->place = pstrdup("$");
	step->type = STEP_START;
	step->next = 1;
	step->default_step = step->join = step->reject_step = NO_STEP;
	step->rule.kind = RULE_ANY;
	step->rule.num = step->rule.den = step->rule.quorum_den = 1;
	step->on_reject = 'e';
	step->self = 'a';
	step->nobody = 'e';
}

/* Reads the list of steps, the first of which follows the submission. */
static void
parse_steps(const BpmNode *node, BpmFlow *flow)
{
	BpmNode		array;
	BpmNode		item;
	int			count = bpm_node_array(node, "steps", &array);

	flow->steps = palloc0((Max(count, 0) + 1) * sizeof(BpmStep));
	make_start(&flow->steps[START_STEP]);
	flow->nsteps = 1;
	if (count <= 0)
		bpm_fault(node->faults, "$.steps", "missing: a flow has at least one step and an end");
	for (int i = 0; i < count; i++)
	{
		BpmStep		step = {0};

		if (!bpm_node_item(&array, i, &item))
			continue;
		parse_step(&item, flow, &step);
		flow->steps[flow->nsteps++] = step;
	}
}

/* Reads what belongs to the flow as a whole. */
static void
parse_whole(const BpmNode *node, BpmFlow *flow)
{
	static const char *const keys[] = {
		"flow", "title", "steps", "effects", "parties", "administrator", "repeated", "retract",
		"remind_minutes", NULL
	};
	static const char *const repeated[] = {"sign", "skip", NULL};
	static const char *const retracts[] = {"any", "before_first", NULL};
	BpmNode		effects;

	bpm_node_keys(node, keys);
	flow->name = bpm_node_text(node, "flow", true);
	if (flow->name && strspn(flow->name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(flow->name))
		bpm_fault(node->faults, "$.flow", "must be of lower-case letters, digits and _");
	if (flow->name && strlen(flow->name) > 63)
		bpm_fault(node->faults, "$.flow", "is longer than 63 bytes");
	flow->title = bpm_node_text(node, "title", true);
	parse_assigns(node, "parties", false, &flow->parties);
	flow->administrator = bpm_node_text(node, "administrator", false);
	flow->skip_repeated = strcmp(bpm_node_word(node, "repeated", repeated), "skip") == 0;
	flow->retract_before_first = strcmp(bpm_node_word(node, "retract", retracts), "before_first") == 0;
	flow->remind_minutes = bpm_node_int(node, "remind_minutes", 60, 0);
	if (bpm_node_object(node, "effects", &effects))
	{
		bpm_node_keys(&effects, moments);
		for (int i = 0; moments[i]; i++)
			parse_effects(&effects, moments[i], &flow->effects[i]);
		if (flow->effects[MOMENT_HOLD].count > 0 && flow->effects[MOMENT_RELEASE].count == 0)
			bpm_fault(node->faults, "$.effects.release", "missing: what is held would stay so when the case is rejected");
	}
}

/* Compiles a definition in the current context; what is wrong with its form is added to the faults. */
BpmFlow *
bpm_parse_flow(Jsonb *definition, BpmFaults *faults)
{
	BpmFlow    *flow = palloc0(sizeof(BpmFlow));
	BpmNode		node = {&definition->root, pstrdup("$"), faults};

	flow->context = CurrentMemoryContext;
	if (!JB_ROOT_IS_OBJECT(definition))
	{
		bpm_fault(faults, "$", "must be an object");
		return flow;
	}
	parse_whole(&node, flow);
	parse_steps(&node, flow);
	return flow;
}
