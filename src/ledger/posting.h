/*
 * posting.h
 *	  What a posting is while it is decided: lines under lock, legs, a refusal.
 *
 * Order of every posting: lock the lines by id, read what decides from the
 * locked rows, build the legs, apply them in memory, and only then write. With
 * one line, the statement that will store its row is the one that locks it. A
 * refusal is data until bpm_posting_fail() raises it, so that check_funds()
 * decides with the same code and writes nothing.
 */
#ifndef BPM_POSTING_H
#define BPM_POSTING_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "datatype/timestamp.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "base/ledger.h"
#include "base/refusal.h"
#include "evidence/digest.h"
#include "types/types.h"

#define BPM_YEAR_FACTOR		INT64CONST(1000000000000)
#define BPM_LINE_YEAR(line)	((int) ((line) / BPM_YEAR_FACTOR))

typedef enum BpmBucket
{
	BUCKET_APPROPRIATED,
	BUCKET_AVAILABLE,
	BUCKET_ALLOTTED,
	BUCKET_TRANSFERRED,
	BUCKET_FROZEN,
	BUCKET_PENDING_OUT,
	BUCKET_PRECOMMITTED,
	BUCKET_COMMITTED,
	BUCKET_REQUESTED,
	BUCKET_PAID,
	BUCKET_WITHDRAWN,
	BUCKET_CARRIED,
	BUCKET_COUNT
} BpmBucket;

extern const char *const bpm_bucket_names[BUCKET_COUNT];

/* A row of entry_kind. */
typedef struct BpmKind
{
	char		name[41];
	char		operation[41];
	char		reverses[41];	/* empty unless it is a reversal */
	BpmBucket	source;
	BpmBucket	target;
	char		year_states[5];
} BpmKind;

/* A row of balance, and what the line's immutable row adds when it is asked for. */
typedef struct BpmLine
{
	int64		id;
	BpmCode		division;
	BpmCode		unit;
	BpmFen		bucket[BUCKET_COUNT];
	int32		entry_no;
	TimestampTz posted_at;
	uint8		head[BPM_DIGEST_LENGTH];
	int16		closed_month;
	char		control;
	char		year_state;
	char		line_state;
	bool		executable;
	int32	   *caps;			/* ascending; NULL: none */
	int			ncaps;
	/* not of the row: */
	BpmFen		before[BUCKET_COUNT];	/* as it was locked */
	bool		foreign_scope;	/* another government's line: its duty is not
								 * asked for */
	DateADT		accounting_date;
	bool		touched;
} BpmLine;

typedef struct BpmLeg
{
	int			line;			/* index into the posting's lines */
	const BpmKind *kind;
	BpmFen		amount;
	int64		peer_line;		/* 0: none */
	int64		refers_line;	/* 0: none */
	int32		refers_entry;
	int64		from_obligation;	/* 0: none, as the next */
	int64		to_obligation;
	BpmFen		available_after;	/* of the line, once the leg is applied */
} BpmLeg;

/* A row of obligation, as the posting has left it so far. */
typedef struct BpmObligation
{
	int64		id;
	int64		line;
	int64		predecessor;	/* 0: none */
	char		stage[10];
	BpmFen		amount;
	BpmFen		drawn;			/* went on to the next stage */
	BpmFen		released;		/* went back */
	BpmFen		returnable;		/* came from the predecessor and did not go
								 * back there */
	bool		opened;			/* by this posting */
	bool		changed;
} BpmObligation;

/* The arguments of a posting function, checked for form. */
typedef struct BpmRequest
{
	const struct BpmOperation *operation;
	int64		line;			/* a line; a posting for refund, reverse,
								 * correct, return */
	int64		other;
	int64		obligation;		/* 0: none */
	BpmFen		amount;			/* 0: all that is left, where the operation
								 * allows it */
	BpmFen		from_pending;
	BpmFen		from_frozen;
	char	   *document;
	char	   *detail;
	int64		case_id;		/* whose effect posts it; 0: none */
	char	   *key;
	DateADT		accounting_date;
	bool		date_given;
	Jsonb	   *memo;
	char	   *actor;
} BpmRequest;

#define BPM_MAX_LINES	64
#define BPM_MAX_LEGS	192
#define BPM_MAX_OBLIGATIONS 8

typedef struct BpmPosting
{
	BpmLedger  *ledger;
	MemoryContext context;		/* outlives the SPI connections of the posting */
	BpmOwnerScope scope;		/* who asked; statements run as the owner */
	BpmRequest	request;
	struct BpmBuffer *buffer;	/* NULL: what it decides is written at once */
	bool		dry;			/* decide only: neither lock nor write */
	int64		id;
	bool		written;
	int64		wanted[BPM_MAX_LINES];	/* lines to lock, in any order */
	bool		foreign[BPM_MAX_LINES];
	int			nwanted;
	BpmLine		lines[BPM_MAX_LINES];	/* in id order */
	int			nlines;
	BpmLeg		legs[BPM_MAX_LEGS];
	int			nlegs;
	BpmObligation obligations[BPM_MAX_OBLIGATIONS];
	int			nobligations;
	BpmRefusal	refusal;
	bool		denied;			/* the refusal comes before anything else is
								 * told, a repeated key included */
	void	   *operation_state;	/* what an operation's plan step tells its
									 * decide step */
} BpmPosting;

/*
 * An operation plans which lines it needs (it may read what never changes),
 * decides under their locks, and may write rows of its own after the journal.
 */
typedef struct BpmOperation
{
	const char *name;
	bool		(*plan) (BpmPosting *posting);
	bool		(*decide) (BpmPosting *posting);
	void		(*finish) (BpmPosting *posting);	/* NULL: nothing more */
	bool		amount_optional;
	bool		reads_entries;	/* its decision looks at the journal */
	const char *other;			/* name of the second id, NULL if none */
	const char *first;			/* name of the first id, NULL: line */
	const char *detail;			/* name of the text argument, NULL if none */
	const char *obligation;		/* name of the obligation to draw on, NULL if none */
	bool		other_optional;
	bool		across_years;	/* its lines may be of two years */
	const char *const *details; /* words that the text argument may be, NULL:
								 * any */
} BpmOperation;

/* operations.c */
extern const BpmOperation *bpm_look_up_operation(const char *name, BpmRefusal *refusal);
extern const BpmOperation *bpm_find_operation(const char *name);

/* post.c */
extern BpmPosting *bpm_new_posting(void);
extern void bpm_posting_reset(BpmPosting *posting);
extern int64 bpm_next_id(BpmLedger *ledger, const char *sequence_name, int year);
extern bool bpm_posting_has_year(BpmPosting *posting, int year);
extern void bpm_posting_want(BpmPosting *posting, int64 line, bool foreign);
extern int	bpm_posting_begin_writing(BpmPosting *posting);
extern bool bpm_posting_run(BpmPosting *posting);
extern bool bpm_posting_decide(BpmPosting *posting);

/* legs.c: the only code that moves money between buckets */
extern bool bpm_add_leg(BpmPosting *posting, int64 line, const char *kind,
						BpmFen amount, int64 peer_line);
extern bool bpm_add_whole_leg(BpmPosting *posting, int64 line, const char *kind,
							  BpmLeg leg);
extern BpmLine *bpm_posting_line(BpmPosting *posting, int64 line);

/* kinds.c */
extern const BpmKind *bpm_find_kind(BpmLedger *ledger, const char *name);

/* balance.c */
extern bool bpm_read_balance(BpmLedger *ledger, int64 line, bool lock, BpmLine *result);
extern bool bpm_decide_balance(BpmLedger *ledger, int64 line,
							   bool (*decide) (void *context, BpmLine *line),
							   void *context);
extern void bpm_fill_line(BpmLine *line, HeapTuple row, TupleDesc desc);
extern HeapTuple bpm_modify_row(const BpmLine *line, HeapTuple row, TupleDesc desc);
extern void bpm_write_balance(BpmLedger *ledger, const BpmLine *line);
extern void bpm_insert_balance(BpmLedger *ledger, const BpmLine *line);

/* journal.c */
extern void bpm_link_entry(BpmPosting *posting, int leg, bool with_key, Datum *values,
						   bool *nulls);
extern bool bpm_write_entry(BpmPosting *posting, int leg, bool with_key);
extern void bpm_prepare_replays(BpmLedger *ledger, int year);
extern int64 bpm_replay(BpmPosting *posting);

/* refusal.c */
extern bool bpm_refuse(BpmPosting *posting, int sqlstate, char *message,
					   char *detail, char *hint);
extern bool bpm_deny(BpmPosting *posting, int sqlstate, char *message,
					 char *detail, char *hint);
extern bool bpm_refuse_shortage(BpmPosting *posting, const BpmLine *line,
								BpmBucket bucket, BpmFen amount);
extern void bpm_posting_fail(const BpmPosting *posting);

/* simple.c, spending.c, virement.c, transfer.c, reversal.c, carry.c: the operations */
extern bool bpm_plan_line(BpmPosting *posting);
extern bool bpm_decide_simple(BpmPosting *posting);
extern bool bpm_check_executable(BpmPosting *posting, const BpmLine *line);
extern bool bpm_decide_outflow(BpmPosting *posting);
extern bool bpm_plan_pair(BpmPosting *posting);
extern bool bpm_decide_allot(BpmPosting *posting);
extern bool bpm_decide_return_allotment(BpmPosting *posting);
extern bool bpm_plan_spending(BpmPosting *posting);
extern bool bpm_decide_spending(BpmPosting *posting);
extern bool bpm_plan_release(BpmPosting *posting);
extern bool bpm_decide_release(BpmPosting *posting);
extern bool bpm_plan_carry(BpmPosting *posting);
extern bool bpm_decide_carry(BpmPosting *posting);
extern bool bpm_plan_virement(BpmPosting *posting);
extern bool bpm_decide_virement(BpmPosting *posting);
extern bool bpm_plan_send(BpmPosting *posting);
extern bool bpm_decide_send(BpmPosting *posting);
extern void bpm_finish_send(BpmPosting *posting);
extern bool bpm_plan_receive(BpmPosting *posting);
extern bool bpm_decide_receive(BpmPosting *posting);
extern void bpm_finish_receive(BpmPosting *posting);
extern bool bpm_plan_transfer_return(BpmPosting *posting);
extern int64 bpm_transfer_of_request(const BpmRequest *request);
extern void bpm_lock_transfers(BpmLedger *ledger, const int64 *ids, int count);
extern bool bpm_decide_transfer_return(BpmPosting *posting);
extern void bpm_finish_transfer_return(BpmPosting *posting);
extern bool bpm_plan_refund(BpmPosting *posting);
extern bool bpm_decide_refund(BpmPosting *posting);
extern bool bpm_plan_prior_refund(BpmPosting *posting);
extern bool bpm_decide_prior_refund(BpmPosting *posting);
extern bool bpm_plan_correct(BpmPosting *posting);
extern bool bpm_decide_correct(BpmPosting *posting);
extern bool bpm_plan_reverse(BpmPosting *posting);
extern bool bpm_decide_reverse(BpmPosting *posting);

/* supplement.c */
extern bool bpm_decide_supplement(BpmPosting *posting);
extern bool bpm_decide_appropriate(BpmPosting *posting);
extern bool bpm_check_voted(BpmPosting *posting, const BpmLine *line);

/* provisional.c */
extern bool bpm_plan_approve(BpmPosting *posting);
extern bool bpm_decide_approve(BpmPosting *posting);
extern bool bpm_check_provisional(BpmPosting *posting, const BpmLine *line, const BpmKind *kind);

/* lines.c */
typedef struct BpmLineFacts
{
	int64		id;
	int64		parent;			/* 0: a root */
	BpmCode		division;
	BpmCode		unit;
	BpmCode		func;
	BpmCode		gov_econ;		/* 0: none */
	char		fund_type[11];
	bool		direct;
	bool		procurement;	/* 政府采购 */
	char	   *source_doc;
} BpmLineFacts;

extern bool bpm_line_facts(BpmLedger *ledger, int64 line, BpmLineFacts *facts);

#endif
