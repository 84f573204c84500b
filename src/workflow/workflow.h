/*
 * workflow.h
 *	  A flow as it was compiled, a case as it is under its lock, and what the files
 *	  of this module do with them.
 *
 * Every change of a case has the same order: lock the row of its root case, read
 * the case with its tokens and tasks, decide and change in memory, store what has
 * changed.  Events are written as they happen, each chained to the one before.
 *
 * A token is where a case stands.  One token walks the flow; at a fork it waits
 * while a child token walks each branch, and goes on from the join once all of its
 * own children are there: a join counts children, under the case's lock.
 *
 * A visit is one stay of a token at a step that people decide.  Its tasks are in
 * seats: a seat has one vote, and holds its signer with those that were added
 * before or after him.
 */
#ifndef BPM_WORKFLOW_H
#define BPM_WORKFLOW_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/jsonb.h"

#include "base/json.h"
#include "base/ledger.h"
#include "evidence/digest.h"
#include "types/types.h"

#define NO_STEP		(-1)
#define START_STEP	0			/* what the initiator submits; in no definition */

typedef enum BpmStepType
{
	STEP_START,
	STEP_SIGN,
	STEP_CHOOSE,
	STEP_PARALLEL,
	STEP_INCLUSIVE,
	STEP_JOIN,
	STEP_CALL,
	STEP_COPY,
	STEP_END
} BpmStepType;

typedef enum BpmRuleKind
{
	RULE_ALL,					/* 会签 */
	RULE_SEQUENCE,				/* 顺序会签 */
	RULE_ANY,					/* 或签 */
	RULE_RATIO,					/* 票签 */
	RULE_WEIGHT,
	RULE_COUNT
} BpmRuleKind;

typedef struct BpmRule
{
	BpmRuleKind kind;
	int64		num;			/* ratio num/den; threshold of weight or count */
	int64		den;
	int64		reject;			/* count: so many rejections reject; 0: none do */
	int64		quorum_num;		/* of those due; 0/1: no quorum */
	int64		quorum_den;
	bool		base_present;	/* the ratio is of those present, not of those due */
	bool		more;			/* than the ratio, not only as much */
	bool		collect;		/* nothing is decided before everybody has acted */
} BpmRule;

typedef enum BpmVote
{
	VOTE_OPEN,
	VOTE_PASS,
	VOTE_REJECT,
	VOTE_ABSTAIN,
	VOTE_ABSENT
} BpmVote;

typedef enum BpmOutcome
{
	OUTCOME_PENDING,
	OUTCOME_PASSED,
	OUTCOME_REJECTED
} BpmOutcome;

typedef struct BpmBallot
{
	BpmVote		vote;
	int32		weight;
} BpmBallot;

typedef struct BpmAssign
{
	char		kind;			/* l login, d duty, i initiator, f fact */
	char		at;				/* of a duty: u unit, s superior unit, d division */
	char	   *value;			/* login, title or path */
	Datum		path;			/* jsonpath of a fact */
	int32		weight;
} BpmAssign;

typedef struct BpmAssigns
{
	BpmAssign  *items;
	int			count;
} BpmAssigns;

typedef struct BpmBranch
{
	char	   *when;			/* NULL: always */
	Datum		path;
	char	   *next_name;
	int			next;
} BpmBranch;

typedef struct BpmEffectSpec
{
	char	   *name;			/* NULL: a function of the ledger's schema */
	char	   *function;
	char	   *as;				/* fact that keeps the result */
	char	   *when;
	Datum		when_path;
	Jsonb	   *arguments;
	char	   *place;			/* JSON path of the effect in its definition */
} BpmEffectSpec;

typedef struct BpmEffects
{
	BpmEffectSpec *items;
	int			count;
} BpmEffects;

typedef struct BpmDeadline
{
	char		unit;			/* h hours, d days, w working days; 0: none */
	int			length;
	char		action;			/* p pass, r reject, t transfer, m remind, a absent */
	char	   *to;
} BpmDeadline;

typedef struct BpmStep
{
	char	   *name;
	char	   *title;
	char	   *place;			/* its JSON path */
	BpmStepType type;
	char	   *next_name;
	int			next;
	int			scope;			/* fork in whose branches it is; NO_STEP: none */
	/* sign, copy */
	BpmAssigns	assign;
	BpmRule		rule;
	char		on_reject;		/* e end, p previous, s start, t that step */
	char	   *reject_name;
	int			reject_step;
	char		self;			/* f forbid, s skip, a allow, u superior */
	char		nobody;			/* e error, p pass, a administrator */
	bool		signature;
	bool		remove;			/* a signer may remove any other, not only whom
								 * he added */
	bool		wait;			/* passes when its deadline has passed, and not
								 * before (公示) */
	BpmDeadline deadline;
	BpmEffects	effects;
	BpmEffects	undo;			/* when the case goes back over it, or ends
								 * without approval */
	/* choose, parallel, inclusive */
	BpmBranch  *branches;
	int			nbranches;
	char	   *default_name;
	int			default_step;
	char	   *join_name;
	int			join;
	/* call */
	char	   *call;
	char	   *facts;
	Datum		facts_path;
	/* end */
	char	   *end_state;
} BpmStep;

/* Moments at which a case as a whole has effects. */
typedef enum BpmMoment
{
	MOMENT_HOLD,				/* at each submission */
	MOMENT_RELEASE,				/* when what was held is not wanted any more */
	MOMENT_APPROVED,
	MOMENT_REJECTED,
	MOMENT_RETRACTED,
	MOMENT_TERMINATED,
	MOMENT_VOIDED,
	MOMENT_COUNT
} BpmMoment;

typedef struct BpmFlow
{
	MemoryContext context;
	char	   *name;
	char	   *title;
	int			version;
	int32		version_id;
	BpmStep    *steps;
	int			nsteps;
	BpmEffects	effects[MOMENT_COUNT];
	BpmAssigns	parties;		/* who is told of every change of status */
	char	   *administrator;
	bool		skip_repeated;	/* a signer of the step before passes by himself */
	bool		retract_before_first;
	int			remind_minutes;
} BpmFlow;

typedef struct BpmToken
{
	int64		id;
	int64		parent;			/* 0: the case's own */
	int			step;
	char		state[12];		/* active, forked, joined, called, ended */
	int32		visit;			/* 0: none open */
	int32		last_visit;		/* the one that it came from */
	int			resume;			/* step to go straight to, NO_STEP: none */
	int32		resume_previous;
	bool		fresh;
	bool		dirty;
} BpmToken;

typedef struct BpmTask
{
	int64		id;
	int64		token;
	int32		visit;
	int32		origin;			/* visit whose passing brought this one about */
	int32		previous;		/* visit before this one on the way back */
	int			step;
	char		kind[8];		/* sign, submit, copy */
	char		state[12];		/* open, waiting, approved, rejected, abstained,
								 * absent, returned, lapsed, removed, read */
	int64		seat;			/* task that has the seat's vote */
	int32		seat_no;
	int32		rank;			/* in its seat */
	int32		weight;
	char	   *assignee;
	char	   *added_by;		/* NULL: the definition */
	char	   *returns_to;		/* who delegated it (委派), NULL: nobody */
	char	   *holders;		/* who had it before: names, each after a slash */
	TimestampTz opened_at;		/* 0: not yet */
	TimestampTz due_at;			/* 0: never */
	TimestampTz decided_at;		/* 0: not yet */
	TimestampTz reminded_at;	/* 0: never */
	int32		reminders;
	char	   *decided_by;
	char	   *on_behalf_of;
	bool		fresh;
	bool		dirty;
} BpmTask;

typedef struct BpmCase
{
	BpmLedger  *ledger;
	const BpmFlow *flow;
	int64		id;
	int64		root;
	int64		parent;			/* 0: none */
	int64		parent_token;
	char	   *subject;
	Jsonb	   *facts;
	BpmCode		division;
	BpmCode		unit;			/* 0: none */
	char	   *initiator;
	char		state[12];		/* running, returned, suspended, approved,
								 * rejected, retracted, terminated, voided */
	bool		held;			/* what its flow holds is held now */
	TimestampTz started_at;
	TimestampTz ended_at;		/* 0: not yet */
	TimestampTz suspended_at;	/* 0: is not */
	TimestampTz reminded_at;
	int32		reminders;
	int32		events;
	int32		visits;
	uint8		head[BPM_DIGEST_LENGTH];
	BpmToken  **tokens;
	int			ntokens;
	BpmTask   **tasks;
	int			ntasks;
	/* of the call that changes it */
	char	   *actor;
	char	   *on_behalf_of;
	char	   *login;
	int32		origin;			/* visit that the actor has just completed */
	int			depth;
	bool		facts_changed;
} BpmCase;

/* What is recorded of an action. */
typedef struct BpmEvent
{
	const char *action;
	int64		task;			/* 0: none */
	int			step;			/* NO_STEP: none */
	int			to_step;
	const char *to_whom;
	const char *opinion;
	Jsonb	   *details;
	const char *signature;
} BpmEvent;

/* decide.c */
extern BpmOutcome bpm_decide_votes(const BpmRule *rule, const BpmBallot *ballots, int n);
extern void bpm_parse_rule(const BpmNode *node, BpmRule *rule);

/* definition.c */
extern BpmFlow *bpm_parse_flow(Jsonb *definition, BpmFaults *faults);
extern int	bpm_find_step(const BpmFlow *flow, const char *name);

/* validate.c */
extern void bpm_validate_graph(BpmFlow *flow, BpmFaults *faults);
extern void bpm_validate_names(BpmLedger *ledger, BpmFlow *flow, BpmFaults *faults);

/* publish.c */
extern const BpmFlow *bpm_flow_version(BpmLedger *ledger, int32 version_id);
extern const BpmFlow *bpm_flow_newest(BpmLedger *ledger, const char *name);
extern bool bpm_flow_known(BpmLedger *ledger, const char *name);

/* identity.c */
extern bool bpm_may_act_for(BpmLedger *ledger, const char *actor, const char *assignee,
							const char *flow);
extern Datum bpm_names_of(BpmLedger *ledger, const char *actor);

/* state.c */
extern BpmCase *bpm_case_lock(BpmLedger *ledger, int64 case_id);
extern void bpm_case_store(BpmCase *work);
extern BpmToken *bpm_case_token(BpmCase *work, int64 id);
extern BpmToken *bpm_case_new_token(BpmCase *work, int64 parent);
extern BpmTask *bpm_case_task(BpmCase *work, int64 id);
extern BpmTask *bpm_case_new_task(BpmCase *work, const BpmToken *token, const char *kind,
								  const char *assignee);
extern void bpm_set_state(char *state, const char *word);
extern bool bpm_is(const char *state, const char *word);
extern bool bpm_case_live(const BpmCase *work);
extern void bpm_rows(FunctionCallInfo fcinfo, BpmLedger *ledger, const BpmStatement *statement,
					 Datum *values, const char *nulls);

/* control.c */
extern void bpm_remind_task(BpmCase *work, BpmTask *task);

/* event.c */
extern void bpm_record(BpmCase *work, const BpmEvent *event);
extern void bpm_tell(BpmCase *work, const char *kind, int64 task, const char *recipient);
extern void bpm_tell_parties(BpmCase *work);

/* assign.c */
extern List *bpm_resolve(BpmCase *work, const BpmAssigns *assigns, bool superior);
extern int	bpm_seat_signers(BpmCase *work, BpmToken *token, const BpmStep *step);

typedef struct BpmSigner
{
	char	   *login;
	int32		weight;
	char		kind;			/* of the BpmAssign that named him */
} BpmSigner;

/* effect.c */
extern void bpm_run_effects(BpmCase *work, const BpmEffects *effects);
extern void bpm_undo(BpmCase *work, const BpmToken *token, int32 last);
extern void bpm_check_facts(const BpmFlow *flow, Jsonb *facts);
extern void bpm_run_moment(BpmCase *work, BpmMoment moment);

/* visit.c */
extern void bpm_lapse_visit(BpmCase *work, int32 visit);
extern BpmTask *bpm_visit_task(BpmCase *work, int32 visit);
extern int32 bpm_visit_before(BpmCase *work, int32 visit);
extern int32 bpm_visit_of_step(BpmCase *work, const BpmToken *token, int step);
extern void bpm_arrange(BpmCase *work, BpmToken *token);
extern BpmOutcome bpm_visit_outcome(BpmCase *work, BpmToken *token);

/* engine.c */
extern void bpm_settle(BpmCase *work, BpmToken *token);
extern void bpm_pass_visit(BpmCase *work, BpmToken *token);
extern void bpm_go_back(BpmCase *work, BpmToken *token, int32 visit, bool direct);
extern void bpm_finish_case(BpmCase *work, const char *state, BpmMoment moment);
extern void bpm_cancel_below(BpmCase *work, int64 token);
extern void bpm_open_visit(BpmCase *work, BpmToken *token, int step, int32 previous);
extern int64 bpm_begin_case(BpmLedger *ledger, const BpmFlow *flow, BpmCase *beginning,
							const char *key);

/* deadline.c */
extern TimestampTz bpm_due(BpmCase *work, const BpmDeadline *deadline, TimestampTz from);

/* act.c */
extern void bpm_act_task(BpmCase *work, BpmTask *task, const char *action, const char *opinion,
						 Jsonb *options);
extern void bpm_act_on(BpmCase *work, BpmTask *task, const char *action, const char *opinion,
					   Jsonb *options);

/* signer.c */
extern void bpm_add_signer(BpmCase *work, BpmTask *task, const char *opinion, const BpmNode *options);
extern void bpm_remove_signer(BpmCase *work, BpmTask *task, const char *opinion, const BpmNode *options);
extern void bpm_transfer(BpmCase *work, BpmTask *task, const char *to, const char *action,
						 const char *opinion);
extern void bpm_delegate(BpmCase *work, BpmTask *task, const char *opinion, const BpmNode *options);
extern void bpm_resolve_task(BpmCase *work, BpmTask *task, const char *opinion);
extern void bpm_copy_to(BpmCase *work, BpmToken *token, const char *login);

#endif
