/*
 * private.h
 *	  Shared among the files of planning that deal with requests.
 */
#ifndef BPM_PLANNING_PRIVATE_H
#define BPM_PLANNING_PRIVATE_H

#include "base/operators.h"
#include "base/rows.h"
#include "planning/planning.h"
#include "workflow/call.h"

/* The states of requests that count against a ceiling and cannot be edited. */
#define STANDING	" OPERATOR(pg_catalog.=) ANY ('{submitted,accepted,approved}') "

/* Parameters of a statement, in their order. */
typedef struct BpmParameters
{
	Datum		values[24];
	char		nulls[25];
	int			count;
} BpmParameters;

/* What is wrong with a request: faults with their place, raised together. */
typedef struct BpmFindings
{
	BpmFaults	faults;
	int			sqlstate;		/* of the first one with a code of its own */
	int			coded;			/* how many have that code */
} BpmFindings;

/* An item as it was asked for and found right. */
typedef struct BpmItem
{
	char	   *title;
	BpmCode		func;
	BpmCode		gov_econ;		/* 0: none, as the next one */
	BpmCode		dept_econ;
	char	   *standard;		/* NULL: none, as measure */
	char	   *unit_cost;		/* as numeric writes it */
	char	   *quantity;
	char	   *measure;
	BpmFen		amount;
	bool		procurement;
} BpmItem;

/* Where and for which year a request is. */
typedef struct BpmRequestPlace
{
	BpmPreparation preparation;
	BpmCode		unit;
	BpmCode		division;
	char	   *unit_code;		/* official */
} BpmRequestPlace;

/* A request under its lock. */
typedef struct BpmRequestRow
{
	int64		id;
	int32		preparation;
	BpmCode		division;
	BpmCode		unit;
	char	   *state;
	int64		case_id;		/* 0: none */
	int64		version;		/* the newest one */
	int32		version_no;
	int32		round;
	char	   *kind;			/* of that version */
	BpmFen		amount;
	bool		submitted_before;
} BpmRequestRow;

/* parameters.c */
extern void bpm_bind_int(BpmParameters *parameters, int32 value);
extern void bpm_bind_id(BpmParameters *parameters, int64 value);
extern void bpm_bind_fen(BpmParameters *parameters, BpmFen value);
extern void bpm_bind_bool(BpmParameters *parameters, bool value);
extern void bpm_bind_text(BpmParameters *parameters, const char *value);
extern void bpm_bind_datum(BpmParameters *parameters, Datum value);
extern int	bpm_planning_read(BpmLedger *ledger, const BpmStatement *statement,
							  BpmParameters *parameters);
extern int	bpm_planning_read_latest(BpmLedger *ledger, const BpmStatement *statement,
									 BpmParameters *parameters);
extern int	bpm_planning_store(BpmLedger *ledger, const char *table,
							   const BpmStatement *statement, BpmParameters *parameters);

/* findings.c */
typedef void (*BpmAttempt) (BpmLedger *ledger, void *argument);
extern void bpm_finding(BpmFindings *findings, int sqlstate, const char *place, char *text);
extern bool bpm_attempt(BpmLedger *ledger, BpmAttempt attempt, void *argument,
						bool detailed, BpmFindings *findings, const char *place);
extern void bpm_raise_findings(const BpmFindings *findings, const char *what);

/* preparation.c */
extern void bpm_preparation_require(BpmLedger *ledger, int32 id, bool lock,
									BpmPreparation *preparation);
extern bool bpm_preparation_share(BpmLedger *ledger, int32 id, BpmPreparation *preparation);
extern void bpm_preparation_open(const BpmPreparation *preparation);
extern void bpm_request_place(BpmLedger *ledger, int32 preparation, const char *unit,
							  BpmRequestPlace *place);

/* rounds.c */
extern void bpm_make_rounds(BpmLedger *ledger, const BpmPreparation *preparation, Jsonb *rounds);
extern void bpm_require_open_round(BpmLedger *ledger, const BpmPreparation *preparation,
								   BpmCode division, BpmCode unit, int round);
extern bool bpm_round_known(BpmLedger *ledger, int32 preparation, int round, bool *binds);

/* items.c */
extern BpmItem *bpm_read_items(BpmLedger *ledger, const BpmRequestPlace *place, Jsonb *items,
							   BpmFindings *findings, int *count);
extern BpmFen bpm_items_total(const BpmItem *items, int count, BpmFindings *findings);
extern void bpm_store_items(BpmLedger *ledger, const BpmRequestPlace *place, int64 version,
							const BpmItem *items, int count);
extern char *bpm_wrong_digits(const char *text, int decimals, bool or_zero);
extern bool bpm_read_decimal(const BpmNode *node, const char *key, int decimals, bool or_zero,
							 BpmFindings *findings, char **text);

/* request.c */
extern BpmCode bpm_department_of(BpmLedger *ledger, const BpmRequestPlace *place);
extern int	bpm_unit_round(BpmLedger *ledger, const BpmRequestPlace *place);

/* version.c */
extern void bpm_request_require(BpmCall *call, int64 id, bool of_unit, BpmRequestRow *request);
extern void bpm_request_note(BpmLedger *ledger, const BpmRequestRow *request, const char *reason,
							 const char *login);
extern bool bpm_request_lock(BpmLedger *ledger, int64 id, BpmRequestRow *request);
extern Datum bpm_request_ids(const BpmRequestRow *requests, int count);
extern BpmRequestRow *bpm_requests_read(BpmLedger *ledger, const int64 *ids, int count);
extern void bpm_versions_copy(BpmLedger *ledger, BpmRequestRow *requests, int count, bool hidden,
							  const char *reason, const char *login);
extern void bpm_versions_freeze(BpmLedger *ledger, const BpmRequestRow *requests, int count,
								const char *kind, bool hidden, const char *login);
extern void bpm_request_set(BpmLedger *ledger, int64 request, const char *state, int64 version,
							int64 case_id);

/* review.c */
extern int64 bpm_version_submitted(BpmLedger *ledger, int64 request, int *round);

/* ceiling.c */
extern void bpm_check_ceilings(BpmLedger *ledger, const BpmPreparation *preparation,
							   BpmCode division, BpmCode unit, int round);

#endif
