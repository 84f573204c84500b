/*
 * decision.c
 *	  Decisions on what a year leaves behind: recorded for a line, a project, a
 *	  division or the whole year by those who may post there.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "access/access.h"
#include "base/errors.h"
#include "closing/closing.h"
#include "registry/registry.h"

typedef struct Choice
{
	const char *item;
	const char *decisions;		/* a word in blanks for each */
} Choice;

static const Choice choices[] = {
	{"available", " carry withdraw "},
	{"committed", " carry release "},
	{"frozen", " release withdraw "},
	{"pending_out", " release withdraw "},
	{"precommitted", " release "},
	{"requested", " release "},
};

/* Refuses an item, or a decision on it, that there is not. */
static void
check_choice(const char *item, const char *decision)
{
	for (int i = 0; i < lengthof(choices); i++)
	{
		if (strcmp(choices[i].item, item) != 0)
			continue;
		if (strchr(decision, ' ') == NULL && decision[0] != '\0' &&
			strstr(choices[i].decisions, psprintf(" %s ", decision)) != NULL)
			return;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no decision on %s", decision, item),
				 errhint("The decisions on it are:%s.", pnstrdup(choices[i].decisions, strlen(choices[i].decisions) - 1))));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("item \"%s\" is not known", item),
			 errhint("Use available, committed, frozen, pending_out, precommitted or requested.")));
}

/* Where a decision holds; 0 stands for none. */
typedef struct Place
{
	BpmCode		division;
	BpmCode		unit;
	int64		project;
	int64		line;
} Place;

/* Reads division and unit of a line or project, found by one key; false if there is none. */
static bool
find_place(BpmLedger *ledger, const BpmStatement *statement, int64 key, Place *place)
{
	Datum		value = Int64GetDatum(key);
	bool		isnull;

	if (bpm_ledger_execute(ledger, statement, 0, &value, NULL) != 1)
		return false;
	place->division = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	place->unit = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	return true;
}

static const BpmStatement place_of_line = {
	"SELECT division, unit FROM @ledger@.line WHERE line_id OPERATOR(pg_catalog.=) $1", "l"
};
static const BpmStatement place_of_project = {
	"SELECT division, unit FROM @ledger@.project WHERE project_id OPERATOR(pg_catalog.=) $1", "l"
};

/* Finds where the decision holds; at most one of line, project and division is given. */
static void
read_place(FunctionCallInfo fcinfo, BpmLedger *ledger, int year, Place *place)
{
	if (!PG_ARGISNULL(5) + !PG_ARGISNULL(6) + !PG_ARGISNULL(7) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a decision is for a line, a project or a division, and not for two of them")));
	if (!PG_ARGISNULL(5))
	{
		place->line = PG_GETARG_INT64(5);
		if (place->line / INT64CONST(1000000000000) != year ||
			!find_place(ledger, &place_of_line, place->line, place))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("fiscal year %d has no budget line " INT64_FORMAT, year, place->line)));
	}
	else if (!PG_ARGISNULL(6))
	{
		place->project = bpm_registry_project(ledger, text_to_cstring(PG_GETARG_TEXT_PP(6)));
		find_place(ledger, &place_of_project, place->project, place);
	}
	else if (!PG_ARGISNULL(7))
		place->division = bpm_registry_division(ledger, text_to_cstring(PG_GETARG_TEXT_PP(7)));
}

static const BpmStatement insert_decision = {
	"INSERT INTO @ledger@.closing_decision (fiscal_year, item, decision, division, unit, project_id,"
	" line_id, document, decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	" RETURNING decision_id", "ittcclltt"
};

/* Stores the decision and returns its number. */
static int64
store(BpmLedger *ledger, int year, const char *item, const char *decision,
	  const Place *place, const char *document, const char *login)
{
	Datum		values[] = {Int32GetDatum(year), CStringGetTextDatum(item),
		CStringGetTextDatum(decision), Int64GetDatum(place->division),
		Int64GetDatum(place->unit), Int64GetDatum(place->project),
		Int64GetDatum(place->line), CStringGetTextDatum(document),
	CStringGetTextDatum(login)};
	char		nulls[] = "         ";
	bool		isnull;

	for (int i = 3; i <= 6; i++)
		nulls[i] = values[i] == 0 ? 'n' : ' ';
	bpm_ledger_execute(ledger, &insert_decision, 0, values, nulls);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Records a decision, for a caller who may post where it holds. */
PG_FUNCTION_INFO_V1(bpm_decide_closing);
Datum
bpm_decide_closing(PG_FUNCTION_ARGS)
{
	char	   *item = bpm_argument(fcinfo, 2, "item");
	char	   *decision = bpm_argument(fcinfo, 3, "decision");
	char	   *document = bpm_closing_document(fcinfo, 4);
	const char *login = GetUserNameFromId(GetUserId(), false);
	Place		place = {0};
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	char	   *state;
	int			year;
	int64		result;

	bpm_require_argument(fcinfo, 1, "fiscal_year");
	year = PG_GETARG_INT32(1);
	check_choice(item, decision);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize_operation(ledger, "decide_closing");
	bpm_owner_enter(ledger, &scope);
	read_place(fcinfo, ledger, year, &place);
	state = bpm_closing_state(ledger, year);
	bpm_owner_leave(&scope);
	bpm_authorize(ledger, "decide_closing", place.division, place.unit);
	if (strcmp(state, "closed") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_YEAR),
				 errmsg("fiscal year %d is closed", year),
				 errdetail("Nothing is left in it to decide on.")));
	bpm_owner_enter(ledger, &scope);
	result = store(ledger, year, item, decision, &place, document, login);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_INT64(result);
}
