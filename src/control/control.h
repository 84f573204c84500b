/*
 * control.h
 *	  What a budget division sets up over its lines: caps, plans, receipts,
 *	  alerts, reminders.
 *
 * Who makes or changes a cap locks the year's row, then lines in id order, then
 * the cap: so a line that is opened, and a posting on a line, come wholly before
 * or wholly after it.
 */
#ifndef BPM_CONTROL_H
#define BPM_CONTROL_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "base/ledger.h"
#include "base/operators.h"
#include "cap/cap.h"

/* What a cap is to be, its codes looked up; as create_cap() takes it. */
typedef struct BpmCapRequest
{
	BpmCap		cap;			/* division, unit, basis, consumes, ratios, slots */
	char	   *name;
	char	   *kind;
	Datum		func;			/* text[] of tree keys; 0: anything */
	Datum		gov_econ;
	Datum		dept_econ;
	Datum		revenue;
	char	   *fund_type;		/* NULL: any */
	int64		project;		/* 0: any */
	Datum		lines;			/* int8[]; 0: by rule */
	Datum		consumes;		/* text[] */
	Datum		plan;			/* text[] of twelve amounts; 0: none */
	BpmFen		amount;			/* basis fixed */
	char	   *document;
	Oid			caller;			/* who asks: statements run as the owner */
} BpmCapRequest;

/* request.c */
extern BpmFen bpm_amount_or_zero(Numeric value, const char *name);
extern void bpm_read_cap_request(FunctionCallInfo fcinfo, BpmLedger *ledger,
								 BpmCapRequest *request);
extern BpmCode bpm_division_or_root(BpmLedger *ledger, const char *official_code);
extern BpmCapBasis bpm_read_basis(const char *basis);
extern uint16 bpm_read_consumes(ArrayType *names);
extern int32 bpm_read_ratio(Numeric ratio, const char *name);
extern int	bpm_read_slots(int slots);
extern Datum bpm_read_plan(ArrayType *amounts, BpmFen *cumulative);
extern Datum bpm_codes(BpmLedger *ledger, const char *scheme, int fiscal_year,
					   ArrayType *official_codes);
extern const char *bpm_basis_name(BpmCapBasis basis);

/* cap_lines.c: the lines of a cap, under the lock on its year */
extern void bpm_lock_year(BpmLedger *ledger, int fiscal_year);
extern int	bpm_year_month(int fiscal_year);
extern void bpm_lock_cap_lines(BpmLedger *ledger, const BpmCap *cap, Datum lines);
extern int64 bpm_mark_cap_lines(BpmLedger *ledger, const BpmCap *cap, Datum lines, bool join);
extern void bpm_sum_cap_lines(BpmLedger *ledger, const BpmCap *cap, Datum lines,
							  BpmFen *delta);
extern BpmFen bpm_sum_receipts(BpmLedger *ledger, int32 cap);

/* cap_row.c: the rows of a cap */
extern int32 bpm_insert_cap(BpmLedger *ledger, const BpmCapRequest *request);
extern void bpm_note_cap_event(BpmLedger *ledger, Oid caller, const BpmCap *cap,
							   const char *action, Jsonb *content, const char *document);
extern void bpm_require_cap(BpmLedger *ledger, const char *operation, int32 id, BpmCap *cap);

/* plans.c */
extern int32 bpm_profile_ratio(BpmLedger *ledger, BpmCode division, int32 other);

/* caps.c */
extern void bpm_lock_active_cap(BpmLedger *ledger, int32 id, BpmCapState *state);
extern int32 bpm_make_cap(BpmLedger *ledger, BpmCapRequest *request);

#endif
