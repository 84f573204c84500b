/*
 * rule_private.h
 *	  Shared among the files that read and apply rules.
 */
#ifndef BPM_RULE_PRIVATE_H
#define BPM_RULE_PRIVATE_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "base/ledger.h"
#include "base/operators.h"
#include "workflow/call.h"

/* A value as errors show it. */
#define QUOTED(text)	"('\"'" CAT text CAT "'\"')"

/* The last complete year before a request's: that before the first one that is not closed. */
#define BPM_LAST_YEAR(r) \
	"(SELECT COALESCE(pg_catalog.min(f.fiscal_year), " r ".fiscal_year)" MINUS "1 FROM @ledger@.fiscal_year f" \
	" WHERE f.fiscal_year" LT r ".fiscal_year AND (f.state" EQ "'preparing' OR f.state" EQ "'open'))"

/*
 * What a unit had and spent in some years: of a year in which it has lines, the
 * ledger's own figures, else what was loaded.  Never both.  What lapsed when the
 * year was closed had been its budget.
 */
#define BPM_YEARLY(unit_key, first, last) \
	"SELECT l.fiscal_year, l.project_id, j.category::pg_catalog.text AS category," \
	" b.appropriated::pg_catalog.numeric" MINUS "b.allotted::pg_catalog.numeric" \
	MINUS "b.transferred::pg_catalog.numeric" MINUS "b.withdrawn::pg_catalog.numeric" \
	PLUS "CASE WHEN b.year_state" EQ "'x' OR b.year_state" EQ "'c' THEN @ledger@.lapsed_of(l.line_id) ELSE 0 END AS budget," \
	" b.paid::pg_catalog.numeric AS spent, 'ledger'::pg_catalog.text AS source" \
	" FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id" EQ "l.line_id" \
	" LEFT JOIN @ledger@.project j ON j.project_id" EQ "l.project_id" \
	" WHERE l.unit" CODE_EQ unit_key " AND l.fiscal_year" GE "(" first ") AND l.fiscal_year" LE "(" last ")" \
	" UNION ALL SELECT h.fiscal_year, h.project_id, h.category::pg_catalog.text," \
	" h.budget::pg_catalog.numeric, h.spent::pg_catalog.numeric, 'loaded'" \
	" FROM @ledger@.spending_history h WHERE h.unit" CODE_EQ unit_key \
	" AND h.fiscal_year" GE "(" first ") AND h.fiscal_year" LE "(" last ")" \
	" AND NOT EXISTS (SELECT 1 FROM @ledger@.line o WHERE o.unit" CODE_EQ "h.unit" \
	" AND o.fiscal_year" EQ "h.fiscal_year)"

/* parameters.c */
extern int	bpm_run_here(BpmLedger *ledger, const BpmStatement *statement, Datum *values,
						 const char *nulls);

/* rule_explain.c */
extern int64 bpm_require_request(BpmCall *call, int64 request, BpmCode *division, BpmCode *unit);

/* history.c */
extern DateADT bpm_server_day(BpmLedger *ledger);

/* rule_define.c */
pg_noreturn extern void bpm_refuse_unknown_rule(BpmLedger *ledger, const char *name);

#endif
