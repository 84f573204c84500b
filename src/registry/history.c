/*
 * history.c
 *	  What changes of divisions and units have in common.
 */
#include "postgres.h"

#include "utils/date.h"
#include "utils/timestamp.h"

#include "registry/registry_private.h"

/* Returns the date in the session's time zone. */
static DateADT
today(void)
{
	return GetSQLCurrentDate();
}

/* Refuses a change that is not after the present state began, or has not come yet. */
void
bpm_check_change_date(const char *what, BpmNode *node, DateADT date)
{
	if (date > today())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("change of %s \"%s\" is dated in the future", what, node->official_code),
				 errdetail("The change is dated %s, today is %s.", bpm_date_text(date),
						   bpm_date_text(today())),
				 errhint("Record it on the day when it takes effect.")));
	if (date < node->valid_from)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("change of %s \"%s\" is dated before its present state",
						what, node->official_code),
				 errdetail("The change is dated %s, the present state (%s) began on %s.",
						   bpm_date_text(date), node->name, bpm_date_text(node->valid_from)),
				 errhint("Record changes in the order of their dates.")));
}

/* Refuses an official code that another node bears now. */
void
bpm_refuse_duplicate(const char *what, const char *official_code, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("%s \"%s\" already exists", what, official_code),
			 errdetail("It is %s.", name),
			 errhint("Rename, move or merge that one, or use another official code.")));
}
