/*
 * faults.c
 *	  Everything that is wrong with what somebody gave, told at once.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/faults.h"

/* Adds a fault: where, and what. */
void
bpm_fault(BpmFaults *faults, const char *path, const char *format,...)
{
	StringInfoData text;

	if (faults->count == faults->room)
	{
		faults->room = Max(8, faults->room * 2);
		faults->items = faults->items ?
			repalloc(faults->items, faults->room * sizeof(BpmFault)) :
			palloc(faults->room * sizeof(BpmFault));
	}
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
	faults->items[faults->count].path = pstrdup(path);
	faults->items[faults->count++].text = text.data;
}
