/*
 * effect.c
 *	  The effect "prepare": what a signature does to the requests of a unit.
 *
 * It works inside the decision that sets it off, so that who calls act() himself is
 * checked like who calls submit_requests().  A case carries one unit's requests
 * through all rounds:
 *
 *	submit	 what the unit has in hand is frozen (申报数), checked as a whole, and
 *			 goes with the case
 *	review	 what finance has not looked at is reviewed as it was asked for (审核数)
 *	return	 reviews become visible, and working versions of the next round are
 *			 made from them (一下, 二下)
 *	accept	 they become what goes into the draft (批复数)
 *	release	 what was submitted comes back into the unit's hands
 *	reject	 they are over
 */
#include "postgres.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base/effect.h"
#include "base/errors.h"
#include "base/rows.h"
#include "form/form.h"
#include "planning/draft.h"
#include "planning/private.h"
#include "planning/rule.h"

/* A decision's effect on the requests of its case. */
typedef struct Move
{
	BpmLedger  *ledger;
	const BpmEffectCall *call;
	int			round;			/* 0: the one that they are in */
	int			reached;		/* the latest one that they have been in */
	int			count;			/* requests moved so far */
	BpmFen		amount;			/* their sum */
} Move;

static const BpmStatement case_flow = {
	"SELECT flow FROM @ledger@.approval_case WHERE case_id" EQ "$1", "l"
};
static const BpmStatement other_case = {
	"SELECT c.case_id FROM @ledger@.request r JOIN @ledger@.approval_case c ON c.case_id" EQ "r.case_id"
	" WHERE r.preparation_id" EQ "$1 AND r.unit" CODE_EQ "$2 AND r.case_id" NE "$3"
	" AND c.state OPERATOR(pg_catalog.=) ANY ('{running,returned,suspended}') LIMIT 1", "icl"
};
static const BpmStatement requests_in_hand = {
	"SELECT request_id FROM @ledger@.request WHERE preparation_id" EQ "$1 AND unit" CODE_EQ "$2"
	" AND state OPERATOR(pg_catalog.=) ANY ('{draft,returned}') ORDER BY request_id FOR NO KEY UPDATE",
	"ic"
};
static const BpmStatement requests_of_case = {
	"SELECT request_id FROM @ledger@.request WHERE case_id" EQ "$1 ORDER BY request_id FOR NO KEY UPDATE",
	"l"
};
static const BpmStatement drafts_of_case = {
	"SELECT DISTINCT preparation_id, division FROM @ledger@.request WHERE case_id" EQ "$1"
	" AND state OPERATOR(pg_catalog.=) ANY ('{draft,submitted,returned,accepted,approved}'::pg_catalog.text[])"
	" ORDER BY 1, 2", "l"
};
/*
 * Codes that the year's edition does not let stand on a line: copied ones were not
 * looked up.  Each code is looked up once, however many items have it.
 */
static const BpmStatement wrong_codes = {
	"WITH edition AS MATERIALIZED (SELECT k.scheme, k.leaf_only,"
	"  (SELECT e.edition FROM @ledger@.classification_edition e WHERE e.scheme" EQ "k.scheme"
	"    AND e.first_year" LE "$2 AND (e.last_year IS NULL OR e.last_year" GE "$2)"
	"    ORDER BY e.first_year DESC LIMIT 1) AS edition FROM @ledger@.classification_scheme k),"
	" item AS MATERIALIZED (SELECT r.request_id, i.item_no, i.func, i.gov_econ, i.dept_econ"
	"  FROM @ledger@.request r CROSS JOIN LATERAL (SELECT n.item_no, n.func, n.gov_econ, n.dept_econ"
	"   FROM @ledger@.request_item n WHERE n.version_id" EQ "r.current_version OFFSET 0) i"
	"  WHERE r.case_id" EQ "$1 AND r.state" EQ "'submitted'),"
	" wrong AS MATERIALIZED (SELECT s.scheme, s.code FROM (SELECT 'function' AS scheme, func AS code FROM item"
	"   UNION SELECT 'gov_economic', gov_econ FROM item UNION SELECT 'dept_economic', dept_econ FROM item) s"
	"  JOIN edition e ON e.scheme" EQ "s.scheme WHERE s.code IS NOT NULL"
	"  AND (SELECT c.is_leaf OR NOT e.leaf_only FROM @ledger@.classification c WHERE c.scheme" EQ "s.scheme"
	"   AND c.edition" EQ "e.edition AND c.code" CODE_EQ "s.code) IS NOT TRUE)"
	" SELECT i.request_id, i.item_no, w.scheme, w.code::pg_catalog.text FROM wrong w JOIN item i"
	"  ON w.code" CODE_EQ "CASE WHEN w.scheme" EQ "'function' THEN i.func"
	"   WHEN w.scheme" EQ "'gov_economic' THEN i.gov_econ ELSE i.dept_econ END"
	" ORDER BY i.request_id, i.item_no, w.scheme LIMIT 100", "li"
};
static const BpmStatement submitted_attributes = {
	"SELECT r.request_id, r.category, v.attributes FROM @ledger@.request r"
	" JOIN @ledger@.request_version v ON v.version_id" EQ "r.current_version"
	" WHERE r.case_id" EQ "$1 AND r.state" EQ "'submitted' ORDER BY r.request_id", "l"
};
static const BpmStatement hidden_versions = {
	"SELECT v.version_id FROM pg_catalog.unnest($1) AS g(request_id)"
	" CROSS JOIN LATERAL (SELECT n.version_id FROM @ledger@.request_version n"
	"  WHERE n.request_id" EQ "g.request_id AND n.hidden OFFSET 0) v ORDER BY v.version_id", "x"
};
static const BpmStatement show_version = {
	"UPDATE @ledger@.request_version SET hidden = false WHERE version_id" EQ "$1", "l"
};
static const BpmStatement show_items = {
	"UPDATE @ledger@.request_item SET hidden = false WHERE version_id" EQ "$1 AND hidden", "l"
};

/* Returns a member that is a whole number, 0 for none. */
static int
number_member(Jsonb *object, const char *key)
{
	JsonbValue	value;

	if (getKeyJsonValueFromContainer(&object->root, key, strlen(key), &value) == NULL ||
		value.type != jbvNumeric)
		return 0;
	return numeric_int4_opt_error(value.val.numeric, NULL);
}

/* Returns the ids that a statement locks, in ascending order. */
static int64 *
lock_requests(BpmLedger *ledger, const BpmStatement *statement, BpmParameters *parameters, int *count)
{
	int64	   *ids;

	*count = bpm_planning_read(ledger, statement, parameters);
	ids = palloc(Max(*count, 1) * sizeof(int64));
	for (int i = 0; i < *count; i++)
		ids[i] = bpm_result_int(i, 1);
	return ids;
}

/* Refuses a case that is not the preparation's flow, or not of a unit. */
static void
require_own_flow(const Move *move, const BpmPreparation *preparation)
{
	BpmParameters parameters = {0};
	char	   *flow;

	bpm_bind_id(&parameters, move->call->case_id);
	bpm_planning_read_latest(move->ledger, &case_flow, &parameters);
	flow = bpm_result_text(0, 1);
	if (flow == NULL || strcmp(flow, preparation->flow) != 0 || move->call->unit == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("case " INT64_FORMAT " cannot carry requests of preparation %d",
						move->call->case_id, preparation->id),
				 errdetail("They go through flow \"%s\", one case for each unit.", preparation->flow)));
}

/* Refuses a second case of the same unit beside one that has not ended. */
static void
require_only_case(const Move *move, const BpmPreparation *preparation)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, preparation->id);
	bpm_bind_id(&parameters, move->call->unit);
	bpm_bind_id(&parameters, move->call->case_id);
	if (bpm_planning_read_latest(move->ledger, &other_case, &parameters) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("requests of this unit go through case " INT64_FORMAT " already",
						bpm_result_int(0, 1)),
				 errhint("Act on its task, or let that case end.")));
}

/* Says in the rows of requests that they are at their versions. */
static void
set_all(const Move *move, const BpmRequestRow *requests, int count, const char *state, int64 case_id)
{
	for (int i = 0; i < count; i++)
		bpm_request_set(move->ledger, requests[i].id, state, requests[i].version, case_id);
}

/* Freezes everything that the unit has in hand, in the round of the move or the latest one of them. */
static void
freeze_requests(Move *move, const BpmPreparation *preparation)
{
	BpmParameters parameters = {0};
	BpmRequestRow *rows;
	int			count;
	int			latest = 1;
	int64	   *ids;

	bpm_bind_int(&parameters, preparation->id);
	bpm_bind_id(&parameters, move->call->unit);
	ids = lock_requests(move->ledger, &requests_in_hand, &parameters, &count);
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("the unit has no request to submit in preparation %d", preparation->id),
				 errhint("Make one with %s.save_request() or copy_requests().", move->ledger->schema)));
	rows = bpm_requests_read(move->ledger, ids, count);
	for (int i = 0; i < count; i++)
		latest = Max(latest, rows[i].round);
	if (move->round == 0)
		move->round = latest;
	move->reached = Max(move->round, latest);
	bpm_require_open_round(move->ledger, preparation, move->call->division, move->call->unit,
						   move->round);
	require_only_case(move, preparation);
	for (int i = 0; i < count; i++)
	{
		rows[i].round = move->round;
		move->amount += rows[i].amount;
	}
	move->count = count;
	bpm_versions_freeze(move->ledger, rows, count, "submitted", false, move->call->actor);
	set_all(move, rows, count, "submitted", move->call->case_id);
}

/* Refuses codes that the year does not know, all of them at once. */
static void
check_codes(const Move *move, const BpmPreparation *preparation)
{
	BpmParameters parameters = {0};
	BpmFindings findings = {0};
	int			count;

	bpm_bind_id(&parameters, move->call->case_id);
	bpm_bind_int(&parameters, preparation->fiscal_year);
	count = bpm_planning_read_latest(move->ledger, &wrong_codes, &parameters);
	for (int i = 0; i < count; i++)
		bpm_finding(&findings, ERRCODE_FOREIGN_KEY_VIOLATION,
					psprintf("request %s item %s", bpm_result_text(i, 1), bpm_result_text(i, 2)),
					psprintf("code \"%s\" of classification scheme \"%s\" cannot stand on a line of fiscal year %d",
							 bpm_result_text(i, 4), bpm_result_text(i, 3), preparation->fiscal_year));
	bpm_raise_findings(&findings, "the submission");
}

/* What the form of one request holds. */
typedef struct Fields
{
	const Move *move;
	int64		request;
	char	   *category;
	Jsonb	   *attributes;
} Fields;

/* Looks at all fields of a form, those that are required among them. */
static void
check_fields(BpmLedger *ledger, void *argument)
{
	Fields	   *fields = argument;

	bpm_check_attributes(ledger, "request", fields->move->call->division, fields->move->call->unit,
						 fields->category, fields->attributes);
}

/* Reads what is submitted, request by request. */
static Fields *
read_fields(const Move *move, int *count)
{
	BpmParameters parameters = {0};
	Fields	   *fields;
	bool		isnull;

	bpm_bind_id(&parameters, move->call->case_id);
	*count = bpm_planning_read_latest(move->ledger, &submitted_attributes, &parameters);
	fields = palloc(*count * sizeof(Fields));
	for (int i = 0; i < *count; i++)
	{
		fields[i].move = move;
		fields[i].request = bpm_result_int(i, 1);
		fields[i].category = bpm_result_text(i, 2);
		fields[i].attributes = DatumGetJsonbPCopy(SPI_getbinval(SPI_tuptable->vals[i],
																SPI_tuptable->tupdesc, 3, &isnull));
	}
	return fields;
}

/* Refuses forms that are not filled in as they should be, and requests that a rule stands against. */
static void
check_contents(const Move *move)
{
	BpmFindings findings = {0};
	int			count;
	Fields	   *fields = read_fields(move, &count);

	for (int i = 0; i < count; i++)
		bpm_attempt(move->ledger, check_fields, &fields[i], true, &findings,
					psprintf("request " INT64_FORMAT, fields[i].request));
	bpm_raise_findings(&findings, "the submission");
	bpm_check_case_rules(move->ledger, move->call->case_id);
}

/* Finds the preparation that a submission belongs to, and keeps it as it is. */
static void
share_preparation(const Move *move, BpmPreparation *preparation)
{
	int			id = number_member(move->call->facts, "preparation");

	if (id == 0 || !bpm_preparation_share(move->ledger, id, preparation))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("fact \"preparation\" of case " INT64_FORMAT " names no preparation",
						move->call->case_id)));
	bpm_preparation_open(preparation);
}

/* Takes what a unit submits: frozen, within its ceilings, and right by every rule. */
static void
submit(Move *move)
{
	BpmPreparation preparation;
	bool		binds = false;

	share_preparation(move, &preparation);
	require_own_flow(move, &preparation);
	freeze_requests(move, &preparation);
	check_codes(move, &preparation);
	/* Those of a round that was reached bind, also when a flow begins again with the first. */
	(void) bpm_round_known(move->ledger, preparation.id, move->reached, &binds);
	if (binds)
		bpm_check_ceilings(move->ledger, &preparation, move->call->division, move->call->unit,
						   move->reached);
	check_contents(move);
}

/* Makes a version of each request in its round, frozen unless kind is NULL, and puts the request there. */
static void
move_on(const Move *move, BpmRequestRow *requests, int count, const char *kind, bool hidden,
		const char *state)
{
	bpm_versions_copy(move->ledger, requests, count, hidden, NULL, move->call->actor);
	if (kind)
		bpm_versions_freeze(move->ledger, requests, count, kind, hidden, move->call->actor);
	set_all(move, requests, count, state, 0);
}

/* Reviews as it was asked for what nobody has looked at. */
static void
review_all(const Move *move, BpmRequestRow *requests, int count)
{
	int			kept = 0;

	for (int i = 0; i < count; i++)
		if (strcmp(requests[i].kind, "submitted") == 0)
			requests[kept++] = requests[i];
	if (kept > 0)
		move_on(move, requests, kept, "reviewed", true, "submitted");
}

/* Lets the unit see what was made of its requests. */
static void
show_reviews(const Move *move, const BpmRequestRow *requests, int count)
{
	BpmParameters parameters = {0};
	int64	   *versions;
	int			hidden;

	bpm_bind_datum(&parameters, bpm_request_ids(requests, count));
	hidden = bpm_planning_read_latest(move->ledger, &hidden_versions, &parameters);
	versions = palloc(Max(hidden, 1) * sizeof(int64));
	for (int i = 0; i < hidden; i++)
		versions[i] = bpm_result_int(i, 1);
	for (int i = 0; i < hidden; i++)
	{
		BpmParameters version = {0};

		bpm_bind_id(&version, versions[i]);
		bpm_planning_store(move->ledger, "request_item", &show_items, &version);
		bpm_planning_store(move->ledger, "request_version", &show_version, &version);
	}
}

/* Refuses to return what has no round to go to. */
static void
require_next_round(const Move *move, const BpmRequestRow *request)
{
	bool		binds;

	if (!bpm_round_known(move->ledger, request->preparation, request->round + 1, &binds))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("round %d of preparation %d is its last", request->round, request->preparation),
				 errhint("A flow ends it with {\"move\": \"accept\"}.")));
}

/* Gives requests back with their reviews, to be submitted in the next round. */
static void
return_all(const Move *move, BpmRequestRow *requests, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (i == 0 || requests[i].round + 1 != requests[i - 1].round)
			require_next_round(move, &requests[i]);
		requests[i].round++;
	}
	show_reviews(move, requests, count);
	move_on(move, requests, count, NULL, false, "returned");
}

/* Makes the newest version of each request what goes into the draft. */
static void
accept_all(const Move *move, BpmRequestRow *requests, int count)
{
	show_reviews(move, requests, count);
	move_on(move, requests, count, "approved", false, "accepted");
}

/* Gives requests back as they were submitted. */
static void
release_all(const Move *move, BpmRequestRow *requests, int count)
{
	for (int i = 0; i < count; i++)
		requests[i].version = bpm_version_submitted(move->ledger, requests[i].id, &requests[i].round);
	move_on(move, requests, count, NULL, false, "returned");
}

/* Tells whether a move is about a request that is where it is. */
static bool
concerns(const char *word, const BpmRequestRow *request)
{
	bool		submitted = strcmp(request->state, "submitted") == 0;
	bool		accepted = strcmp(request->state, "accepted") == 0;

	if (strcmp(word, "release") == 0)
		return submitted || accepted;
	if (strcmp(word, "reject") == 0)
		return !accepted && strcmp(request->state, "approved") != 0 &&
			strcmp(request->state, "withdrawn") != 0;
	return submitted && (strcmp(word, "review") == 0 || strcmp(word, "return") == 0 ||
						 strcmp(word, "accept") == 0);
}

/* Does to requests of the case what the move says. */
static void
move_all(const Move *move, const char *word, BpmRequestRow *requests, int count)
{
	if (strcmp(word, "release") == 0)
		release_all(move, requests, count);
	else if (strcmp(word, "reject") == 0)
		set_all(move, requests, count, "rejected", 0);
	else if (strcmp(word, "review") == 0)
		review_all(move, requests, count);
	else if (strcmp(word, "return") == 0)
		return_all(move, requests, count);
	else
		accept_all(move, requests, count);
}

/* Keeps the drafts open that the requests of the case go into, before any of them is locked. */
static void
hold_drafts(const Move *move)
{
	BpmParameters parameters = {0};
	SPITupleTable *table;
	int			count;

	bpm_bind_id(&parameters, move->call->case_id);
	count = bpm_planning_read(move->ledger, &drafts_of_case, &parameters);
	table = SPI_tuptable;
	for (int i = 0; i < count; i++)
		bpm_draft_hold_open(move->ledger, bpm_row_number(table->vals[i], table->tupdesc, 1),
							bpm_row_number(table->vals[i], table->tupdesc, 2));
}

/* Moves every request of the case. */
static void
move_requests(Move *move, const char *word)
{
	BpmParameters parameters = {0};
	BpmRequestRow *requests;
	int			count;
	int64	   *ids;

	bpm_bind_id(&parameters, move->call->case_id);
	ids = lock_requests(move->ledger, &requests_of_case, &parameters, &count);
	requests = bpm_requests_read(move->ledger, ids, count);
	for (int i = 0; i < count; i++)
	{
		if (!concerns(word, &requests[i]))
			continue;
		move->amount += requests[i].amount;
		move->round = Max(move->round, requests[i].round);
		requests[move->count++] = requests[i];
	}
	if (move->count > 0)
		move_all(move, word, requests, move->count);
}

/* Says how many requests of what sum the move was about, and in which round. */
static Jsonb *
result_of(const Move *move)
{
	char	   *text = psprintf("{\"round\": %d, \"requests\": %d, \"amount\": %s}", move->round,
								move->count, bpm_fen_to_text(move->amount));

	return bpm_jsonb_of(text);
}

/* Moves the requests of a case as a decision says. */
static Jsonb *
prepare(BpmLedger *ledger, const BpmEffectCall *call)
{
	Move		move = {ledger, call, number_member(call->arguments, "round")};
	char	   *word = bpm_jsonb_text(&call->arguments->root, "move");

	if (word && strcmp(word, "submit") == 0)
	{
		bpm_draft_hold_open(ledger, number_member(call->facts, "preparation"), call->division);
		submit(&move);
	}
	else if (word)
	{
		hold_drafts(&move);
		move_requests(&move, word);
	}
	return result_of(&move);
}

/* Says what is wrong with the arguments of the effect in a definition. */
static char *
check(BpmLedger *ledger, Jsonb *arguments)
{
	static const char *const keys[] = {"move", "round", NULL};
	static const char *const moves[] = {"submit", "review", "return", "accept", "release", "reject", NULL};
	BpmFaults	faults = {0};
	BpmNode		node = {&arguments->root, "arguments", &faults};

	bpm_node_keys(&node, keys);
	if (bpm_node_text(&node, "move", true))
		bpm_node_word(&node, "move", moves);
	bpm_node_int(&node, "round", 0, 1);
	return faults.count ? psprintf("%s: %s", faults.items[0].path, faults.items[0].text) : NULL;
}

static const BpmEffect prepare_effect = {"prepare", prepare, check};

/* Registers the effects of budget preparation; called when the library is loaded. */
void
bpm_planning_init(void)
{
	bpm_register_effect(&prepare_effect);
}
