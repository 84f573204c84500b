/*
 * clause.c
 *	  What a contract's clauses allow to be requested by a day, and the watch over
 *	  requests that draw on a contract.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/rows.h"
#include "ledger/arguments.h"
#include "ledger/buffer.h"
#include "ledger/obligation.h"
#include "project/project.h"
#include "project/watch.h"

/* Whether the condition that terms name is met by day $3, and since when; a table of one row for each clause. */
#define CLAUSES_MET \
	"WITH c AS (SELECT k.clause_no, k.kind, k.title, k.terms,"\
	"   (k.terms OPERATOR(pg_catalog.->>) 'share')::pg_catalog.numeric AS share, l.project_id"\
	"  FROM @ledger@.contract_clause k JOIN @ledger@.contract g ON g.contract_id" EQ "k.contract_id"\
	"  JOIN @ledger@.line l ON l.line_id" EQ "g.line_id WHERE k.contract_id" EQ "$1 AND k.version" EQ\
	"   (SELECT pg_catalog.max(v.version) FROM @ledger@.contract_clause v WHERE v.contract_id" EQ "$1)),"\
	" met AS (SELECT c.*, m.met_on, m.needs FROM c CROSS JOIN LATERAL ("\
	"  SELECT CASE WHEN c.terms OPERATOR(pg_catalog.?) 'on' THEN '-infinity'::pg_catalog.date END AS met_on, NULL AS needs"\
	"   WHERE c.terms OPERATOR(pg_catalog.?) 'on'"\
	"  UNION ALL SELECT (SELECT s.done_on FROM @ledger@.milestone s WHERE s.project_id" EQ "p.project_id"\
	"    AND s.milestone_no" EQ "(c.terms OPERATOR(pg_catalog.->>) 'milestone')::pg_catalog.int4),"\
	"   'milestone ' " CAT "(c.terms OPERATOR(pg_catalog.->>) 'milestone')" CAT "' of project ' " CAT "COALESCE(p.official_code, '')" CAT\
	"   COALESCE(' (' " CAT "(SELECT s.title FROM @ledger@.milestone s WHERE s.project_id" EQ "p.project_id"\
	"    AND s.milestone_no" EQ "(c.terms OPERATOR(pg_catalog.->>) 'milestone')::pg_catalog.int4)" CAT "')', '')"\
	"   FROM (SELECT 1) one LEFT JOIN @ledger@.project p ON CASE WHEN c.terms OPERATOR(pg_catalog.?) 'project'"\
	"     THEN p.official_code" EQ "(c.terms OPERATOR(pg_catalog.->>) 'project') ELSE p.project_id" EQ "c.project_id END"\
	"   WHERE c.terms OPERATOR(pg_catalog.?) 'milestone'"\
	"  UNION ALL SELECT CASE c.terms OPERATOR(pg_catalog.->>) 'delivery' WHEN 'any' THEN (SELECT pg_catalog.min(d.first_accepted_on)"\
	"     FROM @ledger@.delivery d WHERE d.contract_id" EQ "$1) ELSE (SELECT CASE WHEN pg_catalog.bool_and("\
	"      d.whole_accepted_on IS NOT NULL) THEN pg_catalog.max(d.whole_accepted_on) END"\
	"     FROM @ledger@.delivery d WHERE d.contract_id" EQ "$1) END,"\
	"    CASE c.terms OPERATOR(pg_catalog.->>) 'delivery' WHEN 'any' THEN 'a delivery accepted' ELSE 'all deliveries accepted' END"\
	"   WHERE c.terms OPERATOR(pg_catalog.?) 'delivery'"\
	"  UNION ALL SELECT CASE WHEN EXISTS (SELECT 1 FROM @ledger@.evidence_document e WHERE e.contract_id" EQ "$1"\
	"     AND e.kind" EQ "(c.terms OPERATOR(pg_catalog.->>) 'document') AND (NOT c.terms OPERATOR(pg_catalog.@>) '{\"each\": true}'"\
	"      OR e.subject" EQ "$4)) THEN '-infinity'::pg_catalog.date END,"\
	"    'document ' " CAT "(c.terms OPERATOR(pg_catalog.->>) 'document')" CAT\
	"     CASE WHEN c.terms OPERATOR(pg_catalog.@>) '{\"each\": true}' THEN ' for ' " CAT "COALESCE($4, 'each payment') ELSE '' END"\
	"   WHERE c.terms OPERATOR(pg_catalog.?) 'document' AND NOT c.terms OPERATOR(pg_catalog.@>) '{\"cover\": true}'"\
	"  UNION ALL SELECT (c.terms OPERATOR(pg_catalog.->>) 'until')::pg_catalog.date,"\
	"    'the day ' " CAT "(c.terms OPERATOR(pg_catalog.->>) 'until')"\
	"   WHERE c.terms OPERATOR(pg_catalog.?) 'until') m),"\
	/* Several conditions of one clause all have to be met. */ \
	" whole AS (SELECT clause_no, kind, title, terms, share,"\
	"   CASE WHEN pg_catalog.bool_and(met_on IS NOT NULL AND met_on" LE "$3) THEN pg_catalog.max(met_on) END AS met_on,"\
	"   pg_catalog.string_agg(needs, ', ' ORDER BY needs) FILTER (WHERE met_on IS NULL OR met_on" GT "$3) AS needs"\
	"  FROM met GROUP BY clause_no, kind, title, terms, share"\
	"  UNION ALL SELECT clause_no, kind, title, terms, share, NULL, 'invoices (发票) for what is requested' FROM c"\
	"   WHERE terms OPERATOR(pg_catalog.@>) '{\"cover\": true}'),"

/* What each clause of contract $1 over $2 allows in all by day $3 for document $4, and what it waits for. */
static const BpmStatement allowed = {
	CLAUSES_MET
	" earned AS (SELECT COALESCE(pg_catalog.sum(share) FILTER (WHERE met_on IS NOT NULL), 0) AS share FROM whole WHERE kind" EQ "'milestone'),"
	" late AS (SELECT w.clause_no, GREATEST(COALESCE(w.met_on, $3)" MINUS "(w.terms OPERATOR(pg_catalog.->>) 'due_on')::pg_catalog.date, 0) AS days"
	"  FROM whole w WHERE w.kind" EQ "'deadline')"
	" SELECT w.clause_no, w.kind, w.title, CASE w.kind"
	"   WHEN 'milestone' THEN CASE WHEN w.met_on IS NULL THEN $2 OPERATOR(budgetpm.*) e.share END"
	"   WHEN 'retention' THEN CASE WHEN w.met_on IS NULL THEN $2 OPERATOR(budgetpm.-) ($2 OPERATOR(budgetpm.*) w.share) END"
	"   WHEN 'advance_cap' THEN CASE WHEN w.met_on IS NULL THEN $2 OPERATOR(budgetpm.*) w.share END"
	"   WHEN 'deadline' THEN CASE WHEN t.days" GT "0 THEN $2 OPERATOR(budgetpm.-) ($2 OPERATOR(budgetpm.*) LEAST("
	"      t.days OPERATOR(pg_catalog.*) (w.terms OPERATOR(pg_catalog.->>) 'per_day')::pg_catalog.numeric,"
	"      COALESCE((w.terms OPERATOR(pg_catalog.->>) 'max')::pg_catalog.numeric, 1))) END"
	"   WHEN 'document' THEN CASE WHEN w.terms OPERATOR(pg_catalog.@>) '{\"cover\": true}' THEN"
	"      COALESCE((SELECT budgetpm.sum(i.amount) FROM @ledger@.invoice i WHERE i.contract_id" EQ "$1"
	"       AND NOT 'not_the_contractor'" EQ "ANY (i.flags)), '0'::budgetpm.amount)"
	"      WHEN w.met_on IS NULL THEN $2 OPERATOR(budgetpm.*)"
	"       COALESCE((w.terms OPERATOR(pg_catalog.->>) 'above_share')::pg_catalog.numeric, 0) END END AS allowed,"
	" CASE WHEN w.kind" EQ "'deadline' THEN t.days::pg_catalog.text" CAT "' days late (逾期)' ELSE w.needs END AS needs"
	" FROM whole w CROSS JOIN earned e LEFT JOIN late t ON t.clause_no" EQ "w.clause_no ORDER BY w.clause_no", "ladt"
};

/*
 * The contract behind an obligation, and what other obligations of it have drawn.  Each
 * step is looked up by itself: a plan that was made while the tables were small and
 * joined them whole would be kept, and cost more with every contract.
 */
static const BpmStatement find_contract = {
	"WITH RECURSIVE up AS (SELECT o.obligation_id, o.predecessor, o.line_id, o.document FROM @ledger@.obligation o"
	"   WHERE o.obligation_id" EQ "$1"
	"  UNION ALL SELECT o.obligation_id, o.predecessor, o.line_id, o.document FROM up CROSS JOIN LATERAL"
	"   (SELECT * FROM @ledger@.obligation o WHERE o.obligation_id" EQ "up.predecessor AND o.stage" EQ "'commit' OFFSET 0) o),"
	" root AS (SELECT u.* FROM up u WHERE NOT EXISTS (SELECT 1 FROM up v WHERE v.obligation_id" EQ "u.predecessor)),"
	/* Who commits again in the contract's name draws on the same contract. */
	" roots AS (SELECT o.obligation_id FROM root r CROSS JOIN LATERAL (SELECT * FROM @ledger@.obligation o"
	"    WHERE o.line_id" EQ "r.line_id AND o.document" EQ "r.document AND o.stage" EQ "'commit' OFFSET 0) o"
	"   WHERE NOT EXISTS (SELECT 1 FROM @ledger@.obligation p WHERE p.obligation_id" EQ "o.predecessor AND p.stage" EQ "'commit')),"
	" chain AS (SELECT r.obligation_id, 0 AS depth FROM roots r"
	"  UNION ALL SELECT o.obligation_id, c.depth" PLUS "1 FROM chain c CROSS JOIN LATERAL"
	"   (SELECT * FROM @ledger@.obligation o WHERE o.predecessor" EQ "c.obligation_id AND o.stage" EQ "'commit' OFFSET 0) o)"
	" SELECT g.contract_id, g.contract_no, g.amount::budgetpm.amount, g.supplier,"
	"  COALESCE((SELECT budgetpm.sum(CASE WHEN o.obligation_id" EQ "$1 THEN '0'::budgetpm.amount ELSE o.drawn END"
	"    OPERATOR(budgetpm.-) CASE WHEN c.depth" EQ "0 THEN '0'::budgetpm.amount ELSE o.amount END)"
	"   FROM chain c CROSS JOIN LATERAL (SELECT * FROM @ledger@.obligation o"
	"    WHERE o.obligation_id" EQ "c.obligation_id OFFSET 0) o), '0'::budgetpm.amount)"
	" FROM root r CROSS JOIN LATERAL (SELECT * FROM @ledger@.contract g"
	"  WHERE g.contract_no" EQ "r.document AND g.line_id" EQ "r.line_id OFFSET 0) g", "l"
};

/* Finds the contract that an obligation stands for; false if it is of none. */
bool
bpm_watch_contract(BpmLedger *ledger, int64 obligation, BpmWatchedContract *contract)
{
	Datum		value = Int64GetDatum(obligation);
	HeapTuple	row;
	TupleDesc	desc;

	/* Planned while there were few obligations, it would read them all. */
	if (bpm_reach_latest_rows(ledger, &find_contract, 0, &value) != 1)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	contract->id = bpm_row_number(row, desc, 1);
	contract->contract_no = bpm_row_string(row, desc, 2);
	contract->amount = bpm_row_number(row, desc, 3);
	contract->supplier = SPI_getvalue(row, desc, 4);
	contract->drawn = bpm_row_number(row, desc, 5);
	return true;
}

/* Adds a clause that allows less than is requested to what the refusal says. */
static void
add_clause(StringInfo list, HeapTuple row, TupleDesc desc, BpmFen total, BpmFen limit)
{
	char	   *needs = SPI_getvalue(row, desc, 5);

	appendStringInfo(list, "%sClause %s (%s, %s) allows %s in all", list->len ? " " : "",
					 bpm_row_string(row, desc, 1), bpm_row_string(row, desc, 2), bpm_row_string(row, desc, 3),
					 bpm_fen_to_text(limit));
	if (strcmp(bpm_row_string(row, desc, 2), "deadline") == 0)
		appendStringInfo(list, ": %s.", needs);
	else
		appendStringInfo(list, "%s%s.", needs ? " until: " : "", needs ? needs : "");
}

/* Refuses a request that goes beyond what the contract's clauses allow; every such clause is named. */
bool
bpm_ask_clauses(BpmPosting *posting, const BpmWatchedContract *contract, BpmFen total, BpmFen amount,
				DateADT day)
{
	Datum		values[4];
	int			rows;
	StringInfoData list;
	BpmFen		least = total;
	char	   *hint;

	values[0] = Int64GetDatum(contract->id);
	values[1] = Int64GetDatum(contract->amount);
	values[2] = DateADTGetDatum(day);
	values[3] = CStringGetTextDatum(posting->request.document);
	rows = bpm_reach_latest_rows(posting->ledger, &allowed, 0, values);
	initStringInfo(&list);
	for (int i = 0; i < rows; i++)
	{
		bool		isnull;
		Datum		limit = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 4, &isnull);

		if (isnull || DatumGetInt64(limit) >= total)
			continue;
		add_clause(&list, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, total, DatumGetInt64(limit));
		least = Min(least, DatumGetInt64(limit));
	}
	if (list.len == 0)
		return true;
	if (least - (total - amount) > 0)
		hint = psprintf("Request at most %s now, or bring what the clauses wait for.",
						bpm_fen_to_text(least - (total - amount)));
	else
		hint = pstrdup("Bring what the clauses wait for first; nothing more can be requested now.");
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("request of %s goes beyond what contract \"%s\" allows", bpm_fen_to_text(amount),
							   contract->contract_no),
					  psprintf("With it %s of %s would be requested. %s", bpm_fen_to_text(total),
							   bpm_fen_to_text(contract->amount), list.data), hint);
}

/* Gives what has been requested of a contract so far, net of what came back. */
static BpmFen
requested_so_far(BpmLedger *ledger, int64 contract)
{
	static const BpmStatement find = {
		"SELECT o.obligation_id, o.drawn FROM @ledger@.contract g JOIN @ledger@.obligation o ON o.line_id" EQ "g.line_id"
		" AND o.document" EQ "g.contract_no AND o.stage" EQ "'commit' WHERE g.contract_id" EQ "$1"
		" ORDER BY o.obligation_id LIMIT 1", "l"
	};
	Datum		value = Int64GetDatum(contract);
	BpmWatchedContract watched;
	BpmFen		drawn;

	if (bpm_ledger_execute(ledger, &find, 0, &value, NULL) != 1)
		return 0;
	drawn = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	if (bpm_watch_contract(ledger, bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1), &watched))
		drawn += watched.drawn;
	return drawn;
}

/* Lists the clauses of a contract with what each allows by a day. */
PG_FUNCTION_INFO_V1(bpm_check_contract);
Datum
bpm_check_contract(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	BpmCall		call;
	BpmContract contract;
	char	   *contract_no = bpm_argument(fcinfo, 1, "contract_no");
	Datum		values[4];
	BpmFen		requested;
	int			rows;

	InitMaterializedSRF(fcinfo, 0);
	bpm_call_begin(&call, fcinfo, "check_contract", NULL);
	bpm_call_contract(&call, contract_no, &contract);
	requested = requested_so_far(call.ledger, contract.id);
	values[0] = Int64GetDatum(contract.id);
	values[1] = Int64GetDatum(contract.amount);
	values[2] = PG_ARGISNULL(2) ? DateADTGetDatum(GetSQLCurrentDate()) : PG_GETARG_DATUM(2);
	rows = bpm_ledger_execute(call.ledger, &allowed, 0, values, "   n");
	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		Datum		out[7];
		bool		nulls[7] = {false};
		Datum		limit = SPI_getbinval(row, desc, 4, &nulls[3]);
		char	   *needs = SPI_getvalue(row, desc, 5);

		out[0] = SPI_getbinval(row, desc, 1, &nulls[0]);
		out[1] = CStringGetTextDatum(bpm_row_string(row, desc, 2));
		out[2] = CStringGetTextDatum(bpm_row_string(row, desc, 3));
		nulls[5] = nulls[3];
		if (!nulls[3])
		{
			out[3] = NumericGetDatum(bpm_fen_to_numeric(DatumGetInt64(limit)));
			out[5] = NumericGetDatum(bpm_fen_to_numeric(DatumGetInt64(limit) - requested));
		}
		out[4] = NumericGetDatum(bpm_fen_to_numeric(requested));
		nulls[6] = needs == NULL || nulls[3];
		if (!nulls[6])
			out[6] = CStringGetTextDatum(needs);
		tuplestore_putvalues(result->setResult, result->setDesc, out, nulls);
	}
	bpm_call_end(&call);
	return (Datum) 0;
}
