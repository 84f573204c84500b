/*
 * effect.c
 *	  The list of named effects.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/effect.h"

#define MAX_EFFECTS		32

static const BpmEffect *effects[MAX_EFFECTS];
static int	count = 0;

/* Makes an effect known for the life of the backend; called when the library is loaded. */
void
bpm_register_effect(const BpmEffect *effect)
{
	if (count == MAX_EFFECTS)
		elog(ERROR, "more than %d effects", MAX_EFFECTS);
	if (bpm_find_effect(effect->name))
		elog(ERROR, "effect \"%s\" is registered twice", effect->name);
	effects[count++] = effect;
}

/* Returns the effect of that name, NULL if there is none. */
const BpmEffect *
bpm_find_effect(const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(effects[i]->name, name) == 0)
			return effects[i];
	return NULL;
}

/* Lists the effects for a message. */
char *
bpm_list_effects(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < count; i++)
		appendStringInfo(&names, "%s%s", i ? ", " : "", effects[i]->name);
	return names.data;
}
