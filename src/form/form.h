/*
 * form.h
 *	  Fields that divisions and units add to the forms of requests and projects
 *	  (自定义表单), and the check of what is filled in.
 */
#ifndef BPM_FORM_H
#define BPM_FORM_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "base/ledger.h"
#include "types/types.h"

/*
 * Refuses attributes (NULL: none) that the form "request" or "project" of that place
 * and category (NULL: none) does not allow: 22023, with every bad field in its DETAIL.
 * partial: what is required may still be missing, as in a draft.
 */
extern void bpm_check_attributes(BpmLedger *ledger, const char *form, BpmCode division,
								 BpmCode unit, const char *category, Jsonb *attributes);
extern void bpm_check_some_attributes(BpmLedger *ledger, const char *form, BpmCode division,
									  BpmCode unit, const char *category, Jsonb *attributes,
									  bool partial);

#endif
