/*
 * announce.c
 *	  Transfers that another ledger sent: made known here once, then received
 *	  like any other.  Money between two ledgers is two documents.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/guard.h"
#include "ledger/arguments.h"
#include "registry/registry.h"

/* Argument positions of budgetpm.announce_transfer() */
enum
{
	ARG_LEDGER, ARG_FISCAL_YEAR, ARG_FROM, ARG_TO, ARG_AMOUNT, ARG_DOCUMENT, ARG_DIRECT,
	ARG_ORIGIN, ARG_ORIGIN_ID
};

typedef struct Announcement
{
	int			fiscal_year;
	BpmCode		from;
	BpmCode		to;
	BpmFen		amount;
	char	   *document;
	bool		direct;
	char	   *origin;
	char	   *origin_id;
} Announcement;

static const BpmStatement insert_announced = {
	"INSERT INTO @ledger@.transfer (transfer_id, from_division, to_division, amount,"
	" document, direct, state, sent_at, origin, origin_id)"
	" VALUES ($1, $2, $3, $4, $5, $6, 'sent', $7, $8, $9)"
	" ON CONFLICT (origin, origin_id) WHERE origin IS NOT NULL DO NOTHING", "lccatbztt"
};

static const BpmStatement announced_before = {
	"SELECT transfer_id, from_division OPERATOR(budgetpm.=) $3 AND to_division"
	" OPERATOR(budgetpm.=) $4 AND amount OPERATOR(budgetpm.=) $5 AND document"
	" OPERATOR(pg_catalog.=) $6 AND direct OPERATOR(pg_catalog.=) $7 FROM @ledger@.transfer"
	" WHERE origin OPERATOR(pg_catalog.=) $1 AND origin_id OPERATOR(pg_catalog.=) $2", "ttccatb"
};

/* Refuses an argument that is missing, by its name. */
static void
check_present(FunctionCallInfo fcinfo)
{
	static const char *const names[] = {
		"ledger", "fiscal_year", "from_division", "to_division", "amount", "document",
		"direct", "origin", "origin_id"
	};

	for (int i = 0; i < lengthof(names); i++)
		bpm_require_argument(fcinfo, i, names[i]);
}

/* Fills the announcement with codes looked up and form checked. */
static void
read_announcement(FunctionCallInfo fcinfo, BpmLedger *ledger, Announcement *announcement)
{
	char	   *from = bpm_limited_text(fcinfo, ARG_FROM, "from_division", 12);
	char	   *to = bpm_limited_text(fcinfo, ARG_TO, "to_division", 12);

	announcement->fiscal_year = PG_GETARG_INT32(ARG_FISCAL_YEAR);
	announcement->from = bpm_registry_division(ledger, from);
	announcement->to = bpm_registry_division(ledger, to);
	announcement->amount = bpm_positive_amount(PG_GETARG_NUMERIC(ARG_AMOUNT), "amount");
	announcement->document = bpm_limited_text(fcinfo, ARG_DOCUMENT, "document", 200);
	announcement->direct = PG_GETARG_BOOL(ARG_DIRECT);
	announcement->origin = bpm_limited_text(fcinfo, ARG_ORIGIN, "origin", 100);
	announcement->origin_id = bpm_limited_text(fcinfo, ARG_ORIGIN_ID, "origin_id", 100);
	if (announcement->fiscal_year < 1949 || announcement->fiscal_year > 9998)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("fiscal year %d is not between 1949 and 9998", announcement->fiscal_year)));
	if (announcement->from == announcement->to ||
		!bpm_code_covers(announcement->from, announcement->to))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("division %s is not below division %s", to, from),
				 errhint("A transfer comes from a higher government.")));
}

/* Stores the transfer; false when its origin announced it before. */
static bool
store_announcement(BpmLedger *ledger, const Announcement *announcement, int64 id)
{
	Datum		values[9];

	values[0] = Int64GetDatum(id);
	values[1] = Int64GetDatum(announcement->from);
	values[2] = Int64GetDatum(announcement->to);
	values[3] = Int64GetDatum(announcement->amount);
	values[4] = CStringGetTextDatum(announcement->document);
	values[5] = BoolGetDatum(announcement->direct);
	values[6] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[7] = CStringGetTextDatum(announcement->origin);
	values[8] = CStringGetTextDatum(announcement->origin_id);
	return bpm_write_row(ledger, "transfer", 0, id, &insert_announced, values, NULL, true) == 1;
}

/* Returns the transfer announced before, if it said the same. */
static int64
find_announced(BpmLedger *ledger, const Announcement *announcement)
{
	Datum		values[7];
	bool		isnull;

	values[0] = CStringGetTextDatum(announcement->origin);
	values[1] = CStringGetTextDatum(announcement->origin_id);
	values[2] = Int64GetDatum(announcement->from);
	values[3] = Int64GetDatum(announcement->to);
	values[4] = Int64GetDatum(announcement->amount);
	values[5] = CStringGetTextDatum(announcement->document);
	values[6] = BoolGetDatum(announcement->direct);
	if (bpm_ledger_execute(ledger, &announced_before, 0, values, NULL) != 1)
		elog(ERROR, "transfer \"%s\" of \"%s\" is not visible", announcement->origin_id,
			 announcement->origin);
	if (!DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_KEY_CONFLICT),
				 errmsg("transfer \"%s\" of \"%s\" was announced with another content",
						announcement->origin_id, announcement->origin),
				 errhint("Give each transfer a number of its own; announce it again with exactly what it said.")));
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Makes a transfer of another ledger known, once, and returns its id here. */
PG_FUNCTION_INFO_V1(bpm_announce_transfer);
Datum
bpm_announce_transfer(PG_FUNCTION_ARGS)
{
	Announcement announcement;
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	int64		id;

	check_present(fcinfo);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(ARG_LEDGER));
	bpm_authorize_operation(ledger, "announce_transfer");
	bpm_owner_enter(ledger, &scope);
	read_announcement(fcinfo, ledger, &announcement);
	bpm_owner_leave(&scope);
	bpm_authorize(ledger, "announce_transfer", announcement.to, 0);
	bpm_owner_enter(ledger, &scope);
	id = bpm_next_id(ledger, "posting_seq", announcement.fiscal_year);
	if (!store_announcement(ledger, &announcement, id))
		id = find_announced(ledger, &announcement);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_INT64(id);
}
