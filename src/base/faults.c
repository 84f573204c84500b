/*
 * faults.c
 *	  Everything that is wrong with what somebody gave, told at once.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "base/faults.h"

/* Adds a fault that has nothing but its place yet. */
static BpmFault *
next_fault(BpmFaults *faults, const char *path)
{
	BpmFault   *fault;

	if (faults->count == faults->room)
	{
		faults->room = Max(8, faults->room * 2);
		faults->items = faults->items ?
			repalloc(faults->items, faults->room * sizeof(BpmFault)) :
			palloc(faults->room * sizeof(BpmFault));
	}
	fault = &faults->items[faults->count++];
	fault->path = path ? pstrdup(path) : NULL;
	fault->hint = NULL;
	return fault;
}

/* Adds a fault: where, and what. */
void
bpm_fault(BpmFaults *faults, const char *path, const char *format,...)
{
	StringInfoData text;

	initStringInfo(&text);
	for (;;)
	{
		va_list		arguments;
		int			needed;

		va_start(arguments, format);
		needed = appendStringInfoVA(&text, format, arguments);
		va_end(arguments);
		if (needed == 0)
			break;
		enlargeStringInfo(&text, needed);
	}
	next_fault(faults, path)->text = text.data;
}

/* Adds a fault, as half a sentence; where it is and what to do may be NULL. */
void
bpm_add_fault(BpmFaults *faults, const char *where, const char *problem, const char *hint)
{
	BpmFault   *fault = next_fault(faults, where);

	fault->text = pstrdup(problem);
	fault->hint = hint ? pstrdup(hint) : NULL;
}

/* Adds the faults that a statement finds: where, what, and what to do. */
void
bpm_gather_faults(BpmLedger *ledger, const BpmStatement *statement, Datum *values,
				  const char *nulls, BpmFaults *faults)
{
	int			rows = bpm_ledger_execute(ledger, statement, 0, values, nulls);
	SPITupleTable *table = SPI_tuptable;

	for (int i = 0; i < rows; i++)
		bpm_add_fault(faults, SPI_getvalue(table->vals[i], table->tupdesc, 1),
					  SPI_getvalue(table->vals[i], table->tupdesc, 2),
					  SPI_getvalue(table->vals[i], table->tupdesc, 3));
}

/* Gives the faults as rows: where, and what. */
void
bpm_put_faults(const BpmFaults *faults, ReturnSetInfo *result)
{
	for (int i = 0; i < faults->count; i++)
	{
		Datum		values[2] = {CStringGetTextDatum(faults->items[i].path),
		CStringGetTextDatum(faults->items[i].text)};
		bool		nulls[2] = {false, false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/*
 * Refuses what has faults, if it has any: "what" and how many in the message, each
 * with its place in the detail, the most that are listed there (0: all); the hint
 * may be NULL.
 */
void
bpm_refuse_faults(const BpmFaults *faults, int sqlstate, const char *what, int most, const char *hint)
{
	int			listed = most == 0 ? faults->count : Min(faults->count, most);
	StringInfoData list;

	if (faults->count == 0)
		return;
	initStringInfo(&list);
	for (int i = 0; i < listed; i++)
		appendStringInfo(&list, "%s%s: %s", i ? "\n" : "", faults->items[i].path, faults->items[i].text);
	if (faults->count > listed)
		appendStringInfo(&list, "\nand %d more", faults->count - listed);
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg_plural("%s %d fault", "%s %d faults", faults->count, what, faults->count),
			 errdetail_internal("%s", list.data),
			 hint ? errhint("%s", hint) : 0));
}

/* Returns what to do about the faults, each once and on a line of its own; NULL for nothing. */
static char *
hints_of(const BpmFaults *faults)
{
	StringInfoData hints;

	initStringInfo(&hints);
	for (int i = 0; i < faults->count; i++)
	{
		const char *hint = faults->items[i].hint;
		bool		known = hint == NULL;

		for (int j = 0; j < i && !known; j++)
			known = faults->items[j].hint && strcmp(faults->items[j].hint, hint) == 0;
		if (!known)
			appendStringInfo(&hints, "%s%s", hints.len > 0 ? "\n" : "", hint);
	}
	return hints.len > 0 ? hints.data : NULL;
}

/* Raises the faults as one error, each a sentence; returns when there is none. */
void
bpm_raise_faults(const BpmFaults *faults, int sqlstate, const char *message)
{
	StringInfoData list;
	char	   *hints = hints_of(faults);

	if (faults->count == 0)
		return;
	initStringInfo(&list);
	for (int i = 0; i < faults->count; i++)
	{
		const BpmFault *fault = &faults->items[i];

		if (i > 0)
			appendStringInfoChar(&list, '\n');
		if (fault->path)
			appendStringInfo(&list, "%s: %s.", fault->path, fault->text);
		else
			appendStringInfo(&list, "%c%s.", pg_ascii_toupper((unsigned char) fault->text[0]), fault->text + 1);
	}
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s", list.data),
			 hints ? errhint("%s", hints) : 0));
}
