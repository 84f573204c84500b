/*
 * accounts.c
 *	  Charts of accounts: what a government adds beside or below what ships.
 *
 * Rules and accounts only say under which names entries are shown; no money
 * depends on them.  What came with a chart is never changed, only outweighed.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "access/access.h"
#include "base/operators.h"
#include "base/rows.h"
#include "closing/closing.h"
#include "registry/registry.h"

/* Returns the tree key of a division that may be left out, 0 for none. */
static BpmCode
optional_division(BpmLedger *ledger, FunctionCallInfo fcinfo, int number)
{
	char	   *code = bpm_optional_argument(fcinfo, number);

	return code ? bpm_registry_division(ledger, code) : 0;
}

/* Refuses a side that is neither. */
static void
check_side(const char *side)
{
	if (strcmp(side, "debit") != 0 && strcmp(side, "credit") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("side \"%s\" is not known", side),
				 errhint("Use debit (借) or credit (贷).")));
}

/* Gives the government that a chart keeps books for, 0 for all, or refuses an unknown chart. */
static BpmCode
division_of_chart(BpmLedger *ledger, const char *chart)
{
	static const BpmStatement find = {
		"SELECT division FROM @ledger@.account_chart WHERE chart" EQ "$1", "t"
	};
	Datum		value = CStringGetTextDatum(chart);
	bool		isnull;
	Datum		division;

	if (bpm_ledger_execute(ledger, &find, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("chart of accounts \"%s\" does not exist", chart),
				 errhint("The table account_chart lists them; add_chart() adds one.")));
	division = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return isnull ? 0 : DatumGetInt64(division);
}

/* Gives the direction of an account, NULL when the chart has no such account. */
static char *
side_of_account(BpmLedger *ledger, const char *chart, const char *account)
{
	static const BpmStatement find = {
		"SELECT side::pg_catalog.text FROM @ledger@.account"
		" WHERE chart" EQ "$1 AND code" EQ "$2", "tt"
	};
	Datum		values[] = {CStringGetTextDatum(chart), CStringGetTextDatum(account)};

	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) != 1)
		return NULL;
	return bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Refuses an account that the chart does not have. */
static char *
require_account(BpmLedger *ledger, const char *chart, const char *account)
{
	char	   *side = side_of_account(ledger, chart, account);

	if (side == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("chart \"%s\" has no account \"%s\"", chart, account),
				 errhint("The table account lists them; add_account() adds one.")));
	return side;
}

/* Connects as the ledger's owner, for a caller who may change that chart there. */
static BpmLedger *
begin_change(FunctionCallInfo fcinfo, const char *operation, const char *chart,
			 BpmCode division, BpmOwnerScope *scope)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));

	if (chart != NULL && division == 0)
	{
		bpm_owner_enter(ledger, scope);
		division = division_of_chart(ledger, chart);
		bpm_owner_leave(scope);
	}
	bpm_authorize(ledger, operation, division, 0);
	bpm_owner_enter(ledger, scope);
	return ledger;
}

/* Gives the caller his identity back. */
static void
end_change(BpmOwnerScope *scope)
{
	bpm_owner_leave(scope);
	SPI_finish();
}

static const BpmStatement insert_chart = {
	"INSERT INTO @ledger@.account_chart (chart, name, division) VALUES ($1, $2, $3)"
	" ON CONFLICT (chart) DO NOTHING", "ttc"
};
static const BpmStatement copy_accounts = {
	"INSERT INTO @ledger@.account (chart, code, name, side, standard, parent)"
	" SELECT $1, code, name, side, false, parent FROM @ledger@.account WHERE chart" EQ "$2", "tt"
};
static const BpmStatement copy_rules = {
	"INSERT INTO @ledger@.account_rule (chart, kind, fund_type, executable, division, side, account, standard)"
	" SELECT $1, kind, fund_type, executable, division, side, account, false"
	" FROM @ledger@.account_rule WHERE chart" EQ "$2", "tt"
};

/* Adds a chart for a government, empty or as a copy. */
PG_FUNCTION_INFO_V1(bpm_add_chart);
Datum
bpm_add_chart(PG_FUNCTION_ARGS)
{
	char	   *chart = bpm_argument(fcinfo, 1, "chart");
	char	   *name = bpm_argument(fcinfo, 2, "name");
	char	   *copy_of = bpm_optional_argument(fcinfo, 4);
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	BpmCode		division;
	Datum		values[3];

	SPI_connect();
	division = optional_division(bpm_ledger_open(PG_GETARG_OID(0)), fcinfo, 3);
	ledger = begin_change(fcinfo, "add_chart", NULL, division, &scope);
	values[0] = CStringGetTextDatum(chart);
	values[1] = CStringGetTextDatum(name);
	values[2] = Int64GetDatum(division);
	if (bpm_ledger_execute(ledger, &insert_chart, 0, values, division ? NULL : "  n") != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("chart of accounts \"%s\" already exists", chart)));
	if (copy_of != NULL)
	{
		division_of_chart(ledger, copy_of);
		values[1] = CStringGetTextDatum(copy_of);
		bpm_ledger_execute(ledger, &copy_accounts, 0, values, NULL);
		bpm_ledger_execute(ledger, &copy_rules, 0, values, NULL);
	}
	end_change(&scope);
	PG_RETURN_VOID();
}

static const BpmStatement insert_account = {
	"INSERT INTO @ledger@.account (chart, code, name, side, standard, parent)"
	" VALUES ($1, $2, $3, $4, false, $5) ON CONFLICT (chart, code) DO NOTHING", "ttttt"
};

/* Adds a local account to a chart. */
PG_FUNCTION_INFO_V1(bpm_add_account);
Datum
bpm_add_account(PG_FUNCTION_ARGS)
{
	char	   *chart = bpm_argument(fcinfo, 1, "chart");
	char	   *code = bpm_argument(fcinfo, 2, "code");
	char	   *name = bpm_argument(fcinfo, 3, "name");
	char	   *side = bpm_optional_argument(fcinfo, 4);
	char	   *parent = bpm_optional_argument(fcinfo, 5);
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	Datum		values[5];

	SPI_connect();
	ledger = begin_change(fcinfo, "add_account", chart, 0, &scope);
	if (parent != NULL)
	{
		char	   *inherited = require_account(ledger, chart, parent);

		side = side ? side : inherited;
	}
	if (side == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("side must not be null for an account without a parent"),
				 errhint("Use debit (借) or credit (贷).")));
	check_side(side);
	values[0] = CStringGetTextDatum(chart);
	values[1] = CStringGetTextDatum(code);
	values[2] = CStringGetTextDatum(name);
	values[3] = CStringGetTextDatum(side);
	values[4] = parent ? CStringGetTextDatum(parent) : (Datum) 0;
	if (bpm_ledger_execute(ledger, &insert_account, 0, values, parent ? NULL : "    n") != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("chart \"%s\" has an account \"%s\" already", chart, code)));
	end_change(&scope);
	PG_RETURN_VOID();
}

/* Refuses a kind that there is not, and a reversal, which has no rules of its own. */
static void
check_kind(BpmLedger *ledger, const char *kind)
{
	static const BpmStatement find = {
		"SELECT reverses::pg_catalog.text FROM @ledger@.entry_kind WHERE kind" EQ "$1", "t"
	};
	Datum		value = CStringGetTextDatum(kind);
	char	   *reverses;

	if (bpm_ledger_execute(ledger, &find, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("kind of entry \"%s\" does not exist", kind),
				 errhint("The table entry_kind lists them.")));
	reverses = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (reverses != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("kind \"%s\" is a reversal", kind),
				 errdetail("A reversal takes the accounts of what it reverses, sides changed over."),
				 errhint("Give the rule for \"%s\".", reverses)));
}

static const BpmStatement insert_rule = {
	"INSERT INTO @ledger@.account_rule (chart, account, side, kind, fund_type, executable, division, standard)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, false)"
	" ON CONFLICT (chart, kind, fund_type, executable, division, side) DO NOTHING RETURNING rule_id", "tttttbc"
};

/* Adds a rule and returns it. */
PG_FUNCTION_INFO_V1(bpm_add_account_rule);
Datum
bpm_add_account_rule(PG_FUNCTION_ARGS)
{
	char	   *chart = bpm_argument(fcinfo, 1, "chart");
	char	   *account = bpm_argument(fcinfo, 2, "account");
	char	   *side = bpm_argument(fcinfo, 3, "side");
	char	   *kind = bpm_optional_argument(fcinfo, 4);
	char	   *fund_type = bpm_optional_argument(fcinfo, 5);
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	BpmCode		division;
	Datum		values[7];
	char		nulls[] = "       ";
	int32		rule;
	bool		isnull;

	SPI_connect();
	division = optional_division(bpm_ledger_open(PG_GETARG_OID(0)), fcinfo, 7);
	ledger = begin_change(fcinfo, "add_account_rule", chart, division, &scope);
	check_side(side);
	require_account(ledger, chart, account);
	if (kind != NULL)
		check_kind(ledger, kind);
	if (fund_type != NULL)
		bpm_registry_fund_type(ledger, fund_type);
	bpm_set_text(values, nulls, 0, chart);
	bpm_set_text(values, nulls, 1, account);
	bpm_set_text(values, nulls, 2, side);
	bpm_set_text(values, nulls, 3, kind);
	bpm_set_text(values, nulls, 4, fund_type);
	values[5] = PG_GETARG_DATUM(6);
	nulls[5] = PG_ARGISNULL(6) ? 'n' : ' ';
	bpm_set_id(values, nulls, 6, division);
	if (bpm_ledger_execute(ledger, &insert_rule, 0, values, nulls) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("chart \"%s\" has a rule for this case already", chart),
				 errhint("The table account_rule holds it.")));
	rule = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	end_change(&scope);
	PG_RETURN_INT32(rule);
}

static const BpmStatement divert_rules = {
	"INSERT INTO @ledger@.account_rule (chart, account, side, kind, fund_type, executable, division, standard)"
	" SELECT chart, $3, side, kind, COALESCE(fund_type, $5), executable, COALESCE($4, division), false"
	" FROM @ledger@.account_rule WHERE chart" EQ "$1 AND account" EQ "$2"
	" AND (fund_type IS NULL OR $5 IS NULL OR fund_type" EQ "$5)"
	" AND (division IS NULL OR $4 IS NULL)"
	" ON CONFLICT (chart, kind, fund_type, executable, division, side) DO NOTHING", "tttct"
};

/* Refuses to divert everything: that would be another chart. */
static void
check_diversion(BpmCode division, const char *fund_type)
{
	if (division == 0 && fund_type == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("neither a division nor a fund type is given"),
				 errhint("Name one, or make a chart of your own with add_chart().")));
}

/* Adds beside each rule of an account one that gives another account in a narrower case. */
PG_FUNCTION_INFO_V1(bpm_divert_account);
Datum
bpm_divert_account(PG_FUNCTION_ARGS)
{
	char	   *chart = bpm_argument(fcinfo, 1, "chart");
	char	   *account = bpm_argument(fcinfo, 2, "account");
	char	   *into = bpm_argument(fcinfo, 3, "into_account");
	char	   *fund_type = bpm_optional_argument(fcinfo, 5);
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	BpmCode		division;
	Datum		values[5];
	char		nulls[] = "     ";
	int			rules;

	SPI_connect();
	division = optional_division(bpm_ledger_open(PG_GETARG_OID(0)), fcinfo, 4);
	check_diversion(division, fund_type);
	ledger = begin_change(fcinfo, "divert_account", chart, division, &scope);
	require_account(ledger, chart, account);
	require_account(ledger, chart, into);
	if (fund_type != NULL)
		bpm_registry_fund_type(ledger, fund_type);
	bpm_set_text(values, nulls, 0, chart);
	bpm_set_text(values, nulls, 1, account);
	bpm_set_text(values, nulls, 2, into);
	bpm_set_id(values, nulls, 3, division);
	bpm_set_text(values, nulls, 4, fund_type);
	rules = bpm_ledger_execute(ledger, &divert_rules, 0, values, nulls);
	if (rules == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("no rule of account \"%s\" can be diverted there", account),
				 errdetail("It has no rule that reaches so far, or each has its narrower one already.")));
	end_change(&scope);
	PG_RETURN_INT32(rules);
}
