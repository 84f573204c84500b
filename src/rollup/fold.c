/*
 * fold.c
 *	  fold_rollup() and rebuild_rollup(): what one schedules, and what one calls
 *	  to begin anew.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "tcop/utility.h"
#include "utils/builtins.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/progress.h"
#include "rollup/rollup.h"

/* Of the locks on a ledger, the one that folding holds (1 and 2 are pg_advisory_lock's). */
#define FOLD_LOCK	3

/*
 * Takes the lock under which runs and segments are written; false if somebody has
 * it and we do not wait. It is released after the transaction's messages are sent.
 */
static bool
lock_runs(BpmLedger *ledger, bool wait)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, ledger->relid, 0, FOLD_LOCK);
	return LockAcquire(&tag, ExclusiveLock, false, !wait) != LOCKACQUIRE_NOT_AVAIL;
}

/*
 * Opens the ledger for an operation on its runs. What an older snapshot does not
 * show would be left out of a sum for good.
 */
static BpmLedger *
open_ledger(Oid relid, const char *operation)
{
	BpmLedger  *ledger = bpm_ledger_open(relid);

	bpm_authorize(ledger, operation, 0, 0);
	PreventCommandIfReadOnly(psprintf("%s()", operation));
	PreventCommandDuringRecovery(psprintf("%s()", operation));
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("%s() needs isolation level READ COMMITTED", operation),
				 errhint("Begin the transaction with BEGIN ISOLATION LEVEL READ COMMITTED.")));
	return ledger;
}

/* Makes a run of each stretch of finished segments without a gap; returns their number. */
static int
fold_sealed(BpmLedger *ledger, const BpmSealing *sealing, int64 *rows)
{
	int			i = 0;

	while (i < sealing->nsealed)
	{
		int			from = i++;

		while (i < sealing->nsealed && sealing->sealed[i] == sealing->sealed[i - 1] + 1)
			i++;
		*rows += bpm_make_run(ledger, sealing->sealed[from], sealing->sealed[i - 1]);
		bpm_forget_segments(ledger, sealing->sealed[from], sealing->sealed[i - 1]);
	}
	return sealing->nsealed;
}

/* Returns one row: what was folded, merged and begun, and who is waited for. */
static void
return_result(FunctionCallInfo fcinfo, int folded, int64 rows, int merged, int begun,
			  int waiting, const char *who)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[6];
	bool		nulls[6] = {false};

	values[0] = Int32GetDatum(folded);
	values[1] = Int64GetDatum(rows);
	values[2] = Int32GetDatum(merged);
	values[3] = Int32GetDatum(begun);
	nulls[3] = begun == 0;
	values[4] = Int32GetDatum(waiting);
	nulls[5] = who == NULL;
	values[5] = who ? CStringGetTextDatum(who) : (Datum) 0;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * fold_rollup(ledger): sums the segments that are finished, merges runs, and begins
 * a new segment, which a later call will find finished.
 */
PG_FUNCTION_INFO_V1(bpm_fold_rollup);
Datum
bpm_fold_rollup(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	BpmSealing	sealing = {0};
	int64		rows = 0;
	int			folded = 0;
	int			merged = 0;
	int32		begun = 0;

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	ledger = open_ledger(PG_GETARG_OID(0), "fold_rollup");
	if (lock_runs(ledger, false))
	{
		bpm_progress_start("fold_rollup", 0);
		bpm_owner_enter(ledger, &scope);
		bpm_progress_phase("find finished segments", 0);
		bpm_seal_segments(ledger, &sealing);
		folded = fold_sealed(ledger, &sealing, &rows);
		merged = bpm_merge_runs(ledger);
		begun = bpm_begin_segment(ledger);
		bpm_owner_leave(&scope);
		bpm_progress_end();
	}
	else
		sealing.who = "another session folds";
	return_result(fcinfo, folded, rows, merged, begun, sealing.waiting, sealing.who);
	SPI_finish();
	return (Datum) 0;
}

/* rebuild_rollup(ledger): sums anew what runs cover, and returns the number of detail rows. */
PG_FUNCTION_INFO_V1(bpm_rebuild_rollup);
Datum
bpm_rebuild_rollup(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	int64		rows;

	SPI_connect();
	ledger = open_ledger(PG_GETARG_OID(0), "rebuild_rollup");
	(void) lock_runs(ledger, true);
	bpm_progress_start("rebuild_rollup", 0);
	bpm_owner_enter(ledger, &scope);
	rows = bpm_rebuild_runs(ledger);
	bpm_owner_leave(&scope);
	bpm_progress_end();
	SPI_finish();
	PG_RETURN_INT64(rows);
}
