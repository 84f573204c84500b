/*
 * faults.c
 *	  Everything that is wrong with a request, told at once.
 */
#include "postgres.h"

#include "project/site.h"

/* Begins with no fault. */
void
bpm_faults_init(BpmFaultList *faults)
{
	faults->count = 0;
	faults->hints = NIL;
	initStringInfo(&faults->text);
}

/* Tells whether a hint has been given already. */
static bool
is_known(const BpmFaultList *faults, const char *hint)
{
	ListCell   *cell;

	foreach(cell, faults->hints)
		if (strcmp(lfirst(cell), hint) == 0)
			return true;
	return false;
}

/* Adds a fault, as half a sentence; where it is and what to do may be NULL. */
void
bpm_add_fault(BpmFaultList *faults, const char *where, const char *problem, const char *hint)
{
	faults->count++;
	if (faults->text.len > 0)
		appendStringInfoChar(&faults->text, '\n');
	if (where)
		appendStringInfo(&faults->text, "%s: %s.", where, problem);
	else
		appendStringInfo(&faults->text, "%c%s.", pg_ascii_toupper((unsigned char) problem[0]), problem + 1);
	if (hint && !is_known(faults, hint))
		faults->hints = lappend(faults->hints, pstrdup(hint));
}

/* Raises the faults as one error; returns when there is none. */
void
bpm_raise_faults(const BpmFaultList *faults, int sqlstate, const char *message)
{
	StringInfoData hints;
	ListCell   *cell;

	if (faults->count == 0)
		return;
	initStringInfo(&hints);
	foreach(cell, faults->hints)
		appendStringInfo(&hints, "%s%s", hints.len > 0 ? "\n" : "", (char *) lfirst(cell));
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s", faults->text.data),
			 hints.len > 0 ? errhint("%s", hints.data) : 0));
}
