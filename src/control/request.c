/*
 * request.c
 *	  Reads what create_cap() and its kin are asked for, and refuses it by name.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "base/errors.h"
#include "control/control.h"
#include "ledger/arguments.h"
#include "registry/registry.h"

/* Argument positions of budgetpm.create_cap() */
enum
{
	ARG_LEDGER, ARG_YEAR, ARG_NAME, ARG_KIND, ARG_BASIS, ARG_AMOUNT, ARG_DIVISION, ARG_UNIT,
	ARG_FUNC, ARG_GOV_ECON, ARG_DEPT_ECON, ARG_FUND_TYPE, ARG_PROJECT, ARG_LINES,
	ARG_REVENUE, ARG_CONSUMES, ARG_WARN, ARG_BLOCK, ARG_SLOTS, ARG_PLAN, ARG_DOCUMENT
};

static const struct
{
	BpmCapBasis basis;
	const char *name;
}			bases[] = {
	{BPM_BASIS_FIXED, "fixed"}, {BPM_BASIS_LINES, "lines"},
	{BPM_BASIS_RECEIPTS, "receipts"}, {BPM_BASIS_PLAN, "plan"}
};

/* Returns the basis of that name, or refuses the word. */
BpmCapBasis
bpm_read_basis(const char *basis)
{
	for (int i = 0; i < lengthof(bases); i++)
		if (strcmp(bases[i].name, basis) == 0)
			return bases[i].basis;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("basis \"%s\" is not known", basis),
			 errhint("Use fixed, lines, receipts or plan.")));
}

/* Returns the name of a basis. */
const char *
bpm_basis_name(BpmCapBasis basis)
{
	for (int i = 0; i < lengthof(bases); i++)
		if (bases[i].basis == basis)
			return bases[i].name;
	elog(ERROR, "unknown basis %d", (int) basis);
}

/* Returns an amount that is not negative. */
BpmFen
bpm_amount_or_zero(Numeric value, const char *name)
{
	BpmFen		amount = bpm_fen_from_numeric(value);

	if (amount < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be negative, as %s is", name, bpm_fen_to_text(amount))));
	return amount;
}

/* Returns the buckets that consume a cap, a bit a bucket, or refuses a name. */
uint16
bpm_read_consumes(ArrayType *names)
{
	Datum	   *items;
	bool	   *nulls;
	int			count;
	uint16		mask = 0;

	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		char	   *name = nulls[i] ? "null" : TextDatumGetCString(items[i]);
		int			bucket = bpm_cap_bucket(name);

		if (bucket < 0 || (mask & (1 << bucket)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 bucket < 0 ? errmsg("bucket \"%s\" is not known", name)
					 : errmsg("bucket \"%s\" is named twice", name),
					 errhint("Use allotted, transferred, frozen, pending_out, precommitted, committed, requested, paid, withdrawn or carried, each once.")));
		mask |= 1 << bucket;
	}
	if (mask == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("consumes must name at least one bucket")));
	return mask;
}

/* Returns a ratio as a count of 1/10000; zero stands for none. */
int32
bpm_read_ratio(Numeric ratio, const char *name)
{
	int32		scaled = bpm_cap_ratio(ratio);

	if (scaled < 0 || scaled > 9999999)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 0 and 999.9999", name),
				 errhint("0.8 is 80 %%; 0 stands for none.")));
	return scaled == 0 ? BPM_CAP_NO_RATIO : scaled;
}

/* Returns a number of slots, or refuses it. */
int
bpm_read_slots(int slots)
{
	if (slots != 0 && (slots < 2 || slots > BPM_CAP_MAX_SLOTS))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("slots must be 0, or between 2 and %d, not %d", BPM_CAP_MAX_SLOTS, slots),
				 errhint("About the number of clients that post at once is right; 0 is one row.")));
	return slots;
}

/* Returns the twelve amounts of a plan as text[], and each month's sum with all before it. */
Datum
bpm_read_plan(ArrayType *amounts, BpmFen *cumulative)
{
	Datum	   *items;
	bool	   *nulls;
	Datum		texts[12];
	int			count;
	BpmFen		total = 0;

	deconstruct_array(amounts, NUMERICOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
	if (count != 12 || ARR_NDIM(amounts) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a plan must have the amounts of twelve months, not %d", count),
				 errhint("Give 0 where nothing is planned.")));
	for (int i = 0; i < 12; i++)
	{
		BpmFen		amount;

		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the amount of month %d must not be null", i + 1)));
		amount = bpm_amount_or_zero(DatumGetNumeric(items[i]), "an amount of the plan");
		texts[i] = CStringGetTextDatum(bpm_fen_to_text(amount));
		total += amount;
		if (total < 0)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("amount out of range")));
		cumulative[i] = total;
	}
	return PointerGetDatum(construct_array(texts, 12, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Returns official codes as the tree keys of their subtrees, text[]; 0 for none. */
Datum
bpm_codes(BpmLedger *ledger, const char *scheme, int fiscal_year, ArrayType *official_codes)
{
	Datum	   *items;
	bool	   *nulls;
	Datum	   *keys;
	int			count;

	deconstruct_array(official_codes, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
	if (count == 0)
		return (Datum) 0;
	keys = palloc(count * sizeof(Datum));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a code of scheme \"%s\" must not be null", scheme)));
		keys[i] = CStringGetTextDatum(bpm_code_to_text(bpm_registry_subtree(ledger, scheme, fiscal_year,
																			TextDatumGetCString(items[i]))));
	}
	return PointerGetDatum(construct_array(keys, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Returns codes of an argument, 0 where it is absent. */
static Datum
codes_argument(FunctionCallInfo fcinfo, BpmLedger *ledger, int argument, const char *scheme,
			   int fiscal_year)
{
	return PG_ARGISNULL(argument) ? (Datum) 0 :
		bpm_codes(ledger, scheme, fiscal_year, PG_GETARG_ARRAYTYPE_P(argument));
}

static const BpmStatement root_division = {
	"SELECT d.code FROM @ledger@.ledger l JOIN @ledger@.division d"
	" ON d.official_code" EQ "l.root_code", ""
};

/* Returns the division of that official code; the ledger's root, which covers every line, for none. */
BpmCode
bpm_division_or_root(BpmLedger *ledger, const char *official_code)
{
	bool		isnull;

	if (official_code)
		return bpm_registry_division(ledger, official_code);
	if (bpm_ledger_execute(ledger, &root_division, 0, NULL, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
				 errmsg("the root division of ledger %s does not exist", ledger->schema),
				 errhint("Run budgetpm.check_ledger().")));
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Reads which lines the cap is to hold. */
static void
read_rule(FunctionCallInfo fcinfo, BpmLedger *ledger, BpmCapRequest *request)
{
	int			year = request->cap.fiscal_year;
	char	   *division = bpm_limited_text(fcinfo, ARG_DIVISION, "division", 12);
	char	   *unit = bpm_limited_text(fcinfo, ARG_UNIT, "unit", 21);
	char	   *project = bpm_limited_text(fcinfo, ARG_PROJECT, "project", 21);

	request->cap.division = bpm_division_or_root(ledger, division);
	if (unit)
	{
		BpmCode		home;

		bpm_registry_unit(ledger, unit, &request->cap.unit, &home);
		if (division && request->cap.division != home)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("unit \"%s\" is not of division \"%s\" itself", unit, division),
					 errhint("A cap over a unit takes the unit's division; leave the division out.")));
		request->cap.division = home;
	}
	request->func = codes_argument(fcinfo, ledger, ARG_FUNC, "function", year);
	request->gov_econ = codes_argument(fcinfo, ledger, ARG_GOV_ECON, "gov_economic", year);
	request->dept_econ = codes_argument(fcinfo, ledger, ARG_DEPT_ECON, "dept_economic", year);
	request->fund_type = bpm_limited_text(fcinfo, ARG_FUND_TYPE, "fund_type", 10);
	if (request->fund_type)
		bpm_registry_fund_type(ledger, request->fund_type);
	if (project)
		request->project = bpm_registry_project(ledger, project);
	if (!PG_ARGISNULL(ARG_LINES))
		request->lines = PG_GETARG_DATUM(ARG_LINES);
	if (request->lines != 0 &&
		(request->func || request->gov_econ || request->dept_econ || request->fund_type || project) &&
		request->cap.basis_kind != BPM_BASIS_RECEIPTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a cap is by list or by rule, not both"),
				 errhint("With lines, give a division or unit at most: who may read the cap.")));
}

/* Reads what the limits are a ratio of. */
static void
read_basis(FunctionCallInfo fcinfo, BpmLedger *ledger, BpmCapRequest *request)
{
	char	   *basis = bpm_limited_text(fcinfo, ARG_BASIS, "basis", 10);

	request->cap.basis_kind = bpm_read_basis(basis ? basis : "fixed");
	if ((request->cap.basis_kind == BPM_BASIS_FIXED) == PG_ARGISNULL(ARG_AMOUNT))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 request->cap.basis_kind == BPM_BASIS_FIXED ?
				 errmsg("a cap of basis fixed needs an amount") :
				 errmsg("a cap of basis %s takes no amount", bpm_basis_name(request->cap.basis_kind))));
	if (!PG_ARGISNULL(ARG_AMOUNT))
		request->amount = bpm_amount_or_zero(PG_GETARG_NUMERIC(ARG_AMOUNT), "amount");
	if ((request->cap.basis_kind == BPM_BASIS_PLAN) == PG_ARGISNULL(ARG_PLAN))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a plan belongs to a cap of basis plan, and that needs one")));
	if (!PG_ARGISNULL(ARG_PLAN))
		request->plan = bpm_read_plan(PG_GETARG_ARRAYTYPE_P(ARG_PLAN), request->cap.plan);
	if (!PG_ARGISNULL(ARG_REVENUE) && request->cap.basis_kind != BPM_BASIS_RECEIPTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("revenue codes belong to a cap of basis receipts")));
	request->revenue = codes_argument(fcinfo, ledger, ARG_REVENUE, "revenue",
									  request->cap.fiscal_year);
}

/* The buckets that consume a cap unless somebody says otherwise. */
static ArrayType *
usual_consumes(void)
{
	static const char *const names[] = {"precommitted", "committed", "requested", "paid"};
	Datum		items[lengthof(names)];

	for (int i = 0; i < lengthof(names); i++)
		items[i] = CStringGetTextDatum(names[i]);
	return construct_array(items, lengthof(names), TEXTOID, -1, false, TYPALIGN_INT);
}

/* Reads how the cap is used up and where it warns and blocks. */
static void
read_limits(FunctionCallInfo fcinfo, BpmCapRequest *request)
{
	ArrayType  *consumes = PG_ARGISNULL(ARG_CONSUMES) ? usual_consumes()
		: PG_GETARG_ARRAYTYPE_P(ARG_CONSUMES);

	request->cap.consumes = bpm_read_consumes(consumes);
	request->consumes = PointerGetDatum(consumes);
	request->cap.warn_ratio = PG_ARGISNULL(ARG_WARN) ? BPM_CAP_NO_RATIO :
		bpm_read_ratio(PG_GETARG_NUMERIC(ARG_WARN), "warn_ratio");
	request->cap.block_ratio = PG_ARGISNULL(ARG_BLOCK) ? BPM_CAP_NO_RATIO :
		bpm_read_ratio(PG_GETARG_NUMERIC(ARG_BLOCK), "block_ratio");
	request->cap.slots = PG_ARGISNULL(ARG_SLOTS) ? 0 : bpm_read_slots(PG_GETARG_INT32(ARG_SLOTS));
	if (request->cap.slots > 0 && request->cap.basis_kind == BPM_BASIS_PLAN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a plan cannot have slots"),
				 errdetail("Its limit differs from month to month, and a slot knows one.")));
}

/* Fills the request from the arguments of budgetpm.create_cap(), as the ledger's owner. */
void
bpm_read_cap_request(FunctionCallInfo fcinfo, BpmLedger *ledger, BpmCapRequest *request)
{
	static const char *const arguments[] = {"fiscal_year", "name", NULL};

	memset(request, 0, sizeof(BpmCapRequest));
	bpm_require_arguments(fcinfo, arguments);
	request->cap.active = true;
	request->cap.fiscal_year = PG_GETARG_INT32(ARG_YEAR);
	request->name = bpm_limited_text(fcinfo, ARG_NAME, "name", 200);
	request->kind = bpm_limited_text(fcinfo, ARG_KIND, "kind", 40);
	if (request->kind == NULL)
		request->kind = "own";
	request->document = bpm_limited_text(fcinfo, ARG_DOCUMENT, "document", 200);
	read_basis(fcinfo, ledger, request);
	read_rule(fcinfo, ledger, request);
	read_limits(fcinfo, request);
}
