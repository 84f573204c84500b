/*
 * planning.h
 *	  Budget preparation (预算编制): preparations, rounds, requests and what the
 *	  files of this module share.
 *
 * A request is changed under the lock on its row, and a ceiling is spent under the
 * lock on its own, taken after those of the requests and in ascending order.  What
 * a version says is never changed once it is frozen: submitted (申报数), reviewed
 * (审核数) and approved (批复数) versions are rows beside the working one.
 */
#ifndef BPM_PLANNING_H
#define BPM_PLANNING_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "base/ledger.h"
#include "types/types.h"

/* A preparation as its row says. */
typedef struct BpmPreparation
{
	int32		id;
	int			fiscal_year;
	BpmCode		division;
	char	   *title;
	char	   *flow;
	char	   *draft_flow;		/* NULL: not named yet */
	char	   *state;			/* open, drafted, approved, closed */
} BpmPreparation;

/*
 * All of these run as the ledger's owner, connected to SPI, for callers who have
 * asked for the right to what they do.
 */

/* preparation.c */
extern bool bpm_preparation_find(BpmLedger *ledger, int32 id, bool lock,
								 BpmPreparation *preparation);
extern void bpm_preparation_set_state(BpmLedger *ledger, int32 id, const char *state);

/*
 * What a version v of request r says in the fields of its form, as rules read it: an
 * amount may be filled in as text, which is greater and less than no number.
 */
#define BPM_RULE_ATTRIBUTES \
	"(SELECT COALESCE(pg_catalog.jsonb_object_agg(a.key," \
	"  CASE WHEN pg_catalog.jsonb_typeof(a.value) OPERATOR(pg_catalog.=) 'string'" \
	"   AND (a.value OPERATOR(pg_catalog.#>>) '{}') OPERATOR(pg_catalog.~) '^-?[0-9]+([.][0-9]+)?$'" \
	"   AND EXISTS (SELECT 1 FROM @ledger@.form_field f WHERE f.form OPERATOR(pg_catalog.=) 'request'" \
	"    AND f.field OPERATOR(pg_catalog.=) a.key AND f.type OPERATOR(pg_catalog.=) 'amount'" \
	"    AND f.division OPERATOR(budgetpm.@>) r.division)" \
	"  THEN pg_catalog.to_jsonb((a.value OPERATOR(pg_catalog.#>>) '{}')::pg_catalog.numeric)" \
	"  ELSE a.value END), '{}') FROM pg_catalog.jsonb_each(v.attributes) a)"

/* document.c: a version as the JSON document that rules read, numbers as numbers */
extern Jsonb *bpm_request_document(BpmLedger *ledger, int64 version);

/* write.c: one statement that writes a guarded table of this module */
extern int	bpm_planning_write(BpmLedger *ledger, const char *table,
							   const BpmStatement *statement, Datum *values,
							   const char *nulls);

/* effect.c: registers the effect "prepare" */
extern void bpm_planning_init(void);

#endif
