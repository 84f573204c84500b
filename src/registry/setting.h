/*
 * setting.h
 *	  What the settings of a profile may be: one declaration, by which registering is
 *	  checked and which the documentation prints.
 */
#ifndef BPM_REGISTRY_SETTING_H
#define BPM_REGISTRY_SETTING_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "base/faults.h"

typedef enum BpmShapeKind
{
	SHAPE_WHOLE,				/* a whole number, written without decimals */
	SHAPE_NUMBER,				/* an exact decimal */
	SHAPE_FLAG,
	SHAPE_TEXT,
	SHAPE_WORD,					/* one of words */
	SHAPE_DAY,					/* YYYY-MM-DD */
	SHAPE_DAY_OF_YEAR,			/* MM-DD */
	SHAPE_LIST,					/* of item */
	SHAPE_TUPLE,				/* as many items as members, each of its own shape */
	SHAPE_OBJECT,				/* members, and no others */
	SHAPE_MAP,					/* any members, each an item */
	SHAPE_EITHER				/* item, or other */
} BpmShapeKind;

typedef struct BpmShape BpmShape;

typedef struct BpmMember
{
	const char *name;
	const BpmShape *shape;
	bool		required;
} BpmMember;

/* What must not hold, as jsonpath, and how it is said. */
typedef struct BpmViolation
{
	const char *path;
	const char *text;
} BpmViolation;

struct BpmShape
{
	BpmShapeKind kind;
	const char *least;			/* of a number; NULL: no end */
	const char *most;
	int			decimals;		/* of a number, at most; 0: any */
	int			fewest;			/* items */
	int			longest;		/* items, or characters of a text; 0: any */
	bool		rising;			/* items by their first member, or the first of a tuple */
	bool		whole_sum;		/* numbers of a map add up to 1 */
	bool		may_be_null;
	const char *const *words;
	const BpmShape *item;
	const BpmShape *other;
	const BpmMember *members;
	const BpmViolation *violations;
};

/* A setting; a key that ends in .* stands for every last part. */
typedef struct BpmSettingKind
{
	const char *key;
	const BpmShape *shape;
	const char *meaning;
	const char *reader;			/* what reads it; NULL: it is kept and shown */
} BpmSettingKind;

/* setting_kinds.c */
extern const BpmSettingKind bpm_setting_kinds[];
extern const BpmSettingKind *bpm_find_setting_kind(const char *key);
extern char *bpm_setting_key_fault(const char *key);

/* setting_shape.c */
extern char *bpm_describe_shape(const BpmShape *shape);
extern void bpm_shape_faults(const BpmShape *shape, const JsonbValue *value, const char *path,
							BpmFaults *faults);

/* setting.c */
extern void bpm_check_setting_value(const char *key, const JsonbValue *value, BpmFaults *faults);
extern void bpm_check_profile_content(const char *profile, Jsonb *content);

#endif
