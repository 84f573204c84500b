/*
 * findings.c
 *	  Everything that is wrong with a request, told at once.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/undo.h"
#include "planning/private.h"

#define SHOWN_FINDINGS	100

/* Adds a fault that has an SQLSTATE of its own. */
void
bpm_finding(BpmFindings *findings, int sqlstate, const char *place, char *text)
{
	if (findings->sqlstate == 0)
		findings->sqlstate = sqlstate;
	findings->coded += findings->sqlstate == sqlstate;
	bpm_fault(&findings->faults, place, "%s", text);
}

/* Keeps the error just caught as a fault, unless it is none of the caller's. */
static void
keep_error(BpmFindings *findings, const char *place, bool detailed, ErrorData *error)
{
	int			class = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	if (class != ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION) &&
		class != ERRCODE_TO_CATEGORY(ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION))
		ReThrowError(error);
	bpm_finding(findings, error->sqlerrcode, place,
				detailed && error->detail ? psprintf("%s: %s", error->message, error->detail) :
				error->hint ? psprintf("%s (%s)", error->message, error->hint) :
				pstrdup(error->message));
}

/* Something that raises its refusal, for a ledger. */
typedef struct Attempt
{
	BpmLedger  *ledger;
	BpmAttempt	attempt;
	void	   *argument;
} Attempt;

/* Runs what raises its refusal. */
static void
run_attempt(void *argument)
{
	Attempt    *run = argument;

	run->attempt(run->ledger, run->argument);
}

/*
 * Runs what raises its refusal, and keeps that as a fault, with its hint, or detailed;
 * false for one that was refused.
 */
bool
bpm_attempt(BpmLedger *ledger, BpmAttempt attempt, void *argument, bool detailed,
			BpmFindings *findings, const char *place)
{
	Attempt		run = {ledger, attempt, argument};
	ErrorData  *error = bpm_do_or_undo(run_attempt, &run);

	if (error)
		keep_error(findings, place, detailed, error);
	return error == NULL;
}

/* Refuses with every fault, if there is one; under their SQLSTATE where all have the same. */
void
bpm_raise_findings(const BpmFindings *findings, const char *what)
{
	bpm_refuse_faults(&findings->faults,
					  findings->coded == findings->faults.count ? findings->sqlstate :
					  ERRCODE_INVALID_PARAMETER_VALUE,
					  psprintf("%s has", what), SHOWN_FINDINGS, NULL);
}
