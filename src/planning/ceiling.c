/*
 * ceiling.c
 *	  Ceilings (控制数): issued by finance, kept by the submissions of later rounds.
 *
 * A submission locks every ceiling that binds it, in ascending order, before it adds
 * up what is asked for under each: two units under one ceiling cannot pass it
 * together.  Who issues a ceiling locks the preparation, which submissions share.
 */
#include "postgres.h"

#include "common/int.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "ledger/arguments.h"
#include "planning/private.h"
#include "registry/registry.h"

/* Argument positions of budgetpm.issue_ceiling() */
enum
{
	ARG_LEDGER, ARG_PREPARATION, ARG_AMOUNT, ARG_DOCUMENT, ARG_UNIT, ARG_FUNC, ARG_FUND_TYPE,
	ARG_ROUND, ARG_DIVISION, ARG_KEY
};

typedef struct Ceiling
{
	int64		id;
	int32		preparation;
	int			round;
	BpmCode		division;
	BpmCode		unit;			/* 0: all, as func */
	BpmCode		func;
	char	   *fund_type;		/* NULL: all */
	BpmFen		amount;
	char	   *document;
	char	   *key;
	BpmFen		used;			/* what is asked for under it */
} Ceiling;

static const BpmStatement insert_ceiling = {
	"INSERT INTO @ledger@.ceiling (preparation_id, round, division, unit, func, fund_type, amount,"
	" document, issued_by, key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
	" ON CONFLICT (preparation_id, key) WHERE key IS NOT NULL DO NOTHING RETURNING ceiling_id",
	"iiccctattt"
};
static const BpmStatement find_key = {
	"SELECT ceiling_id, round" EQ "$2 AND division" CODE_EQ "$3"
	" AND (unit" CODE_EQ "$4 OR (unit IS NULL AND $4 IS NULL))"
	" AND (func" CODE_EQ "$5 OR (func IS NULL AND $5 IS NULL))"
	" AND fund_type IS NOT DISTINCT FROM $6 AND amount OPERATOR(budgetpm.=) $7 AND document" EQ "$8"
	" FROM @ledger@.ceiling WHERE preparation_id" EQ "$1 AND key" EQ "$9", "iiccctatt"
};
static const BpmStatement last_round = {
	"SELECT COALESCE(pg_catalog.max(v.round), 1) FROM @ledger@.request r"
	" JOIN @ledger@.request_version v ON v.request_id" EQ "r.request_id"
	" WHERE r.preparation_id" EQ "$1 AND v.kind" EQ "'submitted'", "i"
};
/* Those that bind a unit's submission of a round: of each scope the newest one from before it. */
static const BpmStatement binding_ceilings = {
	"SELECT c.ceiling_id, c.round, c.unit, c.func, c.fund_type, c.amount, c.document"
	" FROM (SELECT DISTINCT ON (a.unit, a.func, a.fund_type) a.*"
	"  FROM @ledger@.ceiling a WHERE a.preparation_id" EQ "$1 AND a.division" CODE_EQ "$2"
	"  AND a.round" LT "$4 AND (a.unit IS NULL OR $3" UNDER "a.unit)"
	"  ORDER BY a.unit, a.func, a.fund_type, a.round DESC, a.ceiling_id DESC) c"
	" ORDER BY c.ceiling_id", "icci"
};
static const BpmStatement lock_ceilings = {
	"SELECT ceiling_id FROM @ledger@.ceiling WHERE ceiling_id" EQ "ANY ($1)"
	" ORDER BY ceiling_id FOR NO KEY UPDATE", "x"
};

/*
 * What is asked for, added up once for all ceilings over the same requests: by fund
 * type and round, and by function, for which their items are read, only where a
 * ceiling is over one.  The round is the latest that a request has been in: it counts
 * though it may begin again in the first.
 */
#define ASKED(func, sum, items, scope) \
	"SELECT " func ", r.fund_type, t.round, budgetpm.sum(" sum ") FROM @ledger@.request r" \
	" CROSS JOIN LATERAL (SELECT w.version_id, w.amount FROM @ledger@.request_version w" \
	"  WHERE w.version_id" EQ "r.current_version OFFSET 0) v" \
	" CROSS JOIN LATERAL (SELECT pg_catalog.max(o.round) AS round FROM @ledger@.request_version o" \
	"  WHERE o.request_id" EQ "r.request_id OFFSET 0) t" items \
	" WHERE r.preparation_id" EQ "$1 AND r.division" CODE_EQ "$2 AND r.state" STANDING scope \
	" GROUP BY 1, 2, 3"
#define NO_FUNC		"NULL::budgetpm.budget_code"
#define ITEMS \
	" CROSS JOIN LATERAL (SELECT n.func, n.amount FROM @ledger@.request_item n" \
	"  WHERE n.version_id" EQ "v.version_id OFFSET 0) i"
#define OF_UNIT		" AND r.unit" UNDER "$3"

static const BpmStatement division_asks = {ASKED(NO_FUNC, "v.amount", "", ""), "ic"};
static const BpmStatement division_asks_by_func = {ASKED("i.func", "i.amount", ITEMS, ""), "ic"};
static const BpmStatement unit_asks = {ASKED(NO_FUNC, "v.amount", "", OF_UNIT), "icc"};
static const BpmStatement unit_asks_by_func = {ASKED("i.func", "i.amount", ITEMS, OF_UNIT), "icc"};

/* Says what a ceiling is over. */
static char *
describe_scope(const Ceiling *ceiling)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, ceiling->unit ? "the unit" : "the division");
	if (ceiling->func)
		appendStringInfo(&text, ", function %s", bpm_code_to_text(ceiling->func));
	if (ceiling->fund_type)
		appendStringInfo(&text, ", fund type %s", ceiling->fund_type);
	return text.data;
}

/* Locks ceilings in ascending order; one that is newer than the transaction's snapshot ends it. */
static void
lock_all(BpmLedger *ledger, const Ceiling *ceilings, int count)
{
	BpmParameters parameters = {0};
	int64	   *ids = palloc(Max(count, 1) * sizeof(int64));

	for (int i = 0; i < count; i++)
		ids[i] = ceilings[i].id;
	bpm_bind_datum(&parameters, bpm_id_array(ids, count));
	if (bpm_planning_read(ledger, &lock_ceilings, &parameters) != count)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to a ceiling issued meanwhile")));
}

/* Returns the ceilings that bind a submission, locked. */
static Ceiling *
read_ceilings(BpmLedger *ledger, int32 preparation, BpmCode division, BpmCode unit, int round,
			  int *count)
{
	BpmParameters parameters = {0};
	Ceiling    *ceilings;

	bpm_bind_int(&parameters, preparation);
	bpm_bind_id(&parameters, division);
	bpm_bind_id(&parameters, unit);
	bpm_bind_int(&parameters, round);
	*count = bpm_planning_read_latest(ledger, &binding_ceilings, &parameters);
	ceilings = palloc0(Max(*count, 1) * sizeof(Ceiling));
	for (int i = 0; i < *count; i++)
	{
		ceilings[i].id = bpm_result_int(i, 1);
		ceilings[i].preparation = preparation;
		ceilings[i].round = bpm_result_int(i, 2);
		ceilings[i].division = division;
		ceilings[i].unit = bpm_result_int(i, 3);
		ceilings[i].func = bpm_result_int(i, 4);
		ceilings[i].fund_type = bpm_result_text(i, 5);
		ceilings[i].amount = bpm_result_int(i, 6);
		ceilings[i].document = bpm_result_text(i, 7);
	}
	lock_all(ledger, ceilings, *count);
	return ceilings;
}

/* Adds what one row of the last result asks for to a ceiling that it is under. */
static void
add_asked(Ceiling *ceiling, int row)
{
	char	   *fund_type = bpm_result_text(row, 2);

	if (bpm_result_int(row, 3) <= ceiling->round ||
		(ceiling->func && !bpm_code_covers(ceiling->func, bpm_result_int(row, 1))) ||
		(ceiling->fund_type && strcmp(ceiling->fund_type, fund_type) != 0))
		return;
	if (pg_add_s64_overflow(ceiling->used, bpm_result_int(row, 4), &ceiling->used))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the sum of what is asked for is out of range")));
}

/* Adds up what is asked for under the locked ceilings of one unit, or of the division for 0. */
static void
add_up(BpmLedger *ledger, Ceiling *ceilings, int count, BpmCode unit)
{
	BpmParameters parameters = {0};
	bool		by_func = false;
	int			rows;

	for (int i = 0; i < count; i++)
		by_func |= ceilings[i].unit == unit && ceilings[i].func != 0;
	bpm_bind_int(&parameters, ceilings[0].preparation);
	bpm_bind_id(&parameters, ceilings[0].division);
	if (unit)
		bpm_bind_id(&parameters, unit);
	rows = bpm_planning_read_latest(ledger, unit ? (by_func ? &unit_asks_by_func : &unit_asks) :
									by_func ? &division_asks_by_func : &division_asks, &parameters);
	for (int i = 0; i < count; i++)
		for (int row = 0; ceilings[i].unit == unit && row < rows; row++)
			add_asked(&ceilings[i], row);
}

/* Adds up what is asked for under every locked ceiling, each set of requests once. */
static void
add_up_all(BpmLedger *ledger, Ceiling *ceilings, int count)
{
	for (int i = 0; i < count; i++)
	{
		bool		done = false;

		for (int before = 0; before < i; before++)
			done |= ceilings[before].unit == ceilings[i].unit;
		if (!done)
			add_up(ledger, ceilings, count, ceilings[i].unit);
	}
}

/* Refuses what a unit has just submitted where it passes a ceiling; every one that it passes is named. */
void
bpm_check_ceilings(BpmLedger *ledger, const BpmPreparation *preparation, BpmCode division,
				   BpmCode unit, int round)
{
	int			count;
	int			passed = 0;
	Ceiling    *ceilings = read_ceilings(ledger, preparation->id, division, unit, round, &count);
	StringInfoData text;

	add_up_all(ledger, ceilings, count);
	initStringInfo(&text);
	for (int i = 0; i < count; i++)
	{
		BpmFen		used = ceilings[i].used;

		if (used <= ceilings[i].amount)
			continue;
		appendStringInfo(&text, "%sCeiling " INT64_FORMAT " (%s) over %s is %s; %s are asked for, %s too much.",
						 passed ? "\n" : "", ceilings[i].id, ceilings[i].document,
						 describe_scope(&ceilings[i]), bpm_fen_to_text(ceilings[i].amount),
						 bpm_fen_to_text(used), bpm_fen_to_text(used - ceilings[i].amount));
		passed++;
	}
	if (passed > 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_CAP_EXCEEDED),
				 errmsg_plural("the requests pass %d ceiling", "the requests pass %d ceilings",
							   passed, passed),
				 errdetail_internal("%s", text.data),
				 errhint("Ask for less, or ask finance for another ceiling.")));
}

/* Reads what the ceiling is over, and in which round it is issued. */
static void
read_scope(FunctionCallInfo fcinfo, BpmCall *call, const BpmPreparation *preparation,
		   Ceiling *ceiling)
{
	char	   *unit = bpm_limited_text(fcinfo, ARG_UNIT, "unit", 21);
	char	   *division = bpm_limited_text(fcinfo, ARG_DIVISION, "division", 12);
	char	   *func = bpm_limited_text(fcinfo, ARG_FUNC, "func", 20);

	ceiling->division = division ? bpm_registry_division(call->ledger, division) :
		preparation->division;
	if (unit)
	{
		BpmCode		home;

		bpm_registry_unit(call->ledger, unit, &ceiling->unit, &home);
		if (division && home != ceiling->division)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("unit \"%s\" is not of division \"%s\" itself", unit, division)));
		ceiling->division = home;
	}
	if (!bpm_code_covers(preparation->division, ceiling->division))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("the place is not below the division of preparation %d", preparation->id)));
	if (func)
		ceiling->func = bpm_registry_subtree(call->ledger, "function", preparation->fiscal_year, func);
	ceiling->fund_type = bpm_limited_text(fcinfo, ARG_FUND_TYPE, "fund_type", 10);
	if (ceiling->fund_type)
		bpm_registry_fund_type(call->ledger, ceiling->fund_type);
}

/* Reads in which round the ceiling is issued: the last one that anything was submitted in, unless said. */
static int
read_round(FunctionCallInfo fcinfo, BpmLedger *ledger, int32 preparation)
{
	BpmParameters parameters = {0};
	bool		binds;
	int			round;

	bpm_bind_int(&parameters, preparation);
	if (PG_ARGISNULL(ARG_ROUND))
	{
		bpm_planning_read_latest(ledger, &last_round, &parameters);
		return bpm_result_int(0, 1);
	}
	round = PG_GETARG_INT32(ARG_ROUND);
	if (!bpm_round_known(ledger, preparation, round, &binds))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("preparation %d has no round %d", preparation, round)));
	return round;
}

/* Gives what a ceiling says to a statement. */
static void
bind_content(BpmParameters *parameters, const Ceiling *ceiling)
{
	bpm_bind_int(parameters, ceiling->preparation);
	bpm_bind_int(parameters, ceiling->round);
	bpm_bind_id(parameters, ceiling->division);
	bpm_bind_id(parameters, ceiling->unit);
	bpm_bind_id(parameters, ceiling->func);
	bpm_bind_text(parameters, ceiling->fund_type);
	bpm_bind_fen(parameters, ceiling->amount);
	bpm_bind_text(parameters, ceiling->document);
}

/* Returns the ceiling that the key issued before; the same key with another content is refused. */
static int64
replay(BpmLedger *ledger, const Ceiling *ceiling)
{
	BpmParameters parameters = {0};

	bind_content(&parameters, ceiling);
	bpm_bind_text(&parameters, ceiling->key);
	if (bpm_planning_read_latest(ledger, &find_key, &parameters) != 1 || !bpm_result_int(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_KEY_CONFLICT),
				 errmsg("key \"%s\" issued another ceiling", ceiling->key),
				 errhint("Give each ceiling a key of its own.")));
	return bpm_result_int(0, 1);
}

/* Stores a ceiling once, and returns it. */
static int64
store_ceiling(BpmLedger *ledger, const Ceiling *ceiling, const char *login)
{
	BpmParameters parameters = {0};

	bind_content(&parameters, ceiling);
	bpm_bind_text(&parameters, login);
	bpm_bind_text(&parameters, ceiling->key);
	if (bpm_planning_store(ledger, "ceiling", &insert_ceiling, &parameters) == 0)
		return replay(ledger, ceiling);
	return bpm_result_int(0, 1);
}

/* Issues a ceiling in place of the one of the same scope, and returns it. */
PG_FUNCTION_INFO_V1(bpm_issue_ceiling);
Datum
bpm_issue_ceiling(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"preparation", "amount", "document", NULL};
	BpmPreparation preparation;
	Ceiling		ceiling = {0};
	BpmCall		call;

	bpm_require_arguments(fcinfo, arguments);
	bpm_call_begin(&call, fcinfo, "issue_ceiling", NULL);
	bpm_preparation_require(call.ledger, PG_GETARG_INT32(ARG_PREPARATION), false, &preparation);
	ceiling.preparation = preparation.id;
	ceiling.amount = bpm_fen_from_numeric(PG_GETARG_NUMERIC(ARG_AMOUNT));
	if (ceiling.amount < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("amount must not be negative, as %s is", bpm_fen_to_text(ceiling.amount))));
	ceiling.document = bpm_limited_text(fcinfo, ARG_DOCUMENT, "document", 200);
	ceiling.key = bpm_limited_text(fcinfo, ARG_KEY, "key", 100);
	read_scope(fcinfo, &call, &preparation, &ceiling);
	bpm_call_require(&call, ceiling.division, 0);
	bpm_preparation_require(call.ledger, preparation.id, true, &preparation);
	bpm_preparation_open(&preparation);
	ceiling.round = read_round(fcinfo, call.ledger, preparation.id);
	ceiling.id = store_ceiling(call.ledger, &ceiling, call.login);
	bpm_call_end(&call);
	PG_RETURN_INT64(ceiling.id);
}
