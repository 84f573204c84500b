/*
 * progress.c
 *	  Progress of long operations, in the server's per-backend slots.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/backend_progress.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/progress.h"

/* Far from the numbers that core gives out, one after another from 1. */
#define BPM_PROGRESS_COMMAND	((ProgressCommandType) 99)

/* A text of 24 bytes takes three of the slot's integers. */
#define TEXT_SLOTS		3
#define TEXT_BYTES		(TEXT_SLOTS * sizeof(int64))

enum
{
	SLOT_KIND = 0,
	SLOT_PHASE = SLOT_KIND + TEXT_SLOTS,
	SLOT_DONE = SLOT_PHASE + TEXT_SLOTS,
	SLOT_TOTAL,
	SLOT_STARTED,
	SLOTS
};

/* Puts a text into number slots, cut at a whole character where it is too long. */
static void
pack_text(const char *text, int64 *slots)
{
	memset(slots, 0, TEXT_BYTES);
	memcpy(slots, text, pg_mbcliplen(text, strlen(text), TEXT_BYTES));
}

/* Returns the text that pack_text() put there. */
static Datum
unpack_text(const int64 *slots)
{
	return PointerGetDatum(cstring_to_text_with_len((const char *) slots,
													strnlen((const char *) slots, TEXT_BYTES)));
}

/* Begins to report an operation; what this backend reported before is forgotten. */
void
bpm_progress_start(const char *kind, int64 total)
{
	int			index[SLOTS];
	int64		values[SLOTS] = {0};

	for (int i = 0; i < SLOTS; i++)
		index[i] = i;
	pack_text(kind, &values[SLOT_KIND]);
	values[SLOT_TOTAL] = total;
	values[SLOT_STARTED] = GetCurrentTimestamp();
	pgstat_progress_start_command(BPM_PROGRESS_COMMAND, InvalidOid);
	pgstat_progress_update_multi_param(SLOTS, index, values);
}

/* Names what the operation does now, and how much of it there is. */
void
bpm_progress_phase(const char *phase, int64 total)
{
	int			index[TEXT_SLOTS + 2];
	int64		values[TEXT_SLOTS + 2] = {0};

	for (int i = 0; i < TEXT_SLOTS + 2; i++)
		index[i] = SLOT_PHASE + i;
	pack_text(phase, values);
	values[SLOT_TOTAL - SLOT_PHASE] = total;
	pgstat_progress_update_multi_param(TEXT_SLOTS + 2, index, values);
}

/* Reports that so much of the current phase is done. */
void
bpm_progress_update(int64 done)
{
	pgstat_progress_update_param(SLOT_DONE, done);
}

/* Ends the report; an error does the same. */
void
bpm_progress_end(void)
{
	pgstat_progress_end_command();
}

/* As in pg_stat_activity: what another role does is shown to it and to monitors. */
static bool
may_see(Oid role)
{
	return has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) ||
		has_privs_of_role(GetUserId(), role);
}

/* Returns the role's name, empty when it was dropped meanwhile. */
static text *
role_name(Oid role)
{
	char	   *name = GetUserNameFromId(role, true);

	return cstring_to_text(name ? name : "");
}

/* progress(): one row for each backend of this database that reports. */
PG_FUNCTION_INFO_V1(bpm_progress);
Datum
bpm_progress(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			count = pgstat_fetch_stat_numbackends();

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 1; i <= count; i++)
	{
		PgBackendStatus *backend = &bpm_backend_by_index(i)->backendStatus;
		Datum		values[7];
		bool		nulls[7] = {false};

		if (backend->st_progress_command != BPM_PROGRESS_COMMAND ||
			backend->st_databaseid != MyDatabaseId)
			continue;
		values[0] = Int32GetDatum(backend->st_procpid);
		values[1] = PointerGetDatum(role_name(backend->st_userid));
		if (may_see(backend->st_userid))
		{
			values[2] = unpack_text(&backend->st_progress_param[SLOT_KIND]);
			values[3] = unpack_text(&backend->st_progress_param[SLOT_PHASE]);
			values[4] = Int64GetDatum(backend->st_progress_param[SLOT_DONE]);
			values[5] = Int64GetDatum(backend->st_progress_param[SLOT_TOTAL]);
			values[6] = TimestampTzGetDatum(backend->st_progress_param[SLOT_STARTED]);
		}
		else
			memset(&nulls[2], true, 5);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* report_progress(kind, phase, done, total): the same for PL/pgSQL; a NULL kind ends. */
PG_FUNCTION_INFO_V1(bpm_report_progress);
Datum
bpm_report_progress(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		bpm_progress_end();
	else
	{
		bpm_progress_start(text_to_cstring(PG_GETARG_TEXT_PP(0)), 0);
		bpm_progress_phase(PG_ARGISNULL(1) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(1)),
						   PG_ARGISNULL(3) ? 0 : PG_GETARG_INT64(3));
		bpm_progress_update(PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2));
	}
	PG_RETURN_VOID();
}
