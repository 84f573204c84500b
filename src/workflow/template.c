/*
 * template.c
 *	  Templates of flows: taken over with the titles and the changes of this place.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/errors.h"
#include "base/operators.h"
#include "workflow/call.h"

static const BpmStatement find_template = {
	"SELECT definition FROM @ledger@.flow_template WHERE template" EQ "$1", "t"
};
static const BpmStatement list_templates = {
	"SELECT pg_catalog.string_agg(template, ', ' ORDER BY template) FROM @ledger@.flow_template", ""
};

/* Reads a template, or refuses an unknown one. */
static Jsonb *
read_template(BpmLedger *ledger, const char *name)
{
	Datum		value = CStringGetTextDatum(name);
	bool		isnull;
	char	   *known;

	if (bpm_ledger_execute(ledger, &find_template, 0, &value, NULL) == 1)
		return DatumGetJsonbPCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	bpm_ledger_execute(ledger, &list_templates, 0, NULL, NULL);
	known = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("template \"%s\" of a flow does not exist in ledger %s", name, ledger->schema),
			 errdetail("There are: %s.", known ? known : "none")));
}

/* Makes a JSON text. */
static Jsonb *
json_text(const char *text)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = (char *) text;
	value.val.string.len = strlen(text);
	return bpm_jsonb_value(&value);
}

/* Returns the title that a duty of the template has here. */
static JsonbValue
local_title(Jsonb *duties, JsonbValue title, List **titles)
{
	JsonbValue	found;

	*titles = lappend(*titles, pnstrdup(title.val.string.val, title.val.string.len));
	if (duties && getKeyJsonValueFromContainer(&duties->root, title.val.string.val, title.val.string.len, &found) &&
		found.type == jbvString)
		return found;
	return title;
}

/* Copies a definition with every duty under its title here; collects the template's titles. */
static Jsonb *
with_local_titles(Jsonb *definition, Jsonb *duties, List **titles)
{
	JsonbIterator *iterator = JsonbIteratorInit(&definition->root);
	JsonbParseState *state = NULL;
	JsonbValue	value;
	JsonbValue *result = NULL;
	JsonbIteratorToken token;
	bool		duty = false;

	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		bool		has_value = token == WJB_KEY || token == WJB_VALUE || token == WJB_ELEM;

		if (token == WJB_VALUE && duty && value.type == jbvString)
			value = local_title(duties, value, titles);
		duty = token == WJB_KEY && value.val.string.len == 4 && strncmp(value.val.string.val, "duty", 4) == 0;
		result = pushJsonbValue(&state, token, has_value ? &value : NULL);
	}
	return JsonbValueToJsonb(result);
}

/* Reports titles that the template has not, and new ones that are no text. */
static void
check_duties(Jsonb *duties, List *titles, BpmFaults *faults)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	char	   *title = NULL;
	ListCell   *cell;

	if (duties == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(duties))
	{
		bpm_fault(faults, "duties", "must be an object: {title in the template: title here}");
		return;
	}
	iterator = JsonbIteratorInit(&duties->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		bool		known = false;

		if (token == WJB_VALUE && (value.type != jbvString || value.val.string.len == 0))
			bpm_fault(faults, psprintf("duties.%s", title), "must be a text");
		if (token != WJB_KEY)
			continue;
		title = pnstrdup(value.val.string.val, value.val.string.len);
		foreach(cell, titles)
			known |= strcmp(lfirst(cell), title) == 0;
		if (!known)
			bpm_fault(faults, psprintf("duties.%s", title), "the template has no such duty");
	}
}

/* Returns a step with its changes. */
static Jsonb *
changed_step(JsonbValue *step, Jsonb *changes, const char *name, BpmFaults *faults)
{
	Jsonb	   *plain = bpm_jsonb_value(step);
	JsonbValue	change;

	if (name == NULL || getKeyJsonValueFromContainer(&changes->root, name, strlen(name), &change) == NULL)
		return plain;
	if (change.type != jbvBinary || !JsonContainerIsObject(change.val.binary.data))
	{
		bpm_fault(faults, psprintf("changes.steps.%s", name), "must be an object");
		return plain;
	}
	return bpm_jsonb_join(plain, bpm_jsonb_value(&change));
}

/* Returns the name of a step, NULL for none. */
static char *
step_name(const JsonbValue *step)
{
	if (step->type != jbvBinary || !JsonContainerIsObject(step->val.binary.data))
		return NULL;
	return bpm_jsonb_text(step->val.binary.data, "step");
}

/* Reports changes of steps that the template has not. */
static void
check_step_names(JsonbContainer *steps, Jsonb *changes, BpmFaults *faults)
{
	ListCell   *cell;

	foreach(cell, bpm_jsonb_keys(&changes->root))
	{
		char	   *name = lfirst(cell);
		bool		known = false;

		for (int i = 0; i < JsonContainerSize(steps) && !known; i++)
		{
			char	   *step = step_name(getIthJsonbValueFromContainer(steps, i));

			known = step && strcmp(step, name) == 0;
		}
		if (!known)
			bpm_fault(faults, psprintf("changes.steps.%s", name), "the template has no such step");
	}
}

/* Returns the steps of a definition with their changes. */
static Jsonb *
changed_steps(Jsonb *definition, Jsonb *changes, BpmFaults *faults)
{
	JsonbParseState *state = NULL;
	JsonbValue	steps;

	if (getKeyJsonValueFromContainer(&definition->root, "steps", 5, &steps) == NULL ||
		steps.type != jbvBinary || !JsonContainerIsArray(steps.val.binary.data))
		return NULL;
	check_step_names(steps.val.binary.data, changes, faults);
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < JsonContainerSize(steps.val.binary.data); i++)
	{
		JsonbValue *step = getIthJsonbValueFromContainer(steps.val.binary.data, i);
		Jsonb	   *changed = changed_step(step, changes, step_name(step), faults);
		JsonbValue	element;

		element.type = jbvBinary;
		element.val.binary.data = &changed->root;
		element.val.binary.len = VARSIZE_ANY_EXHDR(changed);
		pushJsonbValue(&state, WJB_ELEM, &element);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

/* Puts changes in place of what the template says; what they give as null goes. */
static Jsonb *
with_changes(Jsonb *definition, Jsonb *changes, BpmFaults *faults)
{
	JsonbValue	steps;
	Jsonb	   *rest = changes;
	Jsonb	   *merged = NULL;

	if (changes == NULL)
		return definition;
	if (!JB_ROOT_IS_OBJECT(changes))
	{
		bpm_fault(faults, "changes", "must be an object");
		return definition;
	}
	if (getKeyJsonValueFromContainer(&changes->root, "steps", 5, &steps) && steps.type == jbvBinary &&
		JsonContainerIsObject(steps.val.binary.data))
	{
		merged = changed_steps(definition, bpm_jsonb_value(&steps), faults);
		rest = DatumGetJsonbP(DirectFunctionCall2(jsonb_delete, JsonbPGetDatum(changes), CStringGetTextDatum("steps")));
	}
	definition = bpm_jsonb_join(definition, rest);
	if (merged)
		definition = bpm_jsonb_with(definition, "steps", merged);
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_strip_nulls, JsonbPGetDatum(definition)));
}

/* Makes the definition that the arguments of adopt_flow() ask for. */
static Jsonb *
compose(BpmCall *call, FunctionCallInfo fcinfo, BpmFaults *faults)
{
	char	   *template = bpm_argument(fcinfo, 1, "template");
	char	   *flow = bpm_optional_argument(fcinfo, 2);
	Jsonb	   *duties = PG_ARGISNULL(3) ? NULL : PG_GETARG_JSONB_P(3);
	Jsonb	   *changes = PG_ARGISNULL(4) ? NULL : PG_GETARG_JSONB_P(4);
	Jsonb	   *definition = read_template(call->ledger, template);
	List	   *titles = NIL;

	definition = with_local_titles(definition, duties && JB_ROOT_IS_OBJECT(duties) ? duties : NULL, &titles);
	check_duties(duties, titles, faults);
	definition = with_changes(definition, changes, faults);
	return bpm_jsonb_with(definition, "flow", json_text(flow ? flow : template));
}

/* Gives the definition that adopt_flow() would publish. */
PG_FUNCTION_INFO_V1(bpm_compose_flow);
Datum
bpm_compose_flow(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	BpmFaults	faults = {0};
	BpmCall		call;
	Jsonb	   *definition;
	Datum		result;

	bpm_call_begin(&call, fcinfo, "compose_flow", NULL);
	definition = compose(&call, fcinfo, &faults);
	bpm_refuse_definition(&faults);
	MemoryContextSwitchTo(caller);
	result = JsonbPGetDatum(DatumGetJsonbPCopy(JsonbPGetDatum(definition)));
	bpm_call_end(&call);
	return result;
}

/* Publishes a template as the next version of a flow, and returns that version. */
PG_FUNCTION_INFO_V1(bpm_adopt_flow);
Datum
bpm_adopt_flow(PG_FUNCTION_ARGS)
{
	BpmFaults	faults = {0};
	BpmCall		call;
	Jsonb	   *definition;
	int32		version;

	bpm_call_begin(&call, fcinfo, "adopt_flow", NULL);
	bpm_call_require(&call, 0, 0);
	definition = compose(&call, fcinfo, &faults);
	version = bpm_publish(&call, definition, bpm_argument(fcinfo, 1, "template"), &faults);
	bpm_call_end(&call);
	PG_RETURN_INT32(version);
}
