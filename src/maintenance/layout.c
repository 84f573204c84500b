/*
 * layout.c
 *	  What maintenance has to ask the server and the library, and SQL cannot.
 */
#include "postgres.h"

#include "commands/extension.h"
#include "fmgr.h"

#include "base/ledger.h"

/* newest_layout(): the layout of ledgers that this library makes. */
PG_FUNCTION_INFO_V1(bpm_newest_layout);
Datum
bpm_newest_layout(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(BPM_LAYOUT_NEWEST);
}

/*
 * refuse_extension_script(): fails inside CREATE or ALTER EXTENSION.  Whatever is
 * made there becomes a member of that extension: a ledger would be left out of
 * dumps, and go with DROP EXTENSION without a question.
 */
PG_FUNCTION_INFO_V1(bpm_refuse_extension_script);
Datum
bpm_refuse_extension_script(PG_FUNCTION_ARGS)
{
	if (creating_extension)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a ledger cannot be made or changed inside an extension script"),
				 errdetail("It would become part of that extension: left out of dumps, and dropped with it."),
				 errhint("Run it after CREATE EXTENSION.")));
	PG_RETURN_VOID();
}
