/*
 * rehearsal.c
 *	  Reads caps out of jsonb, and tells which lines they would hold.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/rows.h"
#include "control/rehearsal.h"
#include "registry/registry.h"

static const BpmStatement unknown_field = {
	"SELECT pg_catalog.string_agg(DISTINCT field, ', ') FROM pg_catalog.jsonb_array_elements("
	" CASE WHEN pg_catalog.jsonb_typeof($1)" EQ "'array' THEN $1 ELSE '[]' END) AS item"
	" CROSS JOIN LATERAL pg_catalog.jsonb_object_keys(item) AS field"
	" WHERE field" NE "ALL ('{name,basis,amount,division,unit,func,gov_econ,dept_econ,fund_type,"
	"project,lines,revenue,consumes,block_ratio,plan}')", "j"
};

static const BpmStatement read_caps = {
	"SELECT name, basis, amount, division, unit, func, gov_econ, dept_econ, fund_type, project,"
	" lines, revenue, consumes, block_ratio, plan FROM pg_catalog.jsonb_to_recordset($1)"
	" AS item(name pg_catalog.text, basis pg_catalog.text, amount pg_catalog.numeric,"
	" division pg_catalog.text, unit pg_catalog.text, func pg_catalog.text[], gov_econ pg_catalog.text[],"
	" dept_econ pg_catalog.text[], fund_type pg_catalog.text, project pg_catalog.text,"
	" lines pg_catalog.int8[], revenue pg_catalog.text[], consumes pg_catalog.text[],"
	" block_ratio pg_catalog.numeric, plan pg_catalog.numeric[])", "j"
};

/* Columns of read_caps */
enum
{
	FIELD_NAME = 1, FIELD_BASIS, FIELD_AMOUNT, FIELD_DIVISION, FIELD_UNIT, FIELD_FUNC,
	FIELD_GOV_ECON, FIELD_DEPT_ECON, FIELD_FUND_TYPE, FIELD_PROJECT, FIELD_LINES,
	FIELD_REVENUE, FIELD_CONSUMES, FIELD_BLOCK, FIELD_PLAN
};

/* Returns a field as an array, NULL where it is absent. */
static ArrayType *
array_field(HeapTuple row, TupleDesc desc, int field)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, desc, field, &isnull);

	return isnull ? NULL : DatumGetArrayTypePCopy(value);
}

/* Reads official codes as the tree keys of their subtrees. */
static void
read_codes(BpmLedger *ledger, const char *scheme, int fiscal_year, ArrayType *official,
		   BpmRehearsedCodes *codes)
{
	Datum	   *items;
	bool	   *nulls;

	codes->count = 0;
	if (official == NULL)
		return;
	deconstruct_array(official, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &codes->count);
	codes->codes = palloc(Max(codes->count, 1) * sizeof(BpmCode));
	for (int i = 0; i < codes->count; i++)
		codes->codes[i] = bpm_registry_subtree(ledger, scheme, fiscal_year,
											   nulls[i] ? "" : TextDatumGetCString(items[i]));
}

/* Reads the list of lines, sorted. */
static void
read_lines(ArrayType *lines, BpmRehearsedCap *cap)
{
	Datum	   *items;
	bool	   *nulls;

	if (lines == NULL)
		return;
	deconstruct_array(lines, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &items,
					  &nulls, &cap->nlines);
	cap->lines = palloc(Max(cap->nlines, 1) * sizeof(int64));
	for (int i = 0; i < cap->nlines; i++)
		cap->lines[i] = nulls[i] ? 0 : DatumGetInt64(items[i]);
	qsort(cap->lines, cap->nlines, sizeof(int64), bpm_compare_ids);
}

/* Reads where a cap is, and what its lines must be. */
static void
read_rule(BpmLedger *ledger, HeapTuple row, TupleDesc desc, BpmRehearsedCap *cap)
{
	BpmCap	   *definition = &cap->state.cap;
	char	   *division = SPI_getvalue(row, desc, FIELD_DIVISION);
	char	   *unit = SPI_getvalue(row, desc, FIELD_UNIT);
	char	   *project = SPI_getvalue(row, desc, FIELD_PROJECT);
	int			year = definition->fiscal_year;

	definition->division = bpm_division_or_root(ledger, division);
	if (unit)
		bpm_registry_unit(ledger, unit, &definition->unit, &definition->division);
	read_codes(ledger, "function", year, array_field(row, desc, FIELD_FUNC), &cap->func);
	read_codes(ledger, "gov_economic", year, array_field(row, desc, FIELD_GOV_ECON), &cap->gov_econ);
	read_codes(ledger, "dept_economic", year, array_field(row, desc, FIELD_DEPT_ECON),
			   &cap->dept_econ);
	read_codes(ledger, "revenue", year, array_field(row, desc, FIELD_REVENUE), &cap->revenue);
	cap->fund_type = SPI_getvalue(row, desc, FIELD_FUND_TYPE);
	if (cap->fund_type)
		bpm_registry_fund_type(ledger, cap->fund_type);
	if (project)
		cap->project = bpm_registry_project(ledger, project);
	read_lines(array_field(row, desc, FIELD_LINES), cap);
}

/* Returns the buckets that consume a cap unless it says otherwise. */
static uint16
usual_consumes(void)
{
	return 1 << BUCKET_PRECOMMITTED | 1 << BUCKET_COMMITTED | 1 << BUCKET_REQUESTED |
		1 << BUCKET_PAID;
}

/* Reads what the limit of a cap is. */
static void
read_limit(HeapTuple row, TupleDesc desc, BpmRehearsedCap *cap)
{
	BpmCap	   *definition = &cap->state.cap;
	char	   *basis = SPI_getvalue(row, desc, FIELD_BASIS);
	ArrayType  *consumes = array_field(row, desc, FIELD_CONSUMES);
	ArrayType  *plan = array_field(row, desc, FIELD_PLAN);
	bool		no_amount;
	bool		no_ratio;
	Datum		amount = SPI_getbinval(row, desc, FIELD_AMOUNT, &no_amount);
	Datum		ratio = SPI_getbinval(row, desc, FIELD_BLOCK, &no_ratio);

	definition->active = true;
	definition->basis_kind = bpm_read_basis(basis ? basis : "fixed");
	definition->consumes = consumes ? bpm_read_consumes(consumes) : usual_consumes();
	definition->warn_ratio = BPM_CAP_NO_RATIO;
	definition->block_ratio = no_ratio ? BPM_CAP_RATIO_UNIT :
		bpm_read_ratio(DatumGetNumeric(ratio), "block_ratio");
	if ((definition->basis_kind == BPM_BASIS_FIXED) == no_amount ||
		(definition->basis_kind == BPM_BASIS_PLAN) == (plan == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cap \"%s\" needs an amount for basis fixed, a plan for basis plan, and neither for another",
						cap->name)));
	if (!no_amount)
		cap->state.basis = bpm_amount_or_zero(DatumGetNumeric(amount), "amount");
	if (plan)
		bpm_read_plan(plan, definition->plan);
}

/* Reads the caps out of an array of objects with the arguments of create_cap(). */
BpmRehearsedCap *
bpm_read_rehearsed(BpmLedger *ledger, Jsonb *caps, int fiscal_year, int *count)
{
	Datum		values[1] = {JsonbPGetDatum(caps)};
	BpmRehearsedCap *result;
	SPITupleTable *rows;
	BpmOwnerScope scope;

	if (!JB_ROOT_IS_ARRAY(caps) || JB_ROOT_IS_SCALAR(caps) || JB_ROOT_COUNT(caps) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("caps must be an array of objects"),
				 errhint("Each has the arguments of create_cap(), such as [{\"name\": \"...\", \"amount\": \"1000.00\", \"unit\": \"101\"}].")));
	bpm_owner_enter(ledger, &scope);
	bpm_ledger_execute(ledger, &unknown_field, 0, values, NULL);
	if (SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a cap cannot have the field \"%s\"",
						SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)),
				 errhint("It has the arguments of create_cap() that say which lines, what limit and which buckets.")));
	*count = bpm_ledger_execute(ledger, &read_caps, 0, values, NULL);
	rows = SPI_tuptable;
	result = palloc0(*count * sizeof(BpmRehearsedCap));
	for (int i = 0; i < *count; i++)
	{
		BpmRehearsedCap *cap = &result[i];
		char	   *name = SPI_getvalue(rows->vals[i], rows->tupdesc, FIELD_NAME);

		cap->name = name ? name : psprintf("cap %d", i + 1);
		cap->state.cap.id = i + 1;
		cap->state.cap.fiscal_year = fiscal_year;
		read_rule(ledger, rows->vals[i], rows->tupdesc, cap);
		read_limit(rows->vals[i], rows->tupdesc, cap);
	}
	bpm_owner_leave(&scope);
	return result;
}

/* Tells whether a code lies in one of the subtrees, or anything does. */
static bool
covers(const BpmRehearsedCodes *codes, BpmCode code)
{
	for (int i = 0; i < codes->count; i++)
		if (code != 0 && bpm_code_covers(codes->codes[i], code))
			return true;
	return codes->count == 0;
}

/* Tells whether a cap would hold a line, as create_cap() and open_line() would have it. */
bool
bpm_rehearsed_holds(const BpmRehearsedCap *cap, const BpmCapPlace *place, int64 line)
{
	const BpmCap *definition = &cap->state.cap;

	if (cap->lines)
		return bsearch(&line, cap->lines, cap->nlines, sizeof(int64), bpm_compare_ids) != NULL;
	if (definition->unit != 0 && !bpm_code_covers(definition->unit, place->unit))
		return false;
	if (definition->unit == 0 && !bpm_code_covers(definition->division, place->division))
		return false;
	return covers(&cap->func, place->func) && covers(&cap->gov_econ, place->gov_econ) &&
		covers(&cap->dept_econ, place->dept_econ) &&
		(cap->fund_type == NULL || strcmp(cap->fund_type, place->fund_type) == 0) &&
		(cap->project == 0 || cap->project == place->project);
}

/* Tells whether a receipt would count for a cap. */
bool
bpm_rehearsed_receives(const BpmRehearsedCap *cap, BpmCode division, BpmCode revenue,
					   const char *fund_type)
{
	return bpm_code_covers(cap->state.cap.division, division) &&
		(cap->fund_type == NULL || strcmp(cap->fund_type, fund_type) == 0) &&
		covers(&cap->revenue, revenue);
}
