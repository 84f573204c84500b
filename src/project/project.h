/*
 * project.h
 *	  Projects as the modules of this floor see them: read and locked by their
 *	  official code, moved from stage to stage, and what happens to them recorded.
 *
 * Who changes a project, or what belongs to it, locks the project's row first and
 * notes an event with it; postings lock lines and never a project.
 */
#ifndef BPM_PROJECT_H
#define BPM_PROJECT_H

#include "postgres.h"

#include "utils/date.h"
#include "utils/jsonb.h"

#include "base/faults.h"
#include "base/ledger.h"
#include "base/operators.h"
#include "base/refusal.h"
#include "evidence/digest.h"
#include "types/types.h"
#include "workflow/call.h"

/* No date. */
#define BPM_NO_DATE	DATEVAL_NOBEGIN

/* A row of project; texts are NULL and ids 0 where there is none. */
typedef struct BpmProject
{
	int64		id;
	char	   *official_code;
	char	   *name;
	BpmCode		division;
	BpmCode		unit;
	char	   *category;
	int64		parent;			/* 0: none */
	int			level;
	char	   *stage;
	DateADT		starts_on;		/* BPM_NO_DATE: none, as the next three */
	DateADT		ends_on;
	DateADT		started_on;
	DateADT		completed_on;
	BpmFen		planned_total;	/* 0: none */
	char	   *responsible;
	int32		events;
	uint8		head[BPM_DIGEST_LENGTH];
} BpmProject;

/* What is recorded of a project; NULL or 0 where there is nothing to say. */
typedef struct BpmProjectEvent
{
	const char *action;
	const char *to_stage;		/* a move: the project's stage is the one before */
	const char *reason;
	Jsonb	   *details;
	int64		case_id;
	const char *actor;
	const char *login;
} BpmProjectEvent;

/* project.c: the row, and its events */
extern bool bpm_project_read(BpmLedger *ledger, const char *official_code, bool lock,
							 BpmProject *project);
extern bool bpm_project_read_id(BpmLedger *ledger, int64 id, bool lock, BpmProject *project);
extern void bpm_call_project(BpmCall *call, const char *official_code, BpmProject *project);
extern void bpm_call_read_project(BpmCall *call, const char *official_code, BpmProject *project);
extern void bpm_note_project(BpmLedger *ledger, BpmProject *project, const BpmProjectEvent *event);
extern void bpm_call_note(BpmCall *call, BpmProject *project, const char *action,
						  const char *reason, Jsonb *details);

/* pool.c */
extern void bpm_refuse_rows(BpmLedger *ledger, const BpmStatement *statement, Datum *values,
							  const char *nulls, int sqlstate, const char *message);
extern void bpm_require_open_project(const BpmProject *project);
extern DateADT bpm_past_day(FunctionCallInfo fcinfo, int number, const char *name);

/* records.c */
extern Jsonb *bpm_make_details(BpmLedger *ledger, const BpmStatement *statement, Datum *values,
							   const char *nulls);

/* delivery.c */
typedef struct BpmContract
{
	int64		id;
	BpmCode		division;
	BpmCode		unit;
	char	   *supplier;		/* NULL: none */
	int64		project;		/* 0: none */
	BpmFen		amount;
} BpmContract;

extern bool bpm_find_contract(BpmLedger *ledger, const char *contract_no, BpmContract *contract);
pg_noreturn extern void bpm_no_such_contract(BpmLedger *ledger, const char *contract_no);
extern void bpm_call_contract(BpmCall *call, const char *contract_no, BpmContract *contract);

/* assess.c */
extern void bpm_share_signals(BpmCall *call);

/* site.c */
extern void bpm_require_list(Jsonb *items);
extern bool bpm_read_place(BpmLedger *ledger, const char *text, const char *where, bytea **place,
						   BpmFaults *faults);

/* clause_version.c */
extern void bpm_clause_init(void);

/* suspended.c */
extern void bpm_require_line_of(BpmLedger *ledger, const BpmProject *project, int64 line);

/* stage.c */
extern void bpm_project_init(void);
extern bool bpm_project_under_way(const BpmProject *project);

#endif
