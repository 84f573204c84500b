/*
 * suspended.c
 *	  What a suspended project (暂停) is not given and not paid, and releases of it;
 *	  what one that has ended is not paid.
 *
 * A line is of the nearest project: its own or, where it names none, that of a line above
 * it, which its money comes from.
 *
 * A release names a line, and by how much its payments may still grow: it is kept as
 * the sums that paid and requested money may reach, which each posting compares under
 * the line's lock.  What comes back of a payment from before it makes no room for another
 * one.  It ends with the suspension that it was given in.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "base/text.h"
#include "ledger/arguments.h"
#include "ledger/buffer.h"
#include "project/watch.h"
#include "registry/registry.h"

/* The project that a line's money is of: its own, or the nearest one above; no row for none. */
#define PROJECT_OF(line) \
	"(WITH RECURSIVE up AS (SELECT o.parent_id, o.project_id FROM @ledger@.line o WHERE o.line_id" EQ line \
	" UNION ALL SELECT o.parent_id, o.project_id FROM up u JOIN @ledger@.line o ON o.line_id" EQ "u.parent_id WHERE u.project_id IS NULL)" \
	" SELECT u.project_id FROM up u WHERE u.project_id IS NOT NULL)"

/* A project and those above it, and which of them is suspended. */
#define ABOVE(start) \
	"WITH RECURSIVE above AS (SELECT p.project_id, p.parent_id, p.official_code, p.stage, p.stage_since " start \
	" UNION ALL SELECT p.project_id, p.parent_id, p.official_code, p.stage, p.stage_since FROM above a" \
	"  JOIN @ledger@.project p ON p.project_id" EQ "a.parent_id)," \
	" halt AS (SELECT pg_catalog.min(a.official_code)::pg_catalog.text AS code, pg_catalog.max(a.stage_since) AS since FROM above a" \
	"  WHERE a.stage" EQ "'suspended' HAVING pg_catalog.count(*)" GT "0)"

/* The suspended project of line $1, or above it, and the newest release of the line; none where line $2 of the project is carried. */
static const BpmStatement find_halt = {
	ABOVE("FROM @ledger@.project p WHERE p.project_id" EQ PROJECT_OF("$1") " AND p.project_id IS DISTINCT FROM " PROJECT_OF("$2"))
	" SELECT h.code, r.release_id, r.paid_limit, r.drawn_limit, r.entry_no FROM halt h LEFT JOIN LATERAL"
	"  (SELECT * FROM @ledger@.project_release x WHERE x.line_id" EQ "$1 AND x.released_at" GT "h.since"
	"    ORDER BY x.release_id DESC LIMIT 1) r ON COALESCE(r.valid_to" GE SERVER_DATE ", true)", "ll"
};

#define HALTED " OPERATOR(pg_catalog.=) ANY ('{suspended,cancelled,closed}')"

/* What a posting asks of a project of its line: whether it is suspended or has ended, or stands below another; most do neither. */
#define MAY_BE_HALTED "(p.stage" HALTED " OR p.parent_id IS NOT NULL)"

/* The own project of line $1, where it may be held; no code where the line names none and stands below another. */
static const BpmStatement own_halted = {
	"SELECT p.official_code::pg_catalog.text, p.stage::pg_catalog.text FROM @ledger@.line l LEFT JOIN @ledger@.project p ON p.project_id" EQ "l.project_id"
	" WHERE l.line_id" EQ "$1 AND (" MAY_BE_HALTED " OR (l.project_id IS NULL AND l.parent_id IS NOT NULL))", "l"
};

/* The project of line $1, its own or of a line above, where it may be held. */
static const BpmStatement above_halted = {
	"SELECT p.official_code::pg_catalog.text, p.stage::pg_catalog.text FROM @ledger@.project p WHERE p.project_id" EQ PROJECT_OF("$1")
	" AND " MAY_BE_HALTED, "l"
};

/* Whether a ledger has any project that is suspended or has ended, as of its generation: who moves the first one there changes that. */
static struct
{
	Oid			ledger;
	uint64		generation;
	bool		any;
}			known;

/* Tells every backend that what it knows of such projects is old, once this transaction commits. */
void
bpm_suspensions_change(BpmLedger *ledger)
{
	CacheInvalidateRelcacheByRelid(ledger->relid);
}

/* Tells whether a ledger has any project that is suspended or has ended; a payment has looked for news of it under its line's lock. */
static bool
any_halted(BpmLedger *ledger)
{
	static const BpmStatement read = {
		"SELECT EXISTS (SELECT 1 FROM @ledger@.project p WHERE p.stage" HALTED ")", ""
	};
	bool		isnull;

	if (known.ledger == ledger->relid && known.generation == ledger->generation)
		return known.any;
	/* What is kept outlives the transaction, and with it the transaction's snapshot. */
	bpm_ledger_execute_latest(ledger, &read, 0, NULL, NULL, true);
	known.any = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	known.ledger = ledger->relid;
	known.generation = ledger->generation;
	return known.any;
}

/* A project that is suspended or has ended, and what of a line may be paid all the same. */
typedef struct Halt
{
	char	   *code;
	char	   *stage;
	int64		release;		/* 0: none */
	BpmFen		paid;			/* that the line's payments may reach */
	BpmFen		drawn;			/* that they may reach with what is requested */
	int32		entry_no;		/* of the line, when it was released */
	BpmFen		back;			/* of payments from before, or corrected away, since */
} Halt;

typedef enum Held
{
	HELD_NOT,
	HELD_GIVEN,					/* money comes to the line */
	HELD_SENT,					/* it goes on to another government; a release is not for that */
	HELD_REQUESTED,
	HELD_PAID
} Held;

/* Tells what of a leg a suspension holds; what comes back, or is undone in giving, it does not. */
static Held
held_part(const BpmLeg *leg)
{
	const BpmKind *kind = leg->kind;

	if (kind->target == BUCKET_PAID)
		return HELD_PAID;
	if (kind->target == BUCKET_REQUESTED && kind->source != BUCKET_PAID)
		return HELD_REQUESTED;
	if (kind->target == BUCKET_TRANSFERRED && kind->reverses[0] == '\0')
		return HELD_SENT;
	if (kind->source == BUCKET_APPROPRIATED && kind->reverses[0] == '\0' &&
		strcmp(kind->operation, "refund_prior_year") != 0)
		return HELD_GIVEN;
	return HELD_NOT;
}

/* Finds out whether the project of a leg's line has ended, or is suspended, itself or above. */
static bool
find_halted(BpmPosting *posting, const BpmLeg *leg, Halt *halt)
{
	Datum		values[2] = {Int64GetDatum(posting->lines[leg->line].id), Int64GetDatum(0)};
	HeapTuple	row;
	TupleDesc	desc;

	memset(halt, 0, sizeof(Halt));
	if (!any_halted(posting->ledger) ||
		bpm_ledger_execute_latest(posting->ledger, &own_halted, 0, values, NULL, true) != 1)
		return false;
	if (bpm_result_text(0, 1) == NULL &&
		bpm_reach_latest_rows(posting->ledger, &above_halted, 0, values) != 1)
		return false;
	halt->code = bpm_result_text(0, 1);
	halt->stage = bpm_result_text(0, 2);
	if (halt->stage[0] == 'c' && strcmp(halt->stage, "completed") != 0)
		return true;
	halt->stage = "suspended";
	if (strcmp(leg->kind->operation, "carry_forward") == 0)
		values[1] = Int64GetDatum(posting->request.line);
	if (bpm_reach_latest_rows(posting->ledger, &find_halt, 0, values) != 1)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	halt->code = bpm_row_string(row, desc, 1);
	halt->release = bpm_row_number(row, desc, 2);
	halt->paid = bpm_row_number(row, desc, 3);
	halt->drawn = bpm_row_number(row, desc, 4);
	halt->entry_no = bpm_row_number(row, desc, 5);
	return true;
}

/*
 * Reads what has left a line's payments since its release, but for what was paid since and
 * came back: who corrects an old payment away could pay as much anew.
 */
static void
read_back(BpmLedger *ledger, int64 line, Halt *halt)
{
	static const BpmStatement find = {
		"SELECT COALESCE(budgetpm.sum(j.amount), '0'::budgetpm.amount) FROM @ledger@.journal_@year@ j JOIN @ledger@.entry_kind k ON k.kind" EQ "j.kind"
		" WHERE j.line_id" EQ "$1 AND j.entry_no" GT "$2 AND k.source" EQ "'paid'"
		"  AND (k.operation" EQ "'correct_payment' OR j.refers_entry" LE "$2)", "li"
	};
	Datum		values[] = {Int64GetDatum(line), Int32GetDatum(halt->entry_no)};

	bpm_reach_latest_rows(ledger, &find, BPM_LINE_YEAR(line), values);
	halt->back = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Tells whether suspended projects are held in a division; only a profile that says false lets them go on. */
static bool
is_held(BpmLedger *ledger, BpmCode division)
{
	Jsonb	   *setting = bpm_registry_setting(ledger, division, "project.suspended_held", bpm_server_today());
	JsonbValue	value;

	return setting == NULL || !JB_ROOT_IS_SCALAR(setting) || !JsonbExtractScalar(&setting->root, &value) ||
		value.type != jbvBool || value.val.boolean;
}

static const char *const what_held[] = {NULL, "gets no money", "sends no money to another government", "has no payment requested", "is paid nothing"};

/* Refuses a leg of a suspended project. */
static bool
refuse_held(BpmPosting *posting, const BpmLeg *leg, const Halt *halt, Held held, BpmFen reached, BpmFen limit)
{
	char	   *detail;

	if (held <= HELD_SENT || halt->release == 0)
		detail = psprintf("Line " INT64_FORMAT " is of that project, or of one below it (暂停项目不拨付).",
						  posting->lines[leg->line].id);
	else
		detail = psprintf("Release " INT64_FORMAT " lets %s of line " INT64_FORMAT " come to %s; it would be %s.", halt->release,
						  held == HELD_PAID ? "what is paid" : "what is paid and requested", posting->lines[leg->line].id,
						  bpm_fen_to_text(limit), bpm_fen_to_text(reached));
	if (halt->back)
		detail = psprintf("%s Of it %s came back of earlier payments, or was corrected away.", detail, bpm_fen_to_text(halt->back));
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("project \"%s\" is suspended and %s", halt->code, what_held[held]), detail,
					  held <= HELD_SENT ? pstrdup("Resume it (恢复) first.") :
					  pstrdup("Resume it (恢复), or release what is to be paid all the same, with a reason: release_suspended()."));
}

/* Refuses a payment of a project that has ended: what came back to it is not spent again. What is only undone passes. */
static bool
ask_ended(BpmPosting *posting, const BpmLeg *leg, const Halt *halt, Held held)
{
	if (held == HELD_GIVEN || leg->kind->reverses[0] != '\0')
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("project \"%s\" is %s and %s", halt->code, halt->stage, what_held[held]),
					  psprintf("Line " INT64_FORMAT " is of that project.", posting->lines[leg->line].id),
					  pstrdup("Take back what came back to it: reduce, withdraw or virement."));
}

/* Refuses money for a suspended project and payments of it beyond what was released, and payments of one that has ended. */
bool
bpm_ask_suspended(BpmPosting *posting, const BpmLeg *leg)
{
	const BpmLine *line = &posting->lines[leg->line];
	Held		held = held_part(leg);
	Halt		halt;
	BpmFen		reached = line->bucket[BUCKET_PAID];
	BpmFen		limit;
	bool		passes = true;

	if (held == HELD_NOT)
		return true;
	if (known.ledger == posting->ledger->relid && known.generation == posting->ledger->generation && !known.any)
		return true;
	SPI_connect();
	if (!find_halted(posting, leg, &halt))
		passes = true;
	else if (strcmp(halt.stage, "suspended") != 0)
		passes = ask_ended(posting, leg, &halt, held);
	else
	{
		limit = held == HELD_PAID ? halt.paid : halt.drawn;
		if (held == HELD_PAID && halt.release)
			read_back(posting->ledger, line->id, &halt);
		reached += held == HELD_REQUESTED ? line->bucket[BUCKET_REQUESTED] : halt.back;
		if ((held <= HELD_SENT || halt.release == 0 || reached > limit) && is_held(posting->ledger, line->division))
			passes = refuse_held(posting, leg, &halt, held, reached, limit);
	}
	SPI_finish();
	return passes;
}

/* Refuses a line that is not of a project, or of one below it. */
void
bpm_require_line_of(BpmLedger *ledger, const BpmProject *project, int64 line)
{
	static const BpmStatement of_project = {
		"WITH RECURSIVE tree AS (SELECT $1 AS project_id UNION ALL"
		" SELECT p.project_id FROM tree t JOIN @ledger@.project p ON p.parent_id" EQ "t.project_id)"
		" SELECT 1 FROM tree t WHERE t.project_id" EQ PROJECT_OF("$2"), "ll"
	};
	Datum		values[] = {Int64GetDatum(project->id), Int64GetDatum(line)};

	if (bpm_ledger_execute(ledger, &of_project, 0, values, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("line " INT64_FORMAT " is not of project \"%s\"", line, project->official_code),
				 errdetail("It is of another project or of none, or it does not exist.")));
}

/* Refuses a project that nothing holds. */
static void
check_suspended(BpmLedger *ledger, const BpmProject *project)
{
	static const BpmStatement find = {
		ABOVE("FROM @ledger@.project p WHERE p.project_id" EQ "$1") " SELECT code FROM halt", "l"
	};
	Datum		value = Int64GetDatum(project->id);

	if (bpm_ledger_execute(ledger, &find, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("project \"%s\" is %s, and needs no release", project->official_code, project->stage)));
}

/* Stores a release, with the sums that the line may reach by it. */
static int64
store_release(BpmCall *call, const BpmProject *project, Datum *values, char *nulls)
{
	/* Under the line's lock: no payment is between what is read and what is stored. */
	static const BpmStatement lock_line = {
		"SELECT 1 FROM @ledger@.balance WHERE line_id" EQ "$1 FOR NO KEY UPDATE", "l"
	};
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.project_release (release_id, line_id, amount, paid_limit, drawn_limit, document, reason, valid_to, project_id,"
		" actor, login, released_at, division, unit, entry_no)"
		" SELECT $1, b.line_id, $3::budgetpm.amount, b.paid OPERATOR(budgetpm.+) $3::budgetpm.amount,"
		"  b.paid OPERATOR(budgetpm.+) b.requested OPERATOR(budgetpm.+) $3::budgetpm.amount, $4, $5, $6, $7, $8, $9, $10, $11, $12, b.entry_no"
		" FROM @ledger@.balance b WHERE b.line_id" EQ "$2", "llnttdlttzcc"
	};

	bpm_ledger_execute(call->ledger, &lock_line, 0, values + 1, NULL);
	values[0] = Int64GetDatum(bpm_next_id(call->ledger, "release_seq", 0));
	values[6] = Int64GetDatum(project->id);
	values[7] = CStringGetTextDatum(call->actor);
	values[8] = CStringGetTextDatum(call->login);
	values[9] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[10] = Int64GetDatum(project->division);
	values[11] = Int64GetDatum(project->unit);
	bpm_insert_rows(call->ledger, "project_release", &insert, values, nulls, false);
	return DatumGetInt64(values[0]);
}

/* Lets some of a line be paid although its project is suspended; returns the number of the release. */
PG_FUNCTION_INFO_V1(bpm_release_suspended);
Datum
bpm_release_suspended(PG_FUNCTION_ARGS)
{
	static const BpmStatement details = {
		"SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('release', $1, 'line', $2, 'amount', $3::budgetpm.amount::pg_catalog.text,"
		" 'document', $4, 'valid_to', $6))", "llnttd"
	};
	BpmCall		call;
	BpmProject	project;
	Datum		values[12];
	char		nulls[] = "            ";
	char	   *code = bpm_argument(fcinfo, 1, "project");
	char	   *reason;
	int64		id;

	bpm_require_argument(fcinfo, 2, "line");
	bpm_require_argument(fcinfo, 3, "amount");
	(void) bpm_positive_amount(PG_GETARG_NUMERIC(3), "amount");
	bpm_require_argument(fcinfo, 4, "document");
	bpm_require_argument(fcinfo, 5, "reason");
	reason = bpm_limited_text(fcinfo, 5, "reason", 2000);
	values[1] = PG_GETARG_DATUM(2);
	values[2] = PG_GETARG_DATUM(3);
	values[3] = CStringGetTextDatum(bpm_limited_text(fcinfo, 4, "document", 200));
	values[4] = CStringGetTextDatum(reason);
	nulls[5] = PG_ARGISNULL(6) ? 'n' : ' ';
	values[5] = PG_ARGISNULL(6) ? (Datum) 0 : DateADTGetDatum(bpm_calendar_day("valid_to", PG_GETARG_DATEADT(6)));
	bpm_call_begin(&call, fcinfo, "release_suspended", bpm_optional_argument(fcinfo, 7));
	bpm_call_project(&call, code, &project);
	/* Not the unit's own: who supervises the division lets it go. */
	bpm_call_require(&call, project.division, 0);
	bpm_require_line_of(call.ledger, &project, PG_GETARG_INT64(2));
	check_suspended(call.ledger, &project);
	id = store_release(&call, &project, values, nulls);
	bpm_call_note(&call, &project, "released", reason, bpm_make_details(call.ledger, &details, values, nulls));
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
