/*
 * rollup.h
 *	  Rollups (汇总): sums of whole segments of the journal, kept as runs, and what
 *	  no run covers yet read from the journal itself.
 *
 * Why a reader is right in every snapshot: a run is made of segments that nobody
 * can write any more, from a snapshot taken after the last who could has ended.
 * Whoever sees the run began his snapshot later still, so that in it those
 * segments hold exactly what was summed. Runs never change; a merge replaces some
 * by one of the same sum in one transaction. So the runs that a snapshot shows and
 * the entries of the segments between them are the journal, each entry once.
 */
#ifndef BPM_ROLLUP_H
#define BPM_ROLLUP_H

#include "fmgr.h"
#include "utils/array.h"

#include "base/ledger.h"

#define IS	" OPERATOR(pg_catalog.=) "

/* The twelve buckets, in the order of balance. */
#define BPM_EACH_BUCKET(MACRO) \
	MACRO("appropriated") BPM_EACH_PART(MACRO)
#define BPM_EACH_PART(MACRO) \
	MACRO("available") MACRO("allotted") MACRO("transferred") \
	MACRO("frozen") MACRO("pending_out") MACRO("precommitted") MACRO("committed") \
	MACRO("requested") MACRO("paid") MACRO("withdrawn") MACRO("carried")

#define BPM_COLUMN(bucket)	", " bucket
#define BPM_TOTAL(bucket)	", budgetpm.sum(x." bucket ") AS " bucket

/* What a flow f of entries of kind k did to a bucket: in at the target, out at the source. */
#define BPM_CHANGE(bucket)	BPM_MOVED("target", "source", bucket)
#define BPM_MOVED(in, out, bucket) \
	", CASE WHEN k." in IS "'" bucket "' THEN f.amount" \
	" WHEN k." out IS "'" bucket "' THEN OPERATOR(budgetpm.-) f.amount" \
	" ELSE '0'::budgetpm.amount END AS " bucket

/* The total is the other way round: money that comes out of it makes it larger. */
#define BPM_CHANGES \
	BPM_MOVED("source", "target", "appropriated") BPM_EACH_PART(BPM_CHANGE)

/* Entries of one line, kind and month as one flow: there are far fewer of them. */
#define BPM_FLOWS(journal, condition) \
	"(SELECT j.line_id, j.kind, pg_catalog.date_part('month', j.accounting_date)::pg_catalog.int2 AS month," \
	" budgetpm.sum(j.amount) AS amount, pg_catalog.count(*) AS entries" \
	" FROM " journal " j WHERE " condition " GROUP BY 1, 2, 3) f" \
	" JOIN @ledger@.entry_kind k ON k.kind" IS "f.kind"

#define BPM_DIMENSIONS \
	"fiscal_year, month, division, unit, func, gov_econ, fund_type, project_id"

/* The finest sums of such flows. */
#define BPM_DETAIL(journal, condition) \
	"SELECT " BPM_DIMENSIONS BPM_EACH_BUCKET(BPM_TOTAL) \
	", pg_catalog.sum(x.entries)::pg_catalog.int8 AS entries" \
	" FROM (SELECT l.fiscal_year, f.month, l.division, l.unit, l.func, l.gov_econ," \
	"  l.fund_type, l.project_id" BPM_CHANGES ", f.entries" \
	"  FROM " BPM_FLOWS(journal, condition) \
	"  JOIN @ledger@.line l ON l.line_id" IS "f.line_id) x" \
	" GROUP BY " BPM_DIMENSIONS

/* segments.c */
typedef struct BpmSealing
{
	int32	   *sealed;			/* segments that nobody writes any more, ascending */
	int			nsealed;
	int			waiting;		/* finished ones that somebody may still write */
	char	   *who;			/* who that is, NULL if nobody */
} BpmSealing;

extern void bpm_seal_segments(BpmLedger *ledger, BpmSealing *sealing);
extern int32 bpm_begin_segment(BpmLedger *ledger);
extern void bpm_forget_segments(BpmLedger *ledger, int32 first, int32 last);

/* runs.c */
extern int64 bpm_make_run(BpmLedger *ledger, int32 first, int32 last);
extern int	bpm_merge_runs(BpmLedger *ledger);
extern int64 bpm_rebuild_runs(BpmLedger *ledger);

/* read.c */
extern ArrayType *bpm_uncovered_segments(BpmLedger *ledger);
extern int	bpm_execute_by_index(BpmLedger *ledger, const BpmStatement *statement, int year,
								 Datum *values, const char *nulls, bool read_only);
extern void bpm_return_rows(FunctionCallInfo fcinfo);

#endif
