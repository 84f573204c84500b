/*
 * field.c
 *	  Fields of forms: defined, replaced, retired.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/number.h"
#include "base/rows.h"
#include "form/form_private.h"
#include "ledger/posting.h"
#include "registry/registry.h"
#include "workflow/call.h"

/* Numbers of the arguments of define_form_field(), after the ledger. */
enum
{
	FORM = 1, FIELD, TYPE, LABEL, DIVISION, UNIT, CATEGORY, REQUIRED, OPTIONS, MINIMUM, MAXIMUM,
	MAX_LENGTH, RULE, MESSAGE, PLACE, VALID_FROM, VALID_TO
};

static const BpmStatement this_day = {
	"SELECT " SERVER_DATE, ""
};
static const BpmStatement lock_fields = {
	"LOCK TABLE @ledger@.form_field IN SHARE ROW EXCLUSIVE MODE", ""
};
static const BpmStatement find_category = {
	"SELECT 1 FROM @ledger@.profile_category WHERE category" EQ "$1 LIMIT 1", "t"
};

/* A field of the same name that holds where the new one would. */
static const BpmStatement find_overlap = {
	"SELECT COALESCE(u.official_code, d.official_code) FROM @ledger@.form_field f"
	" JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) f.division"
	" LEFT JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) f.unit"
	" WHERE f.form" EQ "$1 AND f.field" EQ "$2 AND f.active"
	" AND (f.valid_to IS NULL OR f.valid_to OPERATOR(pg_catalog.>) COALESCE($6, " SERVER_DATE "))"
	" AND (f.division OPERATOR(budgetpm.@>) $3 OR $3 OPERATOR(budgetpm.@>) f.division)"
	" AND (f.unit IS NULL OR $4 IS NULL OR f.unit OPERATOR(budgetpm.@>) $4 OR $4 OPERATOR(budgetpm.@>) f.unit)"
	" AND (f.category IS NULL OR $5 IS NULL OR f.category" EQ "$5)"
	" AND NOT (f.division OPERATOR(budgetpm.=) $3 AND f.unit::pg_catalog.text IS NOT DISTINCT FROM $4::pg_catalog.text"
	" AND f.category IS NOT DISTINCT FROM $5) ORDER BY f.field_id LIMIT 1", "ttcctd"
};
static const BpmStatement find_same = {
	"SELECT field_id FROM @ledger@.form_field f WHERE f.form" EQ "$1 AND f.field" EQ "$2 AND f.active"
	" AND f.division OPERATOR(budgetpm.=) $3 AND f.unit::pg_catalog.text IS NOT DISTINCT FROM $4::pg_catalog.text"
	" AND f.category IS NOT DISTINCT FROM $5"
	" AND (f.valid_to IS NULL OR f.valid_to OPERATOR(pg_catalog.>) COALESCE($6, " SERVER_DATE "))", "ttcctd"
};
static const BpmStatement end_field = {
	"UPDATE @ledger@.form_field SET active = valid_from OPERATOR(pg_catalog.<) COALESCE($2, " SERVER_DATE "),"
	" valid_to = CASE WHEN valid_from OPERATOR(pg_catalog.<) COALESCE($2, " SERVER_DATE ") THEN COALESCE($2, " SERVER_DATE ")"
	" ELSE valid_to END WHERE field_id" EQ "$1", "ld"
};
static const BpmStatement insert_field = {
	"INSERT INTO @ledger@.form_field (field_id, form, field, division, unit, category, type, required, options,"
	" minimum, maximum, max_length, label, rule, message, place, valid_from, valid_to, active, defined_by)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, COALESCE($17, " SERVER_DATE "), $18,"
	" true, $19)", "lttcctt" "bjnnijtjiddt"
};
static const BpmStatement find_field = {
	"SELECT division, unit, active AND (valid_to IS NULL OR valid_to OPERATOR(pg_catalog.>) " SERVER_DATE "),"
	" $2 OPERATOR(pg_catalog.<) " SERVER_DATE " FROM @ledger@.form_field WHERE field_id" EQ "$1 FOR NO KEY UPDATE", "ld"
};

/* Tells whether a text is among the words. */
static bool
is_word(const char *text, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], text) == 0)
			return true;
	return false;
}

/* Reports labels or messages that are not texts by language. */
static void
check_languages(Jsonb *texts, const char *name, BpmFaults *faults)
{
	static const char *const languages[] = {"zh", "en", "mn", NULL};
	BpmNode		node = {&texts->root, (char *) name, faults};
	char	   *text;

	if (!JB_ROOT_IS_OBJECT(texts))
	{
		bpm_fault(faults, name, "must be an object of texts by language: zh, en, mn");
		return;
	}
	bpm_node_keys(&node, languages);
	for (int i = 0; languages[i]; i++)
		if ((text = bpm_node_text(&node, languages[i], i == 0)) != NULL && pg_mbstrlen(text) > 200)
			bpm_fault(faults, psprintf("%s.%s", name, languages[i]), "must have at most 200 characters");
}

/* Reports options that are not different texts. */
static void
check_options(Jsonb *options, BpmFaults *faults)
{
	int			count = JB_ROOT_IS_ARRAY(options) && !JB_ROOT_IS_SCALAR(options) ? JB_ROOT_COUNT(options) : 0;
	List	   *known = NIL;

	if (count == 0 || count > 200)
		bpm_fault(faults, "options", "must be an array of 1 to 200 options");
	for (int i = 0; i < count && count <= 200; i++)
	{
		char	   *place = psprintf("options[%d]", i);
		JsonbValue	value;
		char	   *text;
		ListCell   *cell;

		if (!bpm_option_value(getIthJsonbValueFromContainer(&options->root, i), &value))
		{
			bpm_fault(faults, place, "must be a text, or an object with a text \"value\"");
			continue;
		}
		text = pnstrdup(value.val.string.val, value.val.string.len);
		foreach(cell, known)
			if (strcmp(lfirst(cell), text) == 0)
				bpm_fault(faults, place, "\"%s\" is there already", text);
		known = lappend(known, text);
	}
}

/* Reports a bound that is no number, or more than the view of fields can show. */
static void
check_bound(Numeric bound, const char *place, BpmFaults *faults)
{
	char	   *text = numeric_normalize(bound);

	if (numeric_is_nan(bound) || numeric_is_inf(bound))
		bpm_fault(faults, place, "must be a number");
	else if (strcspn(text + (text[0] == '-'), ".") > 28)
		bpm_fault(faults, place, "has more than 28 digits before the point");
}

/* Reports what does not go with the type of the field. */
static void
check_limits(FunctionCallInfo fcinfo, const char *type, BpmFaults *faults)
{
	static const char *const numbers[] = {"number", "integer", "amount", NULL};
	bool		number = is_word(type, numbers);

	if (strcmp(type, "choice") == 0 && PG_ARGISNULL(OPTIONS))
		bpm_fault(faults, "options", "missing: a choice is among options");
	else if (strcmp(type, "choice") == 0)
		check_options(PG_GETARG_JSONB_P(OPTIONS), faults);
	else if (!PG_ARGISNULL(OPTIONS))
		bpm_fault(faults, "options", "only a choice has options");
	if (!number && !PG_ARGISNULL(MINIMUM))
		bpm_fault(faults, "minimum", "a %s has none", type);
	if (!number && !PG_ARGISNULL(MAXIMUM))
		bpm_fault(faults, "maximum", "a %s has none", type);
	if (!PG_ARGISNULL(MINIMUM))
		check_bound(PG_GETARG_NUMERIC(MINIMUM), "minimum", faults);
	if (!PG_ARGISNULL(MAXIMUM))
		check_bound(PG_GETARG_NUMERIC(MAXIMUM), "maximum", faults);
	if (!PG_ARGISNULL(MINIMUM) && !PG_ARGISNULL(MAXIMUM) &&
		bpm_exceeds(PG_GETARG_NUMERIC(MINIMUM), PG_GETARG_NUMERIC(MAXIMUM)))
		bpm_fault(faults, "maximum", "is less than the minimum");
	if (!PG_ARGISNULL(MAX_LENGTH) && strcmp(type, "text") != 0)
		bpm_fault(faults, "max_length", "a %s has none", type);
	if (!PG_ARGISNULL(MAX_LENGTH) && (PG_GETARG_INT32(MAX_LENGTH) < 1 || PG_GETARG_INT32(MAX_LENGTH) > 100000))
		bpm_fault(faults, "max_length", "must be from 1 to 100000");
}

/* Reports a rule that is no jsonpath, and a message without one. */
static void
check_rule(FunctionCallInfo fcinfo, BpmFaults *faults)
{
	char	   *rule = bpm_optional_argument(fcinfo, RULE);
	BpmNode		node = {NULL, "", faults};
	Datum		path;

	if (rule && strlen(rule) > 1000)
		bpm_fault(faults, "rule", "is longer than 1000 bytes");
	else if (rule)
		(void) bpm_node_path(&node, "rule", rule, &path);
	if (!PG_ARGISNULL(MESSAGE))
		check_languages(PG_GETARG_JSONB_P(MESSAGE), "message", faults);
	if (!PG_ARGISNULL(MESSAGE) && rule == NULL)
		bpm_fault(faults, "message", "is said when a rule does not hold; there is no rule");
}

/* Refuses a definition with all its faults. */
static void
check_definition(FunctionCallInfo fcinfo)
{
	static const char *const forms[] = {"request", "project", NULL};
	static const char *const types[] = {"text", "number", "integer", "date", "boolean", "choice", "amount", NULL};
	char	   *field = bpm_argument(fcinfo, FIELD, "field");
	char	   *type = bpm_argument(fcinfo, TYPE, "type");
	BpmFaults	faults = {0};

	bpm_require_argument(fcinfo, LABEL, "label");
	if (!is_word(bpm_argument(fcinfo, FORM, "form"), forms))
		bpm_fault(&faults, "form", "must be request or project");
	if (field[0] < 'a' || field[0] > 'z' || strlen(field) > 63 ||
		strspn(field, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(field))
		bpm_fault(&faults, "field", "must be at most 63 lower-case letters, digits and _, beginning with a letter");
	if (!is_word(type, types))
		bpm_fault(&faults, "type", "must be text, number, integer, date, boolean, choice or amount");
	else
		check_limits(fcinfo, type, &faults);
	check_languages(PG_GETARG_JSONB_P(LABEL), "label", &faults);
	check_rule(fcinfo, &faults);
	if (!PG_ARGISNULL(VALID_FROM) && !PG_ARGISNULL(VALID_TO) &&
		PG_GETARG_DATEADT(VALID_TO) <= PG_GETARG_DATEADT(VALID_FROM))
		bpm_fault(&faults, "valid_to", "must be after valid_from");
	bpm_refuse_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE, "field of a form has", 0, NULL);
}

/*
 * Refuses a caller who may not change forms there: the finance department, whose duty
 * is over the division, does; a unit for itself where the profile lets it.
 */
static void
require_right(BpmCall *call, BpmCode division, BpmCode unit)
{
	bool		finance;
	Jsonb	   *local;
	JsonbValue	value;

	bpm_owner_leave(&call->scope);
	finance = unit == 0 || bpm_has_duty(call->ledger, BPM_RIGHT_POST, division, 0);
	bpm_authorize(call->ledger, call->operation, division, unit);
	bpm_owner_enter(call->ledger, &call->scope);
	if (finance)
		return;
	bpm_ledger_execute(call->ledger, &this_day, 0, NULL, NULL);
	local = bpm_registry_setting(call->ledger, division, "workflow.local_forms",
								 DatumGetDateADT(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
															   &finance)));
	if (local == NULL || !JB_ROOT_IS_SCALAR(local) || !JsonbExtractScalar(&local->root, &value) ||
		value.type != jbvBool || !value.val.boolean)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("units do not change their own forms here"),
				 errdetail("Setting \"workflow.local_forms\" of the division's profile is not true."),
				 errhint("The finance department, with a duty over the division, does it.")));
}

/* Refuses a category that no profile has. */
static void
check_category(BpmLedger *ledger, const char *category)
{
	Datum		value = category ? CStringGetTextDatum(category) : (Datum) 0;

	if (category && bpm_ledger_execute(ledger, &find_category, 0, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("there is no project category \"%s\"", category),
				 errhint("Profiles bring them; %s.categories() lists those of a division.", ledger->schema)));
}

/* Takes an argument over as a parameter. */
static void
pass_argument(FunctionCallInfo fcinfo, int number, Datum *values, char *nulls, int at)
{
	values[at] = PG_GETARG_DATUM(number);
	nulls[at] = PG_ARGISNULL(number) ? 'n' : ' ';
}

/* Ends what the new field replaces, and refuses a name that holds there for others. */
static void
make_room(BpmLedger *ledger, Datum *values, const char *nulls, const char *field)
{
	int			rows;
	SPITupleTable *table;

	bpm_ledger_execute(ledger, &lock_fields, 0, NULL, NULL);
	if (bpm_ledger_execute(ledger, &find_overlap, 0, values, nulls) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("the form has a field \"%s\" there already", field),
				 errdetail("It was defined for %s.", bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)),
				 errhint("Choose another name, or retire that field.")));
	rows = bpm_ledger_execute(ledger, &find_same, 0, values, nulls);
	table = SPI_tuptable;
	for (int i = 0; i < rows; i++)
	{
		Datum		ending[2] = {Int64GetDatum(bpm_row_number(table->vals[i], table->tupdesc, 1)), values[5]};
		char		missing[] = {' ', nulls[5], '\0'};

		bpm_write_row(ledger, "form_field", 0, DatumGetInt64(ending[0]), &end_field, ending, missing, true);
	}
}

/* Stores the field. */
static int64
store_field(BpmCall *call, FunctionCallInfo fcinfo, BpmCode division, BpmCode unit)
{
	Datum		values[19];
	char		nulls[] = "                   ";
	int64		id = bpm_next_id(call->ledger, "form_field_seq", 0);

	values[0] = Int64GetDatum(id);
	pass_argument(fcinfo, FORM, values, nulls, 1);
	pass_argument(fcinfo, FIELD, values, nulls, 2);
	values[3] = Int64GetDatum(division);
	bpm_set_id(values, nulls, 4, unit);
	pass_argument(fcinfo, CATEGORY, values, nulls, 5);
	pass_argument(fcinfo, TYPE, values, nulls, 6);
	values[7] = BoolGetDatum(!PG_ARGISNULL(REQUIRED) && PG_GETARG_BOOL(REQUIRED));
	for (int i = 0; i < 4; i++)
		pass_argument(fcinfo, OPTIONS + i, values, nulls, 8 + i);
	pass_argument(fcinfo, LABEL, values, nulls, 12);
	pass_argument(fcinfo, RULE, values, nulls, 13);
	pass_argument(fcinfo, MESSAGE, values, nulls, 14);
	values[15] = Int32GetDatum(PG_ARGISNULL(PLACE) ? 0 : PG_GETARG_INT32(PLACE));
	pass_argument(fcinfo, VALID_FROM, values, nulls, 16);
	pass_argument(fcinfo, VALID_TO, values, nulls, 17);
	values[18] = CStringGetTextDatum(call->actor);
	bpm_write_row(call->ledger, "form_field", 0, id, &insert_field, values, nulls, true);
	return id;
}

/* Adds a field to a form, or replaces it from a day on; returns its number. */
PG_FUNCTION_INFO_V1(bpm_define_form_field);
Datum
bpm_define_form_field(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmCode		division;
	BpmCode		unit;
	Datum		values[6];
	char		nulls[] = "      ";
	int64		id;

	bpm_call_begin(&call, fcinfo, "define_form_field", NULL);
	check_definition(fcinfo);
	bpm_form_place(&call, bpm_optional_argument(fcinfo, UNIT), bpm_optional_argument(fcinfo, DIVISION),
				   &division, &unit);
	require_right(&call, division, unit);
	check_category(call.ledger, bpm_optional_argument(fcinfo, CATEGORY));
	pass_argument(fcinfo, FORM, values, nulls, 0);
	pass_argument(fcinfo, FIELD, values, nulls, 1);
	values[2] = Int64GetDatum(division);
	bpm_set_id(values, nulls, 3, unit);
	pass_argument(fcinfo, CATEGORY, values, nulls, 4);
	pass_argument(fcinfo, VALID_FROM, values, nulls, 5);
	make_room(call.ledger, values, nulls, bpm_argument(fcinfo, FIELD, "field"));
	id = store_field(&call, fcinfo, division, unit);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}

/* Takes a field out of its form from a day on. */
PG_FUNCTION_INFO_V1(bpm_retire_form_field);
Datum
bpm_retire_form_field(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	Datum		values[2];
	char		nulls[] = "  ";
	HeapTuple	row;
	TupleDesc	desc;
	bool		isnull;

	bpm_require_argument(fcinfo, 1, "field");
	bpm_call_begin(&call, fcinfo, "retire_form_field", NULL);
	pass_argument(fcinfo, 1, values, nulls, 0);
	pass_argument(fcinfo, 2, values, nulls, 1);
	if (bpm_ledger_execute(call.ledger, &find_field, 0, values, nulls) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("field " INT64_FORMAT " of a form does not exist in ledger %s", PG_GETARG_INT64(1),
						call.ledger->schema)));
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	require_right(&call, bpm_row_number(row, desc, 1), bpm_row_number(row, desc, 2));
	if (!DatumGetBool(SPI_getbinval(row, desc, 3, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("field " INT64_FORMAT " of a form is retired already", PG_GETARG_INT64(1))));
	if (DatumGetBool(SPI_getbinval(row, desc, 4, &isnull)) && !isnull)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a field is not retired from a day that has passed")));
	bpm_write_row(call.ledger, "form_field", 0, PG_GETARG_INT64(1), &end_field, values, nulls, true);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}
