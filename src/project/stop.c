/*
 * stop.c
 *	  What becomes of a payment request that was stopped: its case, and the decision
 *	  (放行, 改正, 禁止).
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "base/effect.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/json.h"
#include "base/rows.h"
#include "ledger/arguments.h"
#include "project/monitor.h"
#include "registry/registry.h"

#define STOP_FLOW	"payment_stop"
#define MOST_PREDICATE	10000	/* characters */

static const BpmStatement read_wanted = {
	"SELECT s.stop_id, s.login, s.division, s.unit, (SELECT f.facts FROM @ledger@.monitor_finding f"
	"  WHERE f.posting_id" EQ "s.request_id AND f.strength" EQ "'stop' ORDER BY f.finding_id LIMIT 1)"
	"  OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('stop', s.stop_id, 'request', s.request_id, 'rules',"
	"   (SELECT pg_catalog.jsonb_agg(f.rule ORDER BY f.rule) FROM @ledger@.monitor_finding f WHERE f.posting_id" EQ "s.request_id))"
	" FROM @ledger@.monitor_stop s WHERE s.flow" EQ "'wanted' ORDER BY s.stop_id", ""
};
static const BpmStatement store_flow = {
	"UPDATE @ledger@.monitor_stop SET flow = $2, case_id = $3 WHERE stop_id" EQ "$1", "ltl"
};
static const BpmStatement lock_stop = {
	"SELECT s.state, s.flow, (SELECT c.case_id FROM @ledger@.approval_case c WHERE c.case_id" EQ "s.case_id"
	"  AND c.state" EQ "'running'), s.login, s.division, s.unit, (SELECT c.initiator FROM @ledger@.approval_case c WHERE c.case_id" EQ "s.asked_in)"
	" FROM @ledger@.monitor_stop s WHERE s.stop_id" EQ "$1"
	" FOR NO KEY UPDATE OF s", "l"
};
static const BpmStatement store_decision = {
	"UPDATE @ledger@.monitor_stop SET state = $2, reason = $3, decided_by = $4, decided_at = $5 WHERE stop_id" EQ "$1", "ltttz"
};

/* A stop whose case is to be begun. */
typedef struct Wanted
{
	int64		id;
	char	   *login;
	BpmCode		division;
	BpmCode		unit;
	Jsonb	   *facts;
} Wanted;

/* Begins the case of a stop, where the flow is published; returns it, 0 for none. */
static int64
begin_case(BpmLedger *ledger, const Wanted *stop)
{
	BpmCall		call = {ledger,.actor = stop->login,.login = stop->login};
	BpmNewCase	start = {STOP_FLOW, psprintf("支付拦截 " INT64_FORMAT, stop->id), stop->facts, stop->division, stop->unit};

	return bpm_flow_known(ledger, STOP_FLOW) ? bpm_call_start(&call, &start) : 0;
}

/* Begins the cases of the stops that a call has made; what it wrote is written. */
void
bpm_begin_stops(BpmLedger *ledger)
{
	Wanted	   *stops;
	int			count;
	bool		isnull;

	SPI_connect();
	count = bpm_ledger_execute(ledger, &read_wanted, 0, NULL, NULL);
	stops = palloc(Max(count, 1) * sizeof(Wanted));
	for (int i = 0; i < count; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;

		stops[i].id = bpm_row_number(row, desc, 1);
		stops[i].login = bpm_row_string(row, desc, 2);
		stops[i].division = bpm_row_number(row, desc, 3);
		stops[i].unit = bpm_row_number(row, desc, 4);
		stops[i].facts = DatumGetJsonbPCopy(SPI_getbinval(row, desc, 5, &isnull));
	}
	for (int i = 0; i < count; i++)
	{
		Datum		values[3];
		char		nulls[] = "   ";
		int64		case_id;

		/* Stored before the case begins: its effects may look at the stop. */
		values[0] = Int64GetDatum(stops[i].id);
		values[1] = CStringGetTextDatum("none");
		bpm_set_id(values, nulls, 2, 0);
		bpm_write_row(ledger, "monitor_stop", 0, stops[i].id, &store_flow, values, nulls, true);
		case_id = begin_case(ledger, &stops[i]);
		if (case_id == 0)
			continue;
		values[1] = CStringGetTextDatum("begun");
		bpm_set_id(values, nulls, 2, case_id);
		bpm_write_row(ledger, "monitor_stop", 0, stops[i].id, &store_flow, values, nulls, true);
	}
	SPI_finish();
}

/* Returns the state that a decision leads to, NULL for an unknown one. */
static const char *
state_of(const char *decision)
{
	if (decision == NULL)
		return NULL;
	return strcmp(decision, "release") == 0 ? "released" : strcmp(decision, "correct") == 0 ? "corrected" :
		strcmp(decision, "forbid") == 0 ? "forbidden" : NULL;
}

/* A stop under its lock; a case that ended without a decision leaves it to decide_stop(). */
typedef struct Stop
{
	char	   *state;
	int64		case_id;
	char	   *login;
	BpmCode		division;
	BpmCode		unit;
	char	   *initiator;		/* of the case that asked for the payment; NULL: none did */
} Stop;

/* Locks a stop; false if there is none. */
static bool
fetch_stop(BpmLedger *ledger, int64 id, Stop *stop)
{
	Datum		value = Int64GetDatum(id);
	HeapTuple	row;
	TupleDesc	desc;

	if (bpm_ledger_execute(ledger, &lock_stop, 0, &value, NULL) != 1)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	stop->state = bpm_row_string(row, desc, 1);
	stop->case_id = bpm_row_number(row, desc, 3);
	stop->login = bpm_row_string(row, desc, 4);
	stop->division = bpm_row_number(row, desc, 5);
	stop->unit = bpm_row_number(row, desc, 6);
	stop->initiator = SPI_getvalue(row, desc, 7);
	return true;
}

/* Refuses a stop that is not there. */
static void
no_such_stop(BpmLedger *ledger, int64 id)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("stop " INT64_FORMAT " does not exist in ledger %s", id, ledger->schema)));
}

/* Stores a decision, once. */
static void
decide(BpmLedger *ledger, int64 id, const Stop *stop, const char *state, const char *reason, const char *actor)
{
	Datum		values[5];

	if (strcmp(stop->state, "open") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("stop " INT64_FORMAT " is %s", id, stop->state)));
	values[0] = Int64GetDatum(id);
	values[1] = CStringGetTextDatum(state);
	values[2] = CStringGetTextDatum(reason);
	values[3] = CStringGetTextDatum(actor);
	values[4] = TimestampTzGetDatum(GetCurrentTimestamp());
	bpm_write_row(ledger, "monitor_stop", 0, id, &store_decision, values, NULL, true);
}

/* Tells whether somebody asked for the payment: called for it, signed, or began the case. */
static bool
asked_for(const Stop *stop, const char *who)
{
	return strcmp(stop->login, who) == 0 || (stop->initiator && strcmp(stop->initiator, who) == 0);
}

/* Decides a stop that no case decides, by another than who asked for the payment. */
PG_FUNCTION_INFO_V1(bpm_decide_stop);
Datum
bpm_decide_stop(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	Stop		stop;
	char	   *decision = bpm_argument(fcinfo, 2, "decision");
	const char *state = state_of(decision);
	char	   *reason;
	int64		id;

	bpm_require_argument(fcinfo, 1, "stop");
	id = PG_GETARG_INT64(1);
	bpm_require_argument(fcinfo, 3, "reason");
	reason = bpm_limited_text(fcinfo, 3, "reason", 2000);
	if (state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("decision \"%s\" is not known", decision),
				 errhint("Use release (放行), correct (改正) or forbid (禁止).")));
	bpm_call_begin(&call, fcinfo, "decide_stop", bpm_optional_argument(fcinfo, 4));
	if (!fetch_stop(call.ledger, id, &stop) || !bpm_call_reads(&call, stop.division, stop.unit))
		no_such_stop(call.ledger, id);
	bpm_call_require(&call, stop.division, stop.unit);
	if (asked_for(&stop, call.login) || asked_for(&stop, call.actor))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("stop " INT64_FORMAT " is of a payment that role \"%s\" asked for himself", id,
						asked_for(&stop, call.actor) ? call.actor : call.login),
				 errhint("Somebody else decides it.")));
	if (stop.case_id)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("stop " INT64_FORMAT " is decided by case " INT64_FORMAT, id, stop.case_id)));
	decide(call.ledger, id, &stop, state, reason, call.actor);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* The effect payment_stop: the case's decision about the stop that it was begun for. */
static Jsonb *
run_effect(BpmLedger *ledger, const BpmEffectCall *call)
{
	char	   *text = bpm_jsonb_scalar(&call->arguments->root, "stop");
	char	   *decision = bpm_jsonb_scalar(&call->arguments->root, "decision");
	char	   *reason = bpm_jsonb_scalar(&call->arguments->root, "reason");
	int64		id = text ? pg_strtoint64(text) : 0;
	Stop		stop;

	if (state_of(decision) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("decision \"%s\" is not known", decision ? decision : "null")));
	if (!fetch_stop(ledger, id, &stop))
		no_such_stop(ledger, id);
	/* An effect of a case's first moment runs before the case is noted with the stop. */
	if (stop.case_id != 0 && stop.case_id != call->case_id)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("stop " INT64_FORMAT " is decided by case " INT64_FORMAT, id, stop.case_id)));
	if (!bpm_code_covers(call->division, stop.division) || (call->unit != 0 && !bpm_code_covers(call->unit, stop.unit)))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("stop " INT64_FORMAT " is not of the place that case " INT64_FORMAT " belongs to", id, call->case_id)));
	decide(ledger, id, &stop, state_of(decision), reason ? reason : call->subject, call->actor);
	return NULL;
}

/* Says what is wrong with the arguments of payment_stop in a definition. */
static char *
check_effect(BpmLedger *ledger, Jsonb *arguments)
{
	char	   *decision = bpm_jsonb_scalar(&arguments->root, "decision");

	if (bpm_jsonb_scalar(&arguments->root, "stop") == NULL)
		return pstrdup("\"stop\" is missing");
	if (decision == NULL)
		return pstrdup("\"decision\" is missing");
	if (decision[0] != '$' && state_of(decision) == NULL)
		return psprintf("decision \"%s\" is not release, correct or forbid", decision);
	return NULL;
}

/* Refuses who has no duty where a rule holds already: a county does not switch off what a province has set. */
static void
require_rule(BpmCall *call, Datum rule)
{
	static const BpmStatement where = {
		"SELECT division FROM @ledger@.monitor_rule WHERE rule" EQ "$1 AND active", "t"
	};

	if (bpm_ledger_execute_latest(call->ledger, &where, 0, &rule, NULL, false) == 1)
		bpm_call_require(call, bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1), 0);
}

/* Refuses a predicate that is no jsonpath; NULL is none. */
static void
check_predicate(char *text)
{
	BpmFaults	faults = {0};
	BpmNode		node = {NULL, "", &faults};
	Datum		path;

	if (text && !bpm_node_path(&node, "predicate", text, &path))
		bpm_refuse_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE, "monitoring rule has", 0,
						  "Such as $.amount > $band, with {\"band\": 100000} as parameters.");
}

/* Sets a rule: makes it, changes it, or makes one that ships active. */
PG_FUNCTION_INFO_V1(bpm_set_monitor_rule);
Datum
bpm_set_monitor_rule(PG_FUNCTION_ARGS)
{
	static const BpmStatement faults = {
		"SELECT 'name \"' " CAT "$1 " CAT "'\" is not a word of lower-case letters' WHERE NOT $1 OPERATOR(pg_catalog.~) '^[a-z][a-z0-9_]{0,62}$'"
		" UNION ALL SELECT 'a new rule has a title, a strength and a predicate' WHERE ($3 IS NULL OR $4 IS NULL OR $5 IS NULL)"
		"  AND NOT EXISTS (SELECT 1 FROM @ledger@.monitor_rule WHERE rule" EQ "$1)"
		" UNION ALL SELECT 'title is longer than 200 characters, or empty' WHERE NOT budgetpm.is_text(pg_catalog.to_jsonb($3), 200) AND $3 IS NOT NULL"
		" UNION ALL SELECT 'strength \"' " CAT "$4 " CAT "'\" is not warn, warn_attachment, stop, forbid or log'"
		"  WHERE NOT $4" EQ "ANY ('{warn,warn_attachment,stop,forbid,log}')"
		" UNION ALL SELECT 'parameters are not an object' WHERE pg_catalog.jsonb_typeof($6)" NE "'object'"
		" UNION ALL SELECT 'days ' " CAT "$7::pg_catalog.text " CAT "' is not between 0 and 366' WHERE NOT ($7" GE "0 AND $7" LE "366)"
		" UNION ALL SELECT 'its last day comes before its first' WHERE $10" LT "$9", "tbtttjicdd"
	};
	/* One that is missing would fail every payment; jsonpath prints each as $"name", and words without the $. */
	static const BpmStatement missing = {
		"SELECT DISTINCT 'the predicate has a variable \"' " CAT "v.name[1] " CAT "'\" that is no parameter'"
		" FROM (SELECT 1) AS one LEFT JOIN @ledger@.monitor_rule r ON r.rule" EQ "$1"
		" CROSS JOIN LATERAL pg_catalog.regexp_matches(COALESCE($5, r.predicate)::pg_catalog.jsonpath::pg_catalog.text,"
		"  E'[$]\"([^\"]+)\"|\"(?:[^\"\\\\\\\\]|\\\\\\\\.)*\"', 'g') AS v(name)"
		" WHERE NOT COALESCE($6, r.parameters, '{}') OPERATOR(pg_catalog.?) v.name[1] ORDER BY 1", "tbtttjicdd"
	};
	static const BpmStatement upsert = {
		"INSERT INTO @ledger@.monitor_rule AS r (rule, active, title, strength, predicate, parameters, days, division, valid_from, valid_to)"
		" VALUES ($1, $2, COALESCE($3, '-'), COALESCE($4, 'log'), COALESCE($5, '-'), COALESCE($6, '{}'), COALESCE($7, 0), $8, $9, $10)"
		" ON CONFLICT (rule) DO UPDATE SET active = $2, title = COALESCE($3, r.title), strength = COALESCE($4, r.strength),"
		"  predicate = COALESCE($5, r.predicate), parameters = COALESCE($6, r.parameters), days = COALESCE($7, r.days),"
		"  division = $8, valid_from = $9, valid_to = $10 RETURNING predicate, parameters", "tbtttjicdd"
	};
	BpmCall		call;
	Datum		values[10];
	char		nulls[] = "          ";
	bool		isnull;
	BpmCode		division = 0;

	bpm_require_argument(fcinfo, 1, "rule");
	bpm_require_argument(fcinfo, 2, "active");
	for (int i = 0; i < 10; i++)
	{
		values[i] = PG_GETARG_DATUM(i + 1);
		nulls[i] = PG_ARGISNULL(i + 1) ? 'n' : ' ';
	}
	bpm_call_begin(&call, fcinfo, "set_monitor_rule", NULL);
	if (!PG_ARGISNULL(8))
		division = bpm_registry_division(call.ledger, text_to_cstring(PG_GETARG_TEXT_PP(8)));
	bpm_set_id(values, nulls, 7, division);
	bpm_call_require(&call, division, 0);
	require_rule(&call, values[0]);
	bpm_refuse_rows(call.ledger, &faults, values, nulls, ERRCODE_INVALID_PARAMETER_VALUE, "monitoring rule is not right");
	check_predicate(PG_ARGISNULL(5) ? NULL : bpm_limited_text(fcinfo, 5, "predicate", MOST_PREDICATE));
	bpm_refuse_rows(call.ledger, &missing, values, nulls, ERRCODE_INVALID_PARAMETER_VALUE, "monitoring rule is not right");
	bpm_ledger_execute(call.ledger, &upsert, 0, values, nulls);
	bpm_try_monitor_rule(bpm_argument(fcinfo, 1, "rule"), bpm_result_text(0, 1),
						 DatumGetJsonbP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull)));
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* Registers an account of a unit's own. */
PG_FUNCTION_INFO_V1(bpm_register_account);
Datum
bpm_register_account(PG_FUNCTION_ARGS)
{
	static const BpmStatement faults = {
		"SELECT 'account \"' " CAT "$1 " CAT "'\" is not of 1 to 64 digits, letters and hyphens' WHERE NOT $1 OPERATOR(pg_catalog.~) '^[0-9A-Za-z-]{1,64}$'"
		" UNION ALL SELECT 'account \"' " CAT "$1 " CAT "'\" is registered already' FROM @ledger@.unit_account WHERE budgetpm.plain_name(account)" EQ "budgetpm.plain_name($1)", "t"
	};
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.unit_account (account, bank, title, division, unit) VALUES ($1, $2, $3, $4, $5)", "tttcc"
	};
	BpmCall		call;
	Datum		values[5];
	char		nulls[] = "     ";
	BpmCode		unit;
	BpmCode		division;
	char	   *unit_code = bpm_argument(fcinfo, 1, "unit");

	values[0] = CStringGetTextDatum(bpm_argument(fcinfo, 2, "account"));
	bpm_set_text(values, nulls, 1, PG_ARGISNULL(3) ? NULL : bpm_limited_text(fcinfo, 3, "bank", 200));
	bpm_set_text(values, nulls, 2, PG_ARGISNULL(4) ? NULL : bpm_limited_text(fcinfo, 4, "title", 200));
	bpm_call_begin(&call, fcinfo, "register_account", NULL);
	bpm_registry_unit(call.ledger, unit_code, &unit, &division);
	bpm_call_require(&call, division, unit);
	bpm_refuse_rows(call.ledger, &faults, values, NULL, ERRCODE_INVALID_PARAMETER_VALUE, "account cannot be registered");
	values[3] = Int64GetDatum(division);
	values[4] = Int64GetDatum(unit);
	bpm_ledger_execute(call.ledger, &insert, 0, values, nulls);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* Registers the effect; called when the library is loaded. */
void
bpm_stop_init(void)
{
	static const BpmEffect effect = {STOP_FLOW, run_effect, check_effect};

	bpm_register_effect(&effect);
}
