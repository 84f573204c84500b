/*
 * describe.c
 *	  A flow for people to look at: as a table, as Mermaid and as DOT text.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/operators.h"
#include "base/rows.h"
#include "workflow/call.h"

static const char *const type_names[] = {
	"start", "sign", "choose", "parallel", "inclusive", "join", "call", "copy", "end"
};

/* Returns a version of a flow, the newest for 0. */
static const BpmFlow *
find_flow(BpmLedger *ledger, const char *name, int32 version)
{
	static const BpmStatement find = {
		"SELECT version_id FROM @ledger@.flow_version WHERE flow" EQ "$1 AND version" EQ "$2", "ti"
	};
	Datum		values[] = {CStringGetTextDatum(name), Int32GetDatum(version)};
	bool		isnull;

	if (version == 0)
		return bpm_flow_newest(ledger, name);
	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("flow \"%s\" has no version %d", name, version)));
	return bpm_flow_version(ledger, DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0],
																SPI_tuptable->tupdesc, 1, &isnull)));
}

/* Says who signs. */
static char *
who(const BpmStep *step)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < step->assign.count; i++)
	{
		const BpmAssign *assign = &step->assign.items[i];

		appendStringInfoString(&text, i ? ", " : "");
		if (assign->kind == 'i')
			appendStringInfoString(&text, "initiator");
		else if (assign->kind == 'd')
			appendStringInfo(&text, "duty %s at %s", assign->value,
							 assign->at == 'u' ? "unit" : assign->at == 's' ? "superior" : "division");
		else
			appendStringInfo(&text, "%s %s", assign->kind == 'l' ? "login" : "fact", assign->value);
		if (step->rule.kind == RULE_WEIGHT)
			appendStringInfo(&text, " (%d)", assign->weight);
	}
	return text.data;
}

/* Says how a step is decided. */
static char *
how(const BpmStep *step)
{
	static const char *const rules[] = {"会签", "顺序会签", "或签", "票签", "票签", "票签"};
	const BpmRule *rule = &step->rule;
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, rules[rule->kind]);
	if (rule->kind == RULE_RATIO)
		appendStringInfo(&text, " %s" INT64_FORMAT "/" INT64_FORMAT " of those %s", rule->more ? "more than " : "",
						 rule->num, rule->den, rule->base_present ? "present" : "due");
	if (rule->kind == RULE_WEIGHT)
		appendStringInfo(&text, " weight over " INT64_FORMAT, rule->num);
	if (rule->kind == RULE_COUNT)
		appendStringInfo(&text, " " INT64_FORMAT " votes", rule->num);
	if (rule->quorum_num > 0)
		appendStringInfo(&text, ", quorum " INT64_FORMAT "/" INT64_FORMAT, rule->quorum_num, rule->quorum_den);
	if (rule->collect)
		appendStringInfoString(&text, ", after all have acted");
	return text.data;
}

/* Calls back for every way out of a step, with what is written on it. */
static void
each_way(const BpmFlow *flow, const BpmStep *step,
		 void (*tell) (StringInfo text, const BpmFlow *flow, const BpmStep *from, int to, const char *label),
		 StringInfo text)
{
	for (int i = 0; i < step->nbranches; i++)
		tell(text, flow, step, step->branches[i].next, step->branches[i].when);
	if (step->default_step != NO_STEP)
		tell(text, flow, step, step->default_step, "otherwise");
	if (step->next != NO_STEP)
		tell(text, flow, step, step->next, NULL);
	if (step->on_reject == 's')
		tell(text, flow, step, START_STEP, "rejected");
	if (step->on_reject == 't')
		tell(text, flow, step, step->reject_step, "rejected");
}

/* Writes a way for the table. */
static void
table_way(StringInfo text, const BpmFlow *flow, const BpmStep *from, int to, const char *label)
{
	appendStringInfo(text, "%s%s%s%s", text->len ? "; " : "", label ? label : "", label ? ": " : "",
					 flow->steps[to].name);
}

/* Says what else a step has. */
static char *
what_else(const BpmStep *step)
{
	static const char *const units[] = {"hours", "days", "working days"};
	StringInfoData text;
	const BpmDeadline *deadline = &step->deadline;

	initStringInfo(&text);
	if (deadline->unit)
		appendStringInfo(&text, "after %d %s %s", deadline->length,
						 units[deadline->unit == 'h' ? 0 : deadline->unit == 'd' ? 1 : 2],
						 deadline->action == 'p' ? "pass" : deadline->action == 'r' ? "reject" :
						 deadline->action == 't' ? "transfer" : deadline->action == 'a' ? "absent" : "remind");
	for (int i = 0; i < step->effects.count; i++)
		appendStringInfo(&text, "%seffect %s", text.len ? "; " : "", step->effects.items[i].name ?
						 step->effects.items[i].name : step->effects.items[i].function);
	for (int i = 0; i < step->undo.count; i++)
		appendStringInfo(&text, "%sundo %s", text.len ? "; " : "", step->undo.items[i].name ?
						 step->undo.items[i].name : step->undo.items[i].function);
	if (step->wait)
		appendStringInfo(&text, "%swaits for objections", text.len ? "; " : "");
	if (step->on_reject == 'p')
		appendStringInfo(&text, "%srejected: previous step", text.len ? "; " : "");
	if (step->call)
		appendStringInfo(&text, "%sflow %s", text.len ? "; " : "", step->call);
	if (step->end_state)
		appendStringInfoString(&text, step->end_state);
	return text.data;
}

/* Lists the steps of a flow. */
PG_FUNCTION_INFO_V1(bpm_describe_flow);
Datum
bpm_describe_flow(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *name = bpm_argument(fcinfo, 1, "flow");
	const BpmFlow *flow;
	BpmCall		call;

	InitMaterializedSRF(fcinfo, 0);
	bpm_call_begin(&call, fcinfo, "describe_flow", NULL);
	flow = find_flow(call.ledger, name, PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2));
	for (int i = 0; i < flow->nsteps; i++)
	{
		const BpmStep *step = &flow->steps[i];
		StringInfoData ways;
		Datum		values[8];
		bool		nulls[8] = {false};

		initStringInfo(&ways);
		each_way(flow, step, table_way, &ways);
		values[0] = Int32GetDatum(i);
		values[1] = CStringGetTextDatum(step->name);
		values[2] = CStringGetTextDatum(type_names[step->type]);
		bpm_put_text(values, nulls, 3, step->title);
		values[4] = CStringGetTextDatum(who(step));
		values[5] = CStringGetTextDatum(step->type == STEP_SIGN ? how(step) : "");
		values[6] = CStringGetTextDatum(ways.data);
		values[7] = CStringGetTextDatum(what_else(step));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	bpm_call_end(&call);
	return (Datum) 0;
}

/* Adds a text with what would end a label replaced. */
static void
append_label(StringInfo text, const char *label)
{
	for (; *label; label++)
		if (*label == '"')
			appendStringInfoChar(text, '\'');
		else if (*label != '\\' && *label != '\n')
			appendStringInfoChar(text, *label);
}

/* Writes a way in Mermaid. */
static void
mermaid_way(StringInfo text, const BpmFlow *flow, const BpmStep *from, int to, const char *label)
{
	appendStringInfo(text, "  s%d -->", (int) (from - flow->steps));
	if (label)
	{
		appendStringInfoString(text, "|\"");
		append_label(text, label);
		appendStringInfoString(text, "\"|");
	}
	appendStringInfo(text, " s%d\n", to);
}

/* Writes a flow in Mermaid. */
static void
write_mermaid(StringInfo text, const BpmFlow *flow)
{
	appendStringInfoString(text, "flowchart TD\n");
	for (int i = 0; i < flow->nsteps; i++)
	{
		const BpmStep *step = &flow->steps[i];
		bool		gateway = step->type == STEP_CHOOSE || step->type == STEP_PARALLEL ||
			step->type == STEP_INCLUSIVE || step->type == STEP_JOIN;
		bool		edge = step->type == STEP_START || step->type == STEP_END;

		appendStringInfo(text, "  s%d%s\"", i, gateway ? "{" : edge ? "([" : "[");
		append_label(text, step->title ? step->title : step->name);
		appendStringInfo(text, "\"%s\n", gateway ? "}" : edge ? "])" : "]");
	}
	for (int i = 0; i < flow->nsteps; i++)
		each_way(flow, &flow->steps[i], mermaid_way, text);
}

/* Writes a way in DOT. */
static void
dot_way(StringInfo text, const BpmFlow *flow, const BpmStep *from, int to, const char *label)
{
	appendStringInfo(text, "  s%d -> s%d", (int) (from - flow->steps), to);
	if (label)
	{
		appendStringInfoString(text, " [label=\"");
		append_label(text, label);
		appendStringInfoString(text, "\"]");
	}
	appendStringInfoString(text, ";\n");
}

/* Writes a flow in DOT. */
static void
write_dot(StringInfo text, const BpmFlow *flow)
{
	appendStringInfo(text, "digraph %s {\n", flow->name);
	for (int i = 0; i < flow->nsteps; i++)
	{
		const BpmStep *step = &flow->steps[i];

		appendStringInfo(text, "  s%d [shape=%s, label=\"", i,
						 step->type == STEP_START || step->type == STEP_END ? "oval" :
						 step->type == STEP_SIGN || step->type == STEP_CALL || step->type == STEP_COPY ? "box" : "diamond");
		append_label(text, step->title ? step->title : step->name);
		appendStringInfoString(text, "\"];\n");
	}
	for (int i = 0; i < flow->nsteps; i++)
		each_way(flow, &flow->steps[i], dot_way, text);
	appendStringInfoString(text, "}\n");
}

/* Draws a flow as text for Mermaid or Graphviz. */
PG_FUNCTION_INFO_V1(bpm_draw_flow);
Datum
bpm_draw_flow(PG_FUNCTION_ARGS)
{
	char	   *name = bpm_argument(fcinfo, 1, "flow");
	char	   *format = bpm_argument(fcinfo, 3, "format");
	MemoryContext caller = CurrentMemoryContext;
	StringInfoData text;
	const BpmFlow *flow;
	BpmCall		call;
	Datum		drawn;

	if (strcmp(format, "mermaid") != 0 && strcmp(format, "dot") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("format \"%s\" is not known", format),
				 errhint("Use mermaid or dot.")));
	bpm_call_begin(&call, fcinfo, "draw_flow", NULL);
	flow = find_flow(call.ledger, name, PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2));
	initStringInfo(&text);
	if (strcmp(format, "dot") == 0)
		write_dot(&text, flow);
	else
		write_mermaid(&text, flow);
	MemoryContextSwitchTo(caller);
	drawn = CStringGetTextDatum(text.data);
	bpm_call_end(&call);
	return drawn;
}
