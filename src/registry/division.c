/*
 * division.c
 *	  Divisions: their official codes, levels and tree keys, and what may end one.
 *
 * What they have in common with units is in node.c.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/errors.h"
#include "base/rows.h"
#include "registry/node.h"

/* Digits of the groups of an official code: 省 市 县 乡 村. */
static const int group_digits[] = {2, 2, 2, 3, 3};

/* Official codes of a ledger are digits, as many as its root's. */
static void
check_official_code(BpmLedger *ledger, const char *official_code)
{
	char	   *root = bpm_root_code(ledger);

	if (strlen(official_code) != strlen(root) ||
		strspn(official_code, "0123456789") != strlen(official_code))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("official code \"%s\" is not %d digits", official_code,
						(int) strlen(root)),
				 errdetail("Codes of divisions (财政区划) in ledger %s have %d digits, as its root \"%s\" has.",
						   ledger->schema, (int) strlen(root), root),
				 errhint("Fill up with zeros on the right, or cut zeros there.")));
}

/* Copies the groups of digits up to the last one that is not all zero. */
static char *
significant_digits(const char *official_code)
{
	int			length = strlen(official_code);
	int			position = 0;
	int			significant = 0;

	for (int i = 0; i < lengthof(group_digits) && position < length; i++)
	{
		int			end = Min(position + group_digits[i], length);

		if (strspn(official_code + position, "0") < end - position)
			significant = end;
		position = end;
	}
	return pnstrdup(official_code, significant);
}

/* The digits of the code's own groups, after those of a level above it; NULL when they are all zero. */
static char *
own_groups(const char *official_code, int above, int level)
{
	int			from = 0;
	int			digits = 0;

	for (int i = 0; i < level; i++)
	{
		if (i < above)
			from += group_digits[i];
		else
			digits += group_digits[i];
	}
	if (from + digits > (int) strlen(official_code) ||
		strspn(official_code + from, "0") >= digits)
		return NULL;
	return pnstrdup(official_code + from, digits);
}

/* Whether nothing of the tree but the parent and what is above it overlaps the key. */
static bool
key_is_free(BpmLedger *ledger, BpmCode key, int from_digits)
{
	static const BpmStatement below = {
		"SELECT 1 FROM @ledger@.division WHERE code OPERATOR(budgetpm.<@) $1 LIMIT 1", "c"
	};
	static const BpmStatement here = {
		"SELECT 1 FROM @ledger@.division WHERE code" CODE_EQ "$1", "c"
	};
	Datum		value = Int64GetDatum(key);

	if (bpm_ledger_execute(ledger, &below, 0, &value, NULL) > 0)
		return false;
	for (int digits = from_digits + 1; digits < bpm_code_digits(key); digits++)
	{
		value = Int64GetDatum(bpm_code_prefix(key, digits));
		if (bpm_ledger_execute(ledger, &here, 0, &value, NULL) > 0)
			return false;
	}
	return true;
}

/* Whether the digits make a key below the parent that overlaps nothing; sets it. */
static bool
try_key(BpmLedger *ledger, const char *digits, const BpmTreeNode *parent, BpmCode *key)
{
	if (digits[0] == '\0' || strlen(digits) > BPM_CODE_MAX_DIGITS)
		return false;
	*key = bpm_code_from_text(digits);
	if (parent && (*key == parent->code || !bpm_code_covers(parent->code, *key)))
		return false;
	return key_is_free(ledger, *key, parent ? bpm_code_digits(parent->code) : 0);
}

/*
 * Finds a tree key: the official digits where they follow the tree, the parent's
 * key and the code's own groups where only the upper digits do not, else a serial under a
 * group 00, which no official code below that parent begins with.
 */
static BpmCode
assign_key(BpmLedger *ledger, const BpmTreeNode *node, const BpmTreeNode *parent)
{
	const char *official_code = node->official_code;
	char	   *digits = significant_digits(official_code);
	char	   *groups;
	BpmCode		key;

	if (try_key(ledger, digits, parent, &key))
		return key;
	if (parent == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("official code \"%s\" cannot be the root of a ledger", official_code),
				 errdetail("A root's code has a group of digits that is not all zero, and a ledger has one root.")));
	groups = own_groups(official_code, parent->level, node->level);
	if (groups && try_key(ledger, psprintf("%s%s", bpm_code_to_text(parent->code), groups),
						  parent, &key))
		return key;
	for (int serial = 1; serial <= 999; serial++)
		if (try_key(ledger, psprintf("%s00%03d", bpm_code_to_text(parent->code), serial),
					parent, &key))
			return key;
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("no tree key is left below division \"%s\"", parent->official_code),
			 errdetail("Tree keys have at most 17 digits, and 999 serials for codes that do not follow the tree.")));
}

/* Works a level out from the parent where there is none yet, and refuses what is not below it. */
static void
fit_level(BpmTreeNode *node, const BpmTreeNode *parent)
{
	if (node->level == 0)
		node->level = parent ? parent->level + 1 :
			Max(1, Min(4, ((int) strlen(significant_digits(node->official_code)) + 1) / 2));
	if (node->level < 1 || node->level > 4 || (parent && node->level <= parent->level))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("division \"%s\" cannot have level %d", node->official_code, node->level),
				 parent ? errdetail("Its parent %s has level %d; a division has a higher number than what stands above it, and at most 4.",
									parent->name, parent->level) :
				 errdetail("Levels are 1 (省), 2 (市), 3 (县) and 4 (乡).")));
}

/* Refuses an official code that no division bears now. */
static void
refuse_unknown(BpmLedger *ledger, const char *official_code)
{
	bpm_registry_division(ledger, official_code);
}

/* Makes sure that the caller has a duty over the whole division. */
static void
authorize(BpmWork *work, const BpmTreeNode *division)
{
	bpm_work_require(work, division->code, 0);
}

/* Refuses to close a division with divisions or units in it, and keeps new units out. */
static void
refuse_in_use(BpmLedger *ledger, const BpmTree *tree, const BpmTreeNode *division)
{
	static const BpmStatement in_use = {
		"SELECT official_code, name FROM @ledger@.division"
		" WHERE parent" CODE_EQ "$1 AND valid_to IS NULL"
		" UNION ALL SELECT official_code, name FROM @ledger@.unit"
		" WHERE division" CODE_EQ "$1 AND valid_to IS NULL LIMIT 1", "c"
	};
	Datum		value = Int64GetDatum(division->code);

	bpm_lock_units(ledger);
	if (bpm_ledger_execute(ledger, &in_use, 0, &value, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("division \"%s\" is still in use", division->official_code),
				 errdetail("%s (\"%s\") belongs to it.", bpm_result_text(0, 2), bpm_result_text(0, 1)),
				 errhint("Merge the division into another one, or close what belongs to it first.")));
}

static const BpmTree divisions = {
	.what = "division",
	.name_length = 100,
	.one_root = true,
	.check_code = check_official_code,
	.refuse_unknown = refuse_unknown,
	.authorize = authorize,
	.fit = fit_level,
	.assign_key = assign_key,
	.refuse_in_use = refuse_in_use,
	.hand_over = bpm_change_units_division,
	BPM_TREE_STATEMENTS("division",
						"n.level, NULL::budgetpm.budget_code, NULL::pg_catalog.text",
						", level", ", $6")
};

/* Refuses a division below nothing that is not the root of the ledger. */
static void
check_root(BpmLedger *ledger, const char *official_code)
{
	char	   *root = bpm_root_code(ledger);

	if (strcmp(official_code, root) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("division \"%s\" has no parent", official_code),
				 errdetail("Only the root of the ledger, \"%s\", stands below nothing.", root),
				 errhint("Name the division above it.")));
}

/* Makes a division below parent and returns its tree key. */
PG_FUNCTION_INFO_V1(bpm_register_division);
Datum
bpm_register_division(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	BpmTreeNode node = {0};
	BpmTreeNode *parent;
	char	   *parent_code;
	char	   *document;

	node.official_code = bpm_text_argument(fcinfo, 1, "official_code");
	node.name = bpm_text_argument(fcinfo, 2, "name");
	parent_code = bpm_optional_argument(fcinfo, 3);
	node.level = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT32(4);
	node.valid_from = bpm_date_argument(fcinfo, 5, "valid_from");
	document = bpm_optional_argument(fcinfo, 6);

	bpm_tree_begin(&work, ledger, &divisions, "register_division");
	parent = bpm_node_prepare(ledger, &divisions, &node, parent_code);
	if (parent == NULL)
		check_root(ledger, node.official_code);
	bpm_work_require(&work, node.parent, 0);
	bpm_node_register(ledger, &divisions, &node, parent, document);
	bpm_work_end(&work);
	PG_RETURN_TEXT_P(cstring_to_text(bpm_code_to_text(node.code)));
}

/* Gives a division another name, another official code, or both, from a date on. */
PG_FUNCTION_INFO_V1(bpm_rename_division);
Datum
bpm_rename_division(PG_FUNCTION_ARGS)
{
	return bpm_node_rename(fcinfo, &divisions, "rename_division");
}

/* Moves a division with its subtree below another one from a date on; returns the new tree key. */
PG_FUNCTION_INFO_V1(bpm_move_division);
Datum
bpm_move_division(PG_FUNCTION_ARGS)
{
	return bpm_node_move(fcinfo, &divisions, "move_division");
}

/* Merges divisions into one that exists; returns how many ended. */
PG_FUNCTION_INFO_V1(bpm_merge_divisions);
Datum
bpm_merge_divisions(PG_FUNCTION_ARGS)
{
	return bpm_nodes_merge(fcinfo, &divisions, "merge_divisions");
}

/* Ends a division that has nothing below it and no units. */
PG_FUNCTION_INFO_V1(bpm_close_division);
Datum
bpm_close_division(PG_FUNCTION_ARGS)
{
	return bpm_node_close(fcinfo, &divisions, "close_division");
}
