/*
 * registry_private.h
 *	  Shared among the files of this module.
 */
#ifndef BPM_REGISTRY_PRIVATE_H
#define BPM_REGISTRY_PRIVATE_H

#include "fmgr.h"

#include "base/arguments.h"
#include "base/operators.h"
#include "registry/registry.h"

/*
 * A change to the registry in progress: the caller has EXECUTE on the operation, and
 * statements run as the ledger's owner, over whose tables nobody holds DML.
 */
typedef struct BpmWork
{
	BpmLedger  *ledger;
	const char *operation;
	BpmOwnerScope owner;
} BpmWork;

/* work.c */
extern void bpm_work_begin(BpmWork *work, BpmLedger *ledger, const char *operation);
extern void bpm_work_require(BpmWork *work, BpmCode division, BpmCode unit);
extern void bpm_work_end(BpmWork *work);

/* lookup.c */
extern void bpm_check_reader(BpmLedger *ledger);
extern char *bpm_root_code(BpmLedger *ledger);
extern void bpm_reading_begin(BpmLedger *ledger, BpmOwnerScope *scope);
extern void bpm_reading_end(BpmOwnerScope *scope);
extern char *bpm_row_name(int row, int column);
extern Datum bpm_row_datum(int row, int column, bool *isnull);

/* arguments.c */
extern char *bpm_text_argument(FunctionCallInfo fcinfo, int number, const char *name);
extern DateADT bpm_date_argument(FunctionCallInfo fcinfo, int number, const char *name);
extern int32 bpm_int_argument(FunctionCallInfo fcinfo, int number, const char *name);
extern char **bpm_text_list(FunctionCallInfo fcinfo, int number, const char *name, int *count);
extern char *bpm_date_text(DateADT date);
extern void bpm_check_length(const char *name, const char *value, int limit);

#endif
