/*
 * budgetpm.c
 *	  The library's entry point: the magic block, and nothing that belongs to
 *	  a module.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "access/access.h"
#include "base/compat.h"
#include "base/guard.h"
#include "base/ledger.h"
#include "cap/cap.h"
#include "ledger/effect.h"
#include "ledger/segment.h"
#include "planning/draft.h"
#include "planning/planning.h"
#include "project/project.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

/* Reserves our GUC prefix and registers what must outlive single calls. */
void
_PG_init(void)
{
	MarkGUCPrefixReserved("budgetpm");
	bpm_ledger_init();
	bpm_access_init();
	bpm_guard_init();
	bpm_cap_init();
	bpm_segment_init();
	bpm_ledger_effects_init();
	bpm_planning_init();
	bpm_draft_init();
	bpm_project_init();
}
