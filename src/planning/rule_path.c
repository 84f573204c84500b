/*
 * rule_path.c
 *	  What a jsonpath names, and what it finds.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonpath.h"

#include "planning/rule.h"

static void look_at(JsonPathItem *item, BpmPathUse *use);

/* Adds a name to a list of them, once. */
static List *
add_name(List *names, const char *text, int length)
{
	char	   *name = pnstrdup(text, length);
	ListCell   *cell;

	foreach(cell, names)
		if (strcmp(lfirst(cell), name) == 0)
			return names;
	return lappend(names, name);
}

/* Looks at the operands of an item, the kinds of which differ by its type. */
static void
look_at_operands(JsonPathItem *item, BpmPathUse *use)
{
	JsonPathItem operand;

	switch (item->type)
	{
		case jpiAnd:
		case jpiOr:
		case jpiEqual:
		case jpiNotEqual:
		case jpiLess:
		case jpiGreater:
		case jpiLessOrEqual:
		case jpiGreaterOrEqual:
		case jpiAdd:
		case jpiSub:
		case jpiMul:
		case jpiDiv:
		case jpiMod:
		case jpiStartsWith:
			jspGetLeftArg(item, &operand);
			look_at(&operand, use);
			jspGetRightArg(item, &operand);
			look_at(&operand, use);
			break;
		case jpiNot:
		case jpiIsUnknown:
		case jpiPlus:
		case jpiMinus:
		case jpiFilter:
		case jpiExists:
			jspGetArg(item, &operand);
			look_at(&operand, use);
			break;
		case jpiLikeRegex:
			jspInitByBuffer(&operand, item->base, item->content.like_regex.expr);
			look_at(&operand, use);
			break;
		case jpiIndexArray:
			for (int i = 0; i < item->content.array.nelems; i++)
			{
				JsonPathItem to;

				if (jspGetArraySubscript(item, &operand, &to, i))
					look_at(&to, use);
				look_at(&operand, use);
			}
			break;
		default:
			break;
	}
}

/* Looks at an item of a path and all that follows it. */
static void
look_at(JsonPathItem *item, BpmPathUse *use)
{
	JsonPathItem next;
	int32		length;

	check_stack_depth();
	if (item->type == jpiVariable)
	{
		char	   *name = jspGetString(item, &length);

		use->variables = add_name(use->variables, name, length);
	}
	use->inexact |= item->type == jpiDouble;
	look_at_operands(item, use);
	if (!jspGetNext(item, &next))
	{
		use->whole |= item->type == jpiRoot;
		return;
	}
	if (item->type == jpiRoot && next.type == jpiKey)
	{
		char	   *name = jspGetString(&next, &length);

		use->members = add_name(use->members, name, length);
	}
	else
		use->whole |= item->type == jpiRoot;
	look_at(&next, use);
}

/* Adds what a path names to what others did. */
void
bpm_path_use(Datum path, BpmPathUse *use)
{
	JsonPathItem item;

	jspInit(&item, DatumGetJsonPathP(path));
	look_at(&item, use);
}
