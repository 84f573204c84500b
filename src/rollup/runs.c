/*
 * runs.c
 *	  Makes runs of finished segments, merges them, and makes them anew.
 *
 * No sum is ever updated: rows are inserted with their run and deleted with it, so
 * that each snapshot shows whole runs only, and none of them twice. The table
 * rollup_run refuses runs that overlap.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/guard.h"
#include "base/progress.h"
#include "rollup/rollup.h"

/*
 * Runs of a level are merged when there are so many side by side, so that a reader
 * meets at most FANOUT - 1 of each level; a row is written once a level.
 */
#define FANOUT			8
/* Detail rows of a run of level 0; each level holds FANOUT times as many. */
#define LEVEL_ROWS		1000

static const BpmStatement next_run = {
	"SELECT COALESCE(pg_catalog.max(r.run_id), 0) OPERATOR(pg_catalog.+) 1"
	" FROM @ledger@.rollup_run r", ""
};
static const BpmStatement all_runs = {
	"SELECT r.run_id, r.first_segment, r.last_segment, r.level::pg_catalog.int4"
	" FROM @ledger@.rollup_run r ORDER BY r.first_segment", ""
};
static const BpmStatement years_of_ledger = {
	"SELECT y.fiscal_year FROM @ledger@.fiscal_year y ORDER BY 1", ""
};
static const BpmStatement insert_run = {
	"INSERT INTO @ledger@.rollup_run (run_id, first_segment, last_segment, level, detail_rows, entries)"
	" SELECT $1, $2, $3, $4::pg_catalog.int2, pg_catalog.count(*),"
	" COALESCE(pg_catalog.sum(d.entries), 0)::pg_catalog.int8"
	" FROM @ledger@.rollup_detail d WHERE d.run_id" IS "$1", "iiii"
};

#define DETAIL_COLUMNS \
	"(run_id, row_no, " BPM_DIMENSIONS BPM_EACH_BUCKET(BPM_COLUMN) ", entries)"

static const BpmStatement sum_year = {
	"INSERT INTO @ledger@.rollup_detail " DETAIL_COLUMNS
	" SELECT $1, $2 OPERATOR(pg_catalog.+) pg_catalog.row_number() OVER (),"
	" " BPM_DIMENSIONS BPM_EACH_BUCKET(BPM_COLUMN) ", entries FROM ("
	BPM_DETAIL("@ledger@.journal_@year@",
			   "j.segment OPERATOR(pg_catalog.>=) $3 AND j.segment OPERATOR(pg_catalog.<=) $4")
	") d", "ilii"
};
static const BpmStatement sum_runs = {
	"INSERT INTO @ledger@.rollup_detail " DETAIL_COLUMNS
	" SELECT $1, pg_catalog.row_number() OVER ()," BPM_DIMENSIONS BPM_EACH_BUCKET(BPM_COLUMN)
	", entries FROM (SELECT " BPM_DIMENSIONS BPM_EACH_BUCKET(BPM_TOTAL)
	", pg_catalog.sum(x.entries)::pg_catalog.int8 AS entries FROM @ledger@.rollup_detail x"
	" WHERE x.run_id" IS "ANY ($2) GROUP BY " BPM_DIMENSIONS ") d", "ik"
};

#define DIVISION_COLUMNS \
	"(division, fiscal_year, subtree, fund_type, month, run_id" \
	BPM_EACH_BUCKET(BPM_COLUMN) ", entries)"

/* A division's own sums, and those of every subtree that it is in. */
static const BpmStatement sum_divisions = {
	"WITH own AS MATERIALIZED (SELECT x.division, x.fiscal_year, x.fund_type, x.month"
	BPM_EACH_BUCKET(BPM_TOTAL) ", pg_catalog.sum(x.entries)::pg_catalog.int8 AS entries"
	" FROM @ledger@.rollup_detail x WHERE x.run_id" IS "$1 GROUP BY 1, 2, 3, 4)"
	" INSERT INTO @ledger@.rollup_division " DIVISION_COLUMNS
	" SELECT o.division, o.fiscal_year, false, o.fund_type, o.month, $1"
	BPM_EACH_BUCKET(BPM_COLUMN) ", o.entries FROM own o"
	" UNION ALL SELECT d.code, x.fiscal_year, true, x.fund_type, x.month, $1"
	BPM_EACH_BUCKET(BPM_TOTAL) ", pg_catalog.sum(x.entries)::pg_catalog.int8"
	" FROM own x JOIN @ledger@.division d"
	"  ON d.code OPERATOR(budgetpm.=) ANY (budgetpm.prefixes(x.division))"
	" GROUP BY d.code, x.fiscal_year, x.fund_type, x.month", "i"
};
static const BpmStatement delete_run = {
	"DELETE FROM @ledger@.rollup_run WHERE run_id" IS "ANY ($1)", "k"
};
static const BpmStatement delete_detail = {
	"DELETE FROM @ledger@.rollup_detail WHERE run_id" IS "ANY ($1)", "k"
};
static const BpmStatement delete_divisions = {
	"DELETE FROM @ledger@.rollup_division WHERE run_id" IS "ANY ($1)", "k"
};

typedef struct Run
{
	int32		id;
	int32		first;
	int32		last;
	int32		level;
} Run;

/* Which column of a table names the run, and which runs may be written. */
typedef struct RunAccess
{
	int			column;
	bool		deletes;
	const int32 *runs;
	int			count;
} RunAccess;

/* Accepts the rows of the runs that are being made or deleted. */
static bool
accept_run(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	const RunAccess *access = permit->context;
	HeapTuple	tuple = access->deletes ? old : *row;
	bool		isnull;
	int32		run;

	if ((old != NULL) != access->deletes || (*row != NULL) == access->deletes)
		return false;
	run = DatumGetInt32(heap_getattr(tuple, access->column, desc, &isnull));
	for (int i = 0; i < access->count; i++)
		if (!isnull && access->runs[i] == run)
			return true;
	return false;
}

/* Executes one statement that inserts or deletes rows of these runs, and returns their number. */
static int
write_runs(BpmLedger *ledger, const char *table, RunAccess access,
		   const BpmStatement *statement, int year, Datum *values)
{
	bool		divisions = strcmp(table, "rollup_division") == 0;
	BpmPermit	permit = {0};
	int			rows;

	access.column = divisions ? 6 : 1;
	permit.relation = bpm_guarded_relation(ledger, table, 0);
	permit.columns = divisions ? "cibvhi" : "i";
	permit.accept = accept_run;
	permit.context = &access;
	permit.many = true;
	bpm_guard_permit(ledger, &permit);
	rows = bpm_execute_by_index(ledger, statement, year, values, NULL, false);
	bpm_guard_done(false);
	return rows;
}

/* Returns run ids as int4[]. */
static Datum
run_array(const int32 *runs, int count)
{
	Datum	   *values = palloc(Max(count, 1) * sizeof(Datum));

	for (int i = 0; i < count; i++)
		values[i] = Int32GetDatum(runs[i]);
	return PointerGetDatum(construct_array(values, count, INT4OID, 4, true, TYPALIGN_INT));
}

/* Returns a number that no run has. */
static int32
new_run_id(BpmLedger *ledger)
{
	bool		isnull;

	bpm_ledger_execute(ledger, &next_run, 0, NULL, NULL);
	return DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Returns the fiscal years of the ledger. */
static int *
ledger_years(BpmLedger *ledger, int *count)
{
	int		   *years;
	bool		isnull;

	*count = bpm_ledger_execute(ledger, &years_of_ledger, 0, NULL, NULL);
	years = palloc(Max(*count, 1) * sizeof(int));
	for (int i = 0; i < *count; i++)
		years[i] = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1,
											   &isnull));
	return years;
}

/* Returns the level of a run of so many rows that was made of runs up to another level. */
static int
level_of(int64 rows, int above)
{
	int			level = 0;

	for (int64 limit = LEVEL_ROWS; rows > limit && level < 10; limit *= FANOUT)
		level++;
	return Max(level, above);
}

/* Gives a run whose detail is written its division sums and its own row. */
static int64
finish_run(BpmLedger *ledger, Run *run, int64 rows)
{
	RunAccess	access = {0, false, &run->id, 1};
	Datum		values[4] = {Int32GetDatum(run->id), Int32GetDatum(run->first),
	Int32GetDatum(run->last), Int32GetDatum(level_of(rows, run->level))};

	write_runs(ledger, "rollup_division", access, &sum_divisions, 0, values);
	return write_runs(ledger, "rollup_run", access, &insert_run, 0, values);
}

/* Sums the entries of finished segments into a run and returns the number of its rows. */
int64
bpm_make_run(BpmLedger *ledger, int32 first, int32 last)
{
	Run			run = {new_run_id(ledger), first, last, 0};
	RunAccess	access = {0, false, &run.id, 1};
	Datum		values[4] = {Int32GetDatum(run.id), Int64GetDatum(0), Int32GetDatum(first),
	Int32GetDatum(last)};
	int			nyears;
	int		   *years = ledger_years(ledger, &nyears);
	int64		rows = 0;

	bpm_progress_phase("sum entries by year", nyears);
	for (int i = 0; i < nyears; i++)
	{
		CHECK_FOR_INTERRUPTS();
		values[1] = Int64GetDatum(rows);
		rows += write_runs(ledger, "rollup_detail", access, &sum_year, years[i], values);
		bpm_progress_update(i + 1);
	}
	finish_run(ledger, &run, rows);
	return rows;
}

/* Deletes runs with all their sums; who saw them before goes on seeing them. */
static void
delete_runs(BpmLedger *ledger, const int32 *runs, int count)
{
	RunAccess	access = {0, true, runs, count};
	Datum		value = run_array(runs, count);

	write_runs(ledger, "rollup_run", access, &delete_run, 0, &value);
	write_runs(ledger, "rollup_detail", access, &delete_detail, 0, &value);
	write_runs(ledger, "rollup_division", access, &delete_divisions, 0, &value);
}

/* Reads all runs in the order of their segments. */
static Run *
read_runs(BpmLedger *ledger, int *count)
{
	Run		   *runs;
	bool		isnull;

	*count = bpm_ledger_execute(ledger, &all_runs, 0, NULL, NULL);
	runs = palloc(Max(*count, 1) * sizeof(Run));
	for (int i = 0; i < *count; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;

		runs[i].id = DatumGetInt32(SPI_getbinval(row, desc, 1, &isnull));
		runs[i].first = DatumGetInt32(SPI_getbinval(row, desc, 2, &isnull));
		runs[i].last = DatumGetInt32(SPI_getbinval(row, desc, 3, &isnull));
		runs[i].level = DatumGetInt32(SPI_getbinval(row, desc, 4, &isnull));
	}
	return runs;
}

/*
 * Finds runs to merge: FANOUT of one level with nothing but lower ones between
 * them and no segment missing. Returns how many, 0 if there are none.
 */
static int
find_mergeable(const Run *runs, int count, int level, int *start)
{
	int			equal = 0;

	*start = 0;
	for (int i = 0; i < count; i++)
	{
		bool		connected = i > *start && equal > 0 &&
			runs[i].level <= level && runs[i - 1].last + 1 == runs[i].first;

		if (!connected)
		{
			equal = 0;
			*start = i;
		}
		if (runs[i].level == level && ++equal == FANOUT)
			return i - *start + 1;
	}
	return 0;
}

/* Replaces neighbouring runs by one of the same sum. */
static void
merge(BpmLedger *ledger, const Run *runs, int count, int level)
{
	Run			run = {new_run_id(ledger), runs[0].first, runs[count - 1].last, level + 1};
	RunAccess	insert = {0, false, &run.id, 1};
	int32	   *old = palloc(count * sizeof(int32));
	RunAccess	delete = {0, true, old, count};
	Datum		values[2];
	int64		rows;

	for (int i = 0; i < count; i++)
		old[i] = runs[i].id;
	values[0] = Int32GetDatum(run.id);
	values[1] = run_array(old, count);
	rows = write_runs(ledger, "rollup_detail", insert, &sum_runs, 0, values);
	/* Their rows go first: the table refuses a run over segments that one covers. */
	write_runs(ledger, "rollup_run", delete, &delete_run, 0, &values[1]);
	finish_run(ledger, &run, rows);
	write_runs(ledger, "rollup_detail", delete, &delete_detail, 0, &values[1]);
	write_runs(ledger, "rollup_division", delete, &delete_divisions, 0, &values[1]);
}

/* Merges what has become many, level by level, and returns the number of runs replaced. */
int
bpm_merge_runs(BpmLedger *ledger)
{
	int			merged = 0;
	int			highest = 0;

	bpm_progress_phase("merge runs", 0);
	for (int level = 0; level <= highest; level++)
	{
		int			count;
		Run		   *runs = read_runs(ledger, &count);
		int			start;
		int			found = find_mergeable(runs, count, level, &start);

		for (int i = 0; i < count; i++)
			highest = Max(highest, runs[i].level);
		CHECK_FOR_INTERRUPTS();
		if (found > 0)
		{
			merge(ledger, &runs[start], found, level);
			merged += found;
			highest = Max(highest, level + 1);
		}
	}
	return merged;
}

/*
 * Sums anew, from the journal, what runs cover, and returns the number of detail
 * rows; neighbouring runs become one.
 */
int64
bpm_rebuild_runs(BpmLedger *ledger)
{
	int			count;
	Run		   *runs = read_runs(ledger, &count);
	int32	   *old = palloc(Max(count, 1) * sizeof(int32));
	int64		rows = 0;

	for (int i = 0; i < count; i++)
		old[i] = runs[i].id;
	delete_runs(ledger, old, count);
	for (int i = 0; i < count;)
	{
		int			from = i++;

		while (i < count && runs[i].first == runs[i - 1].last + 1)
			i++;
		rows += bpm_make_run(ledger, runs[from].first, runs[i - 1].last);
	}
	return rows;
}
