/*
 * describe.c
 *	  A form as a client draws it, and the form of a project as it is filled in.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/rows.h"
#include "form/form_private.h"
#include "registry/registry.h"
#include "workflow/call.h"

static const BpmStatement list_fields = {
	CATEGORIES_ABOVE
	" SELECT f.place, f.field, COALESCE(f.label OPERATOR(pg_catalog.->>) $5, f.label OPERATOR(pg_catalog.->>) 'zh'),"
	" f.type, f.required, f.options, f.minimum, f.maximum, f.max_length, f.rule,"
	" COALESCE(f.message OPERATOR(pg_catalog.->>) $5, f.message OPERATOR(pg_catalog.->>) 'zh'),"
	" COALESCE(u.official_code, d.official_code)::pg_catalog.varchar, f.field_id"
	" FROM @ledger@.form_field f JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) f.division"
	" LEFT JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) f.unit"
	" WHERE" FIELDS_IN_FORCE " ORDER BY f.place, f.field", "tcctt"
};
static const BpmStatement root_division = {
	"SELECT root_code FROM @ledger@.ledger", ""
};
static const BpmStatement find_project = {
	"SELECT division, unit, category FROM @ledger@.project WHERE project_id" EQ "$1 FOR NO KEY UPDATE", "l"
};
static const BpmStatement set_attributes = {
	"UPDATE @ledger@.project SET attributes = $2 WHERE project_id" EQ "$1", "lj"
};

/* Finds the place that a form is of: the root where none is named. */
void
bpm_form_place(BpmCall *call, const char *unit_code, const char *division_code, BpmCode *division,
			   BpmCode *unit)
{
	if (unit_code && division_code)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a form belongs to a unit or to a division"),
				 errhint("Give one of the two, as official code.")));
	*unit = 0;
	if (unit_code)
	{
		bpm_registry_unit(call->ledger, unit_code, unit, division);
		return;
	}
	if (division_code == NULL)
	{
		bpm_ledger_execute(call->ledger, &root_division, 0, NULL, NULL);
		division_code = bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	}
	*division = bpm_registry_division(call->ledger, division_code);
}

/* Lists the fields that a form has for a place and category, in their order. */
PG_FUNCTION_INFO_V1(bpm_describe_form);
Datum
bpm_describe_form(PG_FUNCTION_ARGS)
{
	char	   *form = bpm_argument(fcinfo, 1, "form");
	char	   *language = bpm_argument(fcinfo, 4, "language");
	BpmCall		call;
	BpmCode		division;
	BpmCode		unit;
	Datum		values[5];
	char		nulls[] = "     ";

	InitMaterializedSRF(fcinfo, 0);
	if (strcmp(form, "request") != 0 && strcmp(form, "project") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no form \"%s\"", form),
				 errhint("Forms are request and project.")));
	bpm_call_begin(&call, fcinfo, "describe_form", NULL);
	bpm_form_place(&call, bpm_optional_argument(fcinfo, 2), bpm_optional_argument(fcinfo, 5), &division, &unit);
	bpm_owner_leave(&call.scope);
	bpm_authorize_read(call.ledger, "describe_form", division, unit);
	bpm_owner_enter(call.ledger, &call.scope);
	values[0] = CStringGetTextDatum(form);
	values[1] = Int64GetDatum(division);
	bpm_set_id(values, nulls, 2, unit);
	bpm_set_text(values, nulls, 3, bpm_optional_argument(fcinfo, 3));
	values[4] = CStringGetTextDatum(language);
	bpm_rows(fcinfo, call.ledger, &list_fields, values, nulls);
	bpm_call_end(&call);
	return (Datum) 0;
}

/* Fills in the form of a project, wholly; the table's trigger checks whoever else writes it. */
PG_FUNCTION_INFO_V1(bpm_set_project_attributes);
Datum
bpm_set_project_attributes(PG_FUNCTION_ARGS)
{
	char	   *project = bpm_argument(fcinfo, 1, "project");
	BpmCall		call;
	Datum		values[2];
	HeapTuple	row;
	TupleDesc	desc;
	BpmCode		division;
	BpmCode		unit;
	char	   *category;

	bpm_require_argument(fcinfo, 2, "attributes");
	bpm_call_begin(&call, fcinfo, "set_project_attributes", NULL);
	values[0] = Int64GetDatum(bpm_registry_project(call.ledger, project));
	values[1] = PG_GETARG_DATUM(2);
	bpm_ledger_execute(call.ledger, &find_project, 0, values, NULL);
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	division = bpm_row_number(row, desc, 1);
	unit = bpm_row_number(row, desc, 2);
	category = SPI_getvalue(row, desc, 3);
	bpm_call_require(&call, division, unit);
	bpm_check_attributes(call.ledger, "project", division, unit, category, PG_GETARG_JSONB_P(2));
	bpm_ledger_execute(call.ledger, &set_attributes, 0, values, NULL);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}
