/*
 * registry.h
 *	  What a code that a client sends stands for in a ledger.
 *
 * Every function reads as the ledger's owner, whoever the caller is, and fails
 * with 23503, DETAIL and HINT where the ledger does not hold the code.
 */
#ifndef BPM_REGISTRY_H
#define BPM_REGISTRY_H

#include "postgres.h"

#include "utils/date.h"
#include "utils/jsonb.h"

#include "base/ledger.h"
#include "types/types.h"

/* lookup.c */
extern void bpm_registry_unit(BpmLedger *ledger, const char *official_code,
							  BpmCode *unit, BpmCode *division);
extern BpmCode bpm_registry_division(BpmLedger *ledger, const char *official_code);
extern bool bpm_registry_find_division(BpmLedger *ledger, const char *official_code,
									   BpmCode *division, BpmRefusal *refusal);
extern void bpm_registry_fund_type(BpmLedger *ledger, const char *fund_type);
pg_noreturn extern void bpm_no_such_project(BpmLedger *ledger, const char *official_code);
extern int64 bpm_registry_project(BpmLedger *ledger, const char *official_code);
extern Jsonb *bpm_registry_setting(BpmLedger *ledger, BpmCode division,
								   const char *key, DateADT as_of);

/* project.c */
extern void bpm_registry_category(BpmLedger *ledger, BpmCode division, const char *category);
extern bool bpm_registry_pool_required(BpmLedger *ledger, int64 project, BpmCode division);

/* classification.c */
extern BpmCode bpm_registry_classification(BpmLedger *ledger, const char *scheme,
										   int fiscal_year, const char *official_code);
extern BpmCode bpm_registry_subtree(BpmLedger *ledger, const char *scheme, int fiscal_year,
									const char *official_code);

/* element.c */
extern void bpm_registry_elements(BpmLedger *ledger, int fiscal_year, Jsonb *elements);

#endif
