/*
 * form_private.h
 *	  Shared among the files of this module.
 */
#ifndef BPM_FORM_PRIVATE_H
#define BPM_FORM_PRIVATE_H

#include "utils/numeric.h"

#include "base/operators.h"
#include "form/form.h"
#include "workflow/call.h"

/* $4 with every category above it: what is asked of projects is asked of each kind of them. */
#define CATEGORIES_ABOVE \
	"WITH RECURSIVE up(category) AS (SELECT $4 COLLATE pg_catalog.\"C\"" \
	" UNION SELECT c.parent::pg_catalog.text FROM @ledger@.profile_category c" \
	" JOIN up ON c.category" EQ "up.category WHERE c.parent IS NOT NULL)"

/* The fields that form $1 has today in division $2, unit $3, for category $4. */
#define FIELDS_IN_FORCE \
	" f.form" EQ "$1 AND f.active AND f.valid_from OPERATOR(pg_catalog.<=) " SERVER_DATE \
	" AND (f.valid_to IS NULL OR f.valid_to OPERATOR(pg_catalog.>) " SERVER_DATE ")" \
	" AND f.division OPERATOR(budgetpm.@>) $2 AND (f.unit IS NULL OR f.unit OPERATOR(budgetpm.@>) $3)" \
	" AND (f.category IS NULL OR f.category" EQ "ANY (SELECT up.category FROM up))"

typedef struct BpmFormField
{
	char	   *name;
	char	   *label;
	char		type;			/* t text, n number, i integer, d date, b boolean,
								 * c choice, a amount */
	bool		required;
	Jsonb	   *options;		/* NULL: none, as all that follow */
	Numeric		minimum;
	Numeric		maximum;
	int			max_length;		/* 0: as long as any */
	char	   *rule;
	char	   *message;
} BpmFormField;

/* Length of a text for which no field says another. */
#define LONGEST_TEXT	4000

/* describe.c */
extern void bpm_form_place(BpmCall *call, const char *unit_code, const char *division_code,
						   BpmCode *division, BpmCode *unit);

/* value.c */
extern char *bpm_field_fault(const BpmFormField *field, JsonbValue *value);
extern bool bpm_option_value(JsonbValue *option, JsonbValue *value);

#endif
