/*
 * check.c
 *	  What is filled in, against the form of its place and category: every bad field
 *	  in one error.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/errors.h"
#include "base/json.h"
#include "base/jsonb.h"
#include "base/rows.h"
#include "form/form_private.h"

/* The first language of the place speaks in errors. */
static const BpmStatement find_fields = {
	CATEGORIES_ABOVE
	" SELECT f.field, COALESCE(f.label OPERATOR(pg_catalog.->>) $5, f.label OPERATOR(pg_catalog.->>) 'zh'),"
	" f.type, f.required, f.options, f.minimum, f.maximum, f.max_length, f.rule,"
	" COALESCE(f.message OPERATOR(pg_catalog.->>) $5, f.message OPERATOR(pg_catalog.->>) 'zh')"
	" FROM @ledger@.form_field f WHERE" FIELDS_IN_FORCE " ORDER BY f.place, f.field", "tcctt"
};
static const BpmStatement find_language = {
	"SELECT COALESCE(s.value OPERATOR(pg_catalog.->>) 0, 'zh') FROM @ledger@.profile_setting s JOIN @ledger@.profile_binding b"
	" ON b.profile" EQ "s.profile AND b.version" EQ "s.version WHERE s.key" EQ "'registry.languages'"
	" AND b.division OPERATOR(budgetpm.@>) $1 AND b.valid_from OPERATOR(pg_catalog.<=) " SERVER_DATE
	" AND (b.valid_to IS NULL OR b.valid_to OPERATOR(pg_catalog.>) " SERVER_DATE ")"
	" ORDER BY pg_catalog.length(b.division::pg_catalog.text) DESC LIMIT 1", "c"
};

/* What was found wrong so far. */
typedef struct Findings
{
	StringInfoData list;
	int			count;
} Findings;

/* Adds a bad field: its name and label, its value, why. */
static void
add_finding(Findings *findings, const char *name, const char *label, const JsonbValue *value, const char *why)
{
	appendStringInfo(&findings->list, "%s%s", findings->count++ ? "\n" : "", name);
	if (label)
		appendStringInfo(&findings->list, " (%s)", label);
	if (value)
	{
		Jsonb	   *document = bpm_jsonb_value(value);
		char	   *text = bpm_jsonb_out(document);
		int			length = strlen(text);
		int			shown = pg_mbcliplen(text, length, 100);

		appendStringInfo(&findings->list, " = %.*s%s", shown, text, shown < length ? "..." : "");
	}
	appendStringInfo(&findings->list, ": %s", why);
}

/* Reads one field of the form. */
static void
take_field(BpmFormField *field, HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	Datum		value;

	field->name = SPI_getvalue(row, desc, 1);
	field->label = SPI_getvalue(row, desc, 2);
	field->type = SPI_getvalue(row, desc, 3)[0];
	field->required = DatumGetBool(SPI_getbinval(row, desc, 4, &isnull));
	value = SPI_getbinval(row, desc, 5, &isnull);
	field->options = isnull ? NULL : DatumGetJsonbP(value);
	value = SPI_getbinval(row, desc, 6, &isnull);
	field->minimum = isnull ? NULL : DatumGetNumeric(value);
	value = SPI_getbinval(row, desc, 7, &isnull);
	field->maximum = isnull ? NULL : DatumGetNumeric(value);
	field->max_length = (int) bpm_row_number(row, desc, 8);
	field->rule = SPI_getvalue(row, desc, 9);
	field->message = SPI_getvalue(row, desc, 10);
}

/* Checks one field against what is filled in. */
static void
check_field(const BpmFormField *field, Jsonb *attributes, bool partial, Findings *findings)
{
	JsonbValue	value;
	bool		filled = getKeyJsonValueFromContainer(&attributes->root, field->name, strlen(field->name),
													  &value) != NULL;
	char	   *why;

	if (!filled || value.type == jbvNull || (value.type == jbvString && value.val.string.len == 0))
	{
		if (field->required && !partial)
			add_finding(findings, field->name, field->label, NULL, "is required");
		return;
	}
	why = bpm_field_fault(field, &value);
	if (why == NULL && field->rule &&
		!bpm_path_true(DirectFunctionCall1(jsonpath_in, CStringGetDatum(field->rule)), attributes))
		why = field->message ? field->message : psprintf("must satisfy %s", field->rule);
	if (why)
		add_finding(findings, field->name, field->label, &value, why);
}

/* Reports what is filled in and is no field. */
static void
check_unknown(const BpmFormField *fields, int count, Jsonb *attributes, Findings *findings)
{
	ListCell   *cell;

	foreach(cell, bpm_jsonb_keys(&attributes->root))
	{
		char	   *name = lfirst(cell);
		bool		known = false;

		for (int i = 0; i < count && !known; i++)
			known = strcmp(fields[i].name, name) == 0;
		if (!known)
			add_finding(findings, name, NULL, NULL, "is not a field of this form");
	}
}

/* Raises what was found, if anything. */
static void
raise_findings(BpmLedger *ledger, const char *form, const Findings *findings)
{
	if (findings->count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg_plural("form \"%s\" has %d bad field", "form \"%s\" has %d bad fields",
							   findings->count, form, findings->count),
				 errdetail_internal("%s", findings->list.data),
				 errhint("%s.describe_form() lists the fields.", ledger->schema)));
}

/* Reads the fields of a form; returns how many there are. */
static int
read_fields(BpmLedger *ledger, const char *form, BpmCode division, BpmCode unit, const char *category,
			BpmFormField **fields)
{
	Datum		values[5];
	char		nulls[] = "     ";
	int			rows;

	values[0] = Int64GetDatum(division);
	values[4] = CStringGetTextDatum("zh");
	if (bpm_ledger_execute(ledger, &find_language, 0, values, NULL) == 1)
		values[4] = CStringGetTextDatum(bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	values[0] = CStringGetTextDatum(form);
	values[1] = Int64GetDatum(division);
	bpm_set_id(values, nulls, 2, unit);
	bpm_set_text(values, nulls, 3, category);
	rows = bpm_ledger_execute(ledger, &find_fields, 0, values, nulls);
	*fields = palloc0((rows + 1) * sizeof(BpmFormField));
	for (int i = 0; i < rows; i++)
		take_field(&(*fields)[i], SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	return rows;
}

/* Refuses attributes that the form does not allow; a partial form may lack what is required. */
void
bpm_check_some_attributes(BpmLedger *ledger, const char *form, BpmCode division, BpmCode unit,
						  const char *category, Jsonb *attributes, bool partial)
{
	BpmOwnerScope scope;
	BpmFormField *fields;
	Findings	findings = {.count = 0};
	int			count;

	if (attributes == NULL)
		attributes = bpm_empty_object();
	if (!JB_ROOT_IS_OBJECT(attributes))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("attributes must be an object")));
	SPI_connect();
	bpm_owner_enter(ledger, &scope);
	initStringInfo(&findings.list);
	count = read_fields(ledger, form, division, unit, category, &fields);
	for (int i = 0; i < count; i++)
		check_field(&fields[i], attributes, partial, &findings);
	check_unknown(fields, count, attributes, &findings);
	raise_findings(ledger, form, &findings);
	bpm_owner_leave(&scope);
	SPI_finish();
}

/* Refuses attributes that the form does not allow. */
void
bpm_check_attributes(BpmLedger *ledger, const char *form, BpmCode division, BpmCode unit,
					 const char *category, Jsonb *attributes)
{
	bpm_check_some_attributes(ledger, form, division, unit, category, attributes, false);
}

/* Returns a column of the row, which the table must have with that type. */
static Datum
column(TriggerData *trigger, HeapTuple row, const char *name, Oid type, bool optional, bool *isnull)
{
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	int			number = SPI_fnumber(desc, name);

	*isnull = true;
	if (number <= 0 && optional)
		return (Datum) 0;
	if (number <= 0 || getBaseType(TupleDescAttr(desc, number - 1)->atttypid) != type)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("table \"%s\" has no column \"%s\" that a form can be checked with",
						RelationGetRelationName(trigger->tg_relation), name)));
	return heap_getattr(row, number, desc, isnull);
}

/* Checks the attributes of a row against the form that the trigger's argument names. */
PG_FUNCTION_INFO_V1(bpm_check_form_attributes);
Datum
bpm_check_form_attributes(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	BpmLedger  *ledger;
	HeapTuple	row;
	Datum		values[4];
	bool		nulls[4];
	char	  **arguments;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		!TRIGGER_FIRED_BEFORE(trigger->tg_event) || TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ||
		trigger->tg_trigger->tgnargs < 1)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"check_form_attributes\" must be called before rows are written, with the name of a form")));
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	ledger = bpm_ledger_open(get_relname_relid("ledger", RelationGetNamespace(trigger->tg_relation)));
	values[0] = column(trigger, row, "attributes", JSONBOID, false, &nulls[0]);
	if (nulls[0])
		return PointerGetDatum(row);
	values[1] = column(trigger, row, "division", ledger->code_type, false, &nulls[1]);
	values[2] = column(trigger, row, "unit", ledger->code_type, false, &nulls[2]);
	values[3] = column(trigger, row, "category", VARCHAROID, true, &nulls[3]);
	arguments = trigger->tg_trigger->tgargs;
	bpm_check_some_attributes(ledger, arguments[0], DatumGetInt64(values[1]),
							  nulls[2] ? 0 : DatumGetInt64(values[2]),
							  nulls[3] ? NULL : TextDatumGetCString(values[3]), DatumGetJsonbP(values[0]),
							  trigger->tg_trigger->tgnargs > 1 && strcmp(arguments[1], "partial") == 0);
	return PointerGetDatum(row);
}
