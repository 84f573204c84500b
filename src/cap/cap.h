/*
 * cap.h
 *	  Caps (控制限额): limits over many lines, consumed in the transaction of the
 *	  posting.
 *
 * A cap measures two things over its lines: "used", the sum of the buckets that
 * it says consume it, and "basis", what its limits are a ratio of.  A posting that
 * makes the excess over the block limit larger is refused (ZB002); one that takes
 * "used" above the warn limit leaves one alert.
 *
 * This floor knows net changes of buckets, not postings.  Locks, after those of
 * the lines: caps by id; of one cap its row, then its slots from 0 up.  A cap
 * without slots is its row.  With slots, a posting takes one of them, always the
 * same in a backend, and its row stays unlocked.
 */
#ifndef BPM_CAP_H
#define BPM_CAP_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "base/ledger.h"
#include "types/types.h"

/* The buckets of a line, in the order in which balance rows hold them. */
#define BPM_CAP_BUCKETS		12

#define BPM_CAP_MAX_SLOTS	64

/* A ratio is a count of 1/10000. */
#define BPM_CAP_RATIO_UNIT	10000
#define BPM_CAP_NO_RATIO	(-1)

/* Net change of each bucket over the cap's lines in one posting. */
typedef struct BpmCapChange
{
	int32		cap;
	BpmFen		delta[BPM_CAP_BUCKETS];
} BpmCapChange;

typedef enum BpmCapBasis
{
	BPM_BASIS_FIXED = 'f',		/* an amount that somebody set */
	BPM_BASIS_LINES = 'l',		/* what its lines hold: appropriated -
								 * allotted - transferred - withdrawn */
	BPM_BASIS_RECEIPTS = 'r',	/* what was recorded as received (以收定支) */
	BPM_BASIS_PLAN = 'p'		/* its plan, up to the month of the posting */
} BpmCapBasis;

/* A cap as it is defined. */
typedef struct BpmCap
{
	int32		id;
	int			fiscal_year;
	bool		active;
	BpmCapBasis basis_kind;
	BpmCode		division;
	BpmCode		unit;			/* 0: none */
	bool		listed;			/* its lines are a list, not a rule */
	uint16		consumes;		/* a bit a bucket */
	int32		warn_ratio;
	int32		block_ratio;
	int			slots;			/* 0: one row */
	BpmFen		plan[12];		/* cumulative */
} BpmCap;

/* Why a cap refuses: figures, and the texts of an error with ZB002. */
typedef struct BpmCapRefusal
{
	int32		cap;			/* 0: no refusal */
	BpmCode		division;		/* who reads this place may see the figures */
	BpmCode		unit;
	BpmFen		limit;
	BpmFen		used;			/* before the posting */
	BpmFen		short_by;
} BpmCapRefusal;

/* A cap under its locks, whole: for deciding many postings in memory. */
typedef struct BpmCapState
{
	BpmCap		cap;
	BpmFen		basis;			/* now, with what was applied */
	BpmFen		used;
	BpmFen		locked_basis;	/* as it was locked */
	BpmFen		locked_used;
	List	   *crossings;		/* alerts to raise when it is stored */
	BpmFen		slot_basis[BPM_CAP_MAX_SLOTS];
	BpmFen		slot_used[BPM_CAP_MAX_SLOTS];
} BpmCapState;

/* definition.c */
extern int	bpm_cap_bucket(const char *name);
extern void bpm_cap_init(void);
extern bool bpm_cap_find(BpmLedger *ledger, int32 cap, BpmCap *definition);
extern void bpm_cap_definition_changed(BpmLedger *ledger);

/* limit.c: pure arithmetic */
extern BpmFen bpm_cap_limit(BpmFen basis, int32 ratio);
extern int32 bpm_cap_ratio(Numeric ratio);
extern BpmFen bpm_cap_limit_at(const BpmCap *cap, BpmFen basis, int month, int32 ratio);
extern void bpm_cap_measure(const BpmCap *cap, const BpmFen *delta,
							BpmFen *basis, BpmFen *used);

/*
 * Decides, with nothing changed: false with the refusal filled.  The cap's totals
 * are state->basis and state->used.
 */
extern bool bpm_cap_decide(const BpmCapState *state, const BpmFen *delta, int month,
						   BpmCapRefusal *refusal);

/* Takes a decided change into the state; a limit crossed is remembered with its posting. */
extern void bpm_cap_apply(BpmCapState *state, const BpmFen *delta, int month, int64 posting);

/* The same for a change of the totals that is not a posting's: never refused. */
extern void bpm_cap_shift(BpmCapState *state, BpmFen basis, BpmFen used, int month,
						  int64 posting);

/*
 * state.c: locks a whole cap, all its slots with it; false where there is none.
 * What bpm_cap_apply() did is written, with its alerts, by bpm_cap_store().  Caps
 * are locked in ascending order, after the lines.
 */
extern bool bpm_cap_lock(BpmLedger *ledger, int32 cap, BpmCapState *state);
extern bool bpm_cap_look(BpmLedger *ledger, int32 cap, BpmCapState *state);
extern void bpm_cap_store(BpmLedger *ledger, BpmCapState *state);

/* Executes a statement that reads what is committed now, whatever the isolation level. */

/*
 * rebuild.c: writes a cap anew as "after" says, row and slots, and raises an
 * alert for each limit that was not crossed "before" and is now.  before->cap.id
 * is 0 for a new cap.  Both are locked, or nobody knows them yet.
 */
extern void bpm_cap_rebuild(BpmLedger *ledger, const BpmCapState *before,
							BpmCapState *after, int month);

/*
 * consume.c: what a single posting does to its caps, by ascending id.  Refused:
 * false, and what was written goes with the error that the caller raises.  dry
 * reads only.
 */
extern bool bpm_caps_consume(BpmLedger *ledger, int month, const BpmCapChange *changes,
							 int count, int64 posting, bool dry, BpmCapRefusal *refusal);

/* refusal.c: the figures are for those who may read the cap's place. */
extern void bpm_cap_refusal_texts(BpmLedger *ledger, const BpmCapRefusal *refusal,
								  bool visible, char **message, char **detail,
								  char **hint);

/* The elements of a line that caps ask about; 0 and NULL where it has none. */
typedef struct BpmCapPlace
{
	BpmCode		division;
	BpmCode		unit;
	BpmCode		func;
	BpmCode		gov_econ;
	BpmCode		dept_econ;
	const char *fund_type;
	int64		project;
} BpmCapPlace;

/*
 * member.c: the caps by rule that a new line joins, in ascending order, and how
 * many.  The caller holds FOR SHARE on the year's row; who makes, changes or
 * closes a cap holds FOR NO KEY UPDATE on it.
 */
extern int	bpm_caps_of_new_line(BpmLedger *ledger, int fiscal_year,
								 const BpmCapPlace *place, int32 **caps);

#endif
