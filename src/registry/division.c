/*
 * division.c
 *	  Divisions as they come and change: registered, renamed, moved, merged, closed.
 *
 * The table lock lets one change at a time look for a free tree key; readers and
 * foreign keys do not wait for it.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/errors.h"
#include "registry/registry_private.h"

/* Digits of the groups of an official code: 省 市 县 乡 村. */
static const int group_digits[] = {2, 2, 2, 3, 3};

typedef struct Division
{
	BpmNode		node;
	int			level;
} Division;

/* Makes other changes of divisions wait until the end of the transaction. */
static void
lock_divisions(BpmLedger *ledger)
{
	static const BpmStatement lock = {
		"LOCK TABLE @ledger@.division IN SHARE ROW EXCLUSIVE MODE", ""
	};

	bpm_ledger_execute(ledger, &lock, 0, NULL, NULL);
}

/* Reads the division that bears an official code now; false when there is none. */
static bool
find_division(BpmLedger *ledger, const char *official_code, Division *division)
{
	static const BpmStatement find = {
		"SELECT d.code, d.official_code, d.name, d.parent, d.level, v.valid_from"
		"  FROM @ledger@.division d JOIN @ledger@.division_version v"
		"    ON v.division" CODE_EQ "d.code AND v.valid_to IS NULL"
		" WHERE d.official_code" EQ "$1 AND d.valid_to IS NULL", "t"
	};
	Datum		values[] = {CStringGetTextDatum(official_code)};
	bool		isnull;

	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) == 0)
		return false;
	division->node.code = DatumGetInt64(bpm_row_datum(0, 1, &isnull));
	division->node.official_code = bpm_row_text(0, 2);
	division->node.name = bpm_row_text(0, 3);
	division->node.parent = DatumGetInt64(bpm_row_datum(0, 4, &isnull));
	division->node.has_parent = !isnull;
	division->level = DatumGetInt16(bpm_row_datum(0, 5, &isnull));
	division->node.valid_from = DatumGetDateADT(bpm_row_datum(0, 6, &isnull));
	return true;
}

/* Reads a division that must exist now; the lookup words the refusal. */
static void
get_division(BpmLedger *ledger, const char *official_code, Division *division)
{
	if (!find_division(ledger, official_code, division))
	{
		bpm_registry_division(ledger, official_code);
		elog(ERROR, "division \"%s\" has no present version", official_code);
	}
}

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
try_key(BpmLedger *ledger, const char *digits, Division *parent, BpmCode *key)
{
	if (digits[0] == '\0' || strlen(digits) > BPM_CODE_MAX_DIGITS)
		return false;
	*key = bpm_code_from_text(digits);
	if (parent && (*key == parent->node.code || !bpm_code_covers(parent->node.code, *key)))
		return false;
	return key_is_free(ledger, *key, parent ? bpm_code_digits(parent->node.code) : 0);
}

/*
 * Finds a tree key: the official digits where they follow the tree, the parent's
 * key and the code's own groups where only the upper digits do not, else a serial under a
 * group 00, which no official code below that parent begins with.
 */
static BpmCode
assign_key(BpmLedger *ledger, const char *official_code, int level, Division *parent)
{
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
	groups = own_groups(official_code, parent->level, level);
	if (groups && try_key(ledger, psprintf("%s%s", bpm_code_to_text(parent->node.code), groups),
						  parent, &key))
		return key;
	for (int serial = 1; serial <= 999; serial++)
		if (try_key(ledger, psprintf("%s00%03d", bpm_code_to_text(parent->node.code), serial),
					parent, &key))
			return key;
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("no tree key is left below division \"%s\"", parent->node.official_code),
			 errdetail("Tree keys have at most 17 digits, and 999 serials for codes that do not follow the tree.")));
}

/* Begins a state in the history. */
static void
open_version(BpmLedger *ledger, Division *division, const char *change, const char *document)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.division_version"
		" (division, valid_from, official_code, name, parent, level, change, document)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", "cdttcitt"
	};
	Datum		values[] = {
		Int64GetDatum(division->node.code),
		DateADTGetDatum(division->node.valid_from),
		CStringGetTextDatum(division->node.official_code),
		CStringGetTextDatum(division->node.name),
		Int64GetDatum(division->node.parent),
		Int32GetDatum(division->level),
		CStringGetTextDatum(change),
		document ? CStringGetTextDatum(document) : (Datum) 0
	};
	char		nulls[] = "        ";

	nulls[4] = division->node.has_parent ? ' ' : 'n';
	nulls[7] = document ? ' ' : 'n';
	bpm_ledger_execute(ledger, &insert, 0, values, nulls);
}

/* Ends the present state in the history. */
static void
close_version(BpmLedger *ledger, BpmCode division, DateADT date, const char *ending)
{
	static const BpmStatement update = {
		"UPDATE @ledger@.division_version SET valid_to = $2, ending = $3"
		" WHERE division" CODE_EQ "$1 AND valid_to IS NULL", "cdt"
	};
	Datum		values[] = {Int64GetDatum(division), DateADTGetDatum(date),
	CStringGetTextDatum(ending)};

	bpm_ledger_execute(ledger, &update, 0, values, NULL);
}

/* Writes a new node with its first version. */
static void
insert_division(BpmLedger *ledger, Division *division, const char *change, const char *document)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.division (code, official_code, name, parent, level, valid_from)"
		" VALUES ($1, $2, $3, $4, $5, $6)", "cttcid"
	};
	Datum		values[] = {
		Int64GetDatum(division->node.code),
		CStringGetTextDatum(division->node.official_code),
		CStringGetTextDatum(division->node.name),
		Int64GetDatum(division->node.parent),
		Int32GetDatum(division->level),
		DateADTGetDatum(division->node.valid_from)
	};
	char		nulls[] = "      ";

	nulls[3] = division->node.has_parent ? ' ' : 'n';
	bpm_check_length("name of the division", division->node.name, 100);
	bpm_check_length("document", document, 200);
	bpm_ledger_execute(ledger, &insert, 0, values, nulls);
	open_version(ledger, division, change, document);
}

/* Ends a node; its key, its rows and its history stay. */
static void
end_division(BpmLedger *ledger, Division *division, DateADT date, const char *ending,
			 BpmCode successor)
{
	static const BpmStatement update = {
		"UPDATE @ledger@.division SET valid_to = $2, successor = $3"
		" WHERE code" CODE_EQ "$1", "cdc"
	};
	Datum		values[] = {Int64GetDatum(division->node.code), DateADTGetDatum(date),
	Int64GetDatum(successor)};

	bpm_check_change_date("division", &division->node, date);
	bpm_ledger_execute(ledger, &update, 0, values, successor ? NULL : "  n");
	close_version(ledger, division->node.code, date, ending);
}

/* Says what is wrong with a level, or works it out from the parent. */
static int
check_level(const char *official_code, Division *parent, int level)
{
	if (level == 0)
		level = parent ? parent->level + 1 :
			Max(1, Min(4, ((int) strlen(significant_digits(official_code)) + 1) / 2));
	if (level < 1 || level > 4 || (parent && level <= parent->level))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("division \"%s\" cannot have level %d", official_code, level),
				 parent ? errdetail("Its parent %s has level %d; a division has a higher number than what stands above it, and at most 4.",
									parent->node.name, parent->level) :
				 errdetail("Levels are 1 (省), 2 (市), 3 (县) and 4 (乡).")));
	return level;
}

/* Makes a division below parent and returns its tree key. */
PG_FUNCTION_INFO_V1(bpm_register_division);
Datum
bpm_register_division(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	char	   *name = bpm_text_argument(fcinfo, 2, "name");
	char	   *parent_code = bpm_optional_text(fcinfo, 3);
	int			level = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT32(4);
	DateADT		valid_from = bpm_date_argument(fcinfo, 5, "valid_from");
	char	   *document = bpm_optional_text(fcinfo, 6);
	MemoryContext caller = CurrentMemoryContext;
	Division	division = {0};
	Division	parent;
	text	   *key;

	bpm_work_begin(&work, ledger, "register_division");
	lock_divisions(ledger);
	check_official_code(ledger, official_code);
	if (find_division(ledger, official_code, &division))
		bpm_refuse_duplicate("division", official_code, division.node.name);
	if (parent_code)
		get_division(ledger, parent_code, &parent);
	else if (strcmp(official_code, bpm_root_code(ledger)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("division \"%s\" has no parent", official_code),
				 errdetail("Only the root of the ledger, \"%s\", stands below nothing.",
						   bpm_root_code(ledger)),
				 errhint("Name the division above it.")));
	bpm_work_require(&work, parent_code ? parent.node.code : 0, 0);
	division.level = check_level(official_code, parent_code ? &parent : NULL, level);
	division.node.official_code = official_code;
	division.node.name = name;
	division.node.has_parent = parent_code != NULL;
	division.node.parent = parent_code ? parent.node.code : 0;
	division.node.valid_from = valid_from;
	division.node.code = assign_key(ledger, official_code, division.level,
									parent_code ? &parent : NULL);
	insert_division(ledger, &division, "registered", document);
	MemoryContextSwitchTo(caller);
	key = cstring_to_text(bpm_code_to_text(division.node.code));
	bpm_work_end(&work);
	PG_RETURN_TEXT_P(key);
}

/* Corrects the present state when the change is of the day on which it began, else opens another. */
static void
change_version(BpmLedger *ledger, Division *division, DateADT date, const char *document)
{
	static const BpmStatement correct = {
		"UPDATE @ledger@.division_version SET official_code = $2, name = $3, document = $4"
		" WHERE division" CODE_EQ "$1 AND valid_to IS NULL", "cttt"
	};

	if (date > division->node.valid_from)
	{
		close_version(ledger, division->node.code, date, "renamed");
		division->node.valid_from = date;
		open_version(ledger, division, "renamed", document);
	}
	else
	{
		Datum		values[] = {
			Int64GetDatum(division->node.code),
			CStringGetTextDatum(division->node.official_code),
			CStringGetTextDatum(division->node.name),
			document ? CStringGetTextDatum(document) : (Datum) 0
		};

		bpm_ledger_execute(ledger, &correct, 0, values, document ? NULL : "   n");
	}
}

/* Gives a division another name, another official code, or both, from a date on. */
PG_FUNCTION_INFO_V1(bpm_rename_division);
Datum
bpm_rename_division(PG_FUNCTION_ARGS)
{
	static const BpmStatement update = {
		"UPDATE @ledger@.division SET official_code = $2, name = $3 WHERE code" CODE_EQ "$1",
		"ctt"
	};
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	char	   *name = bpm_text_argument(fcinfo, 2, "name");
	DateADT		date = bpm_date_argument(fcinfo, 3, "valid_from");
	char	   *document = bpm_optional_text(fcinfo, 4);
	char	   *new_code = bpm_optional_text(fcinfo, 5);
	Division	division;
	Division	other;
	Datum		values[3];

	bpm_work_begin(&work, ledger, "rename_division");
	lock_divisions(ledger);
	get_division(ledger, official_code, &division);
	bpm_work_require(&work, division.node.code, 0);
	bpm_check_change_date("division", &division.node, date);
	bpm_check_length("name of the division", name, 100);
	bpm_check_length("document", document, 200);
	if (new_code && strcmp(new_code, official_code) != 0)
	{
		check_official_code(ledger, new_code);
		if (find_division(ledger, new_code, &other))
			bpm_refuse_duplicate("division", new_code, other.node.name);
		division.node.official_code = new_code;
	}
	division.node.name = name;
	change_version(ledger, &division, date, document);
	values[0] = Int64GetDatum(division.node.code);
	values[1] = CStringGetTextDatum(division.node.official_code);
	values[2] = CStringGetTextDatum(division.node.name);
	bpm_ledger_execute(ledger, &update, 0, values, NULL);
	bpm_work_end(&work);
	PG_RETURN_VOID();
}

/* Returns the official codes of what stands directly below now. */
static char **
child_codes(BpmLedger *ledger, BpmCode division, int *count)
{
	static const BpmStatement find = {
		"SELECT official_code FROM @ledger@.division"
		" WHERE parent" CODE_EQ "$1 AND valid_to IS NULL ORDER BY code", "c"
	};
	Datum		value = Int64GetDatum(division);
	char	  **codes;

	*count = bpm_ledger_execute(ledger, &find, 0, &value, NULL);
	codes = palloc(Max(*count, 1) * sizeof(char *));
	for (int i = 0; i < *count; i++)
		codes[i] = bpm_row_text(i, 1);
	return codes;
}

/* Says which node took over from one that ended. */
static void
set_successor(BpmLedger *ledger, BpmCode old, BpmCode new)
{
	static const BpmStatement succeed = {
		"UPDATE @ledger@.division SET successor = $2 WHERE code" CODE_EQ "$1", "cc"
	};
	Datum		values[] = {Int64GetDatum(old), Int64GetDatum(new)};

	bpm_ledger_execute(ledger, &succeed, 0, values, NULL);
}

/*
 * Puts a division below another one as a new node, with everything that stands
 * below it, and returns the new key; the old nodes end and name their successors.
 */
static BpmCode
move_division(BpmLedger *ledger, Division *old, Division *parent, int level,
			  DateADT date, const char *document, const char *new_code)
{
	Division	moved = *old;
	char	  **children;
	int			count;

	moved.level = level;
	moved.node.official_code = pstrdup(new_code);
	moved.node.has_parent = true;
	moved.node.parent = parent->node.code;
	moved.node.valid_from = date;
	moved.node.code = assign_key(ledger, new_code, level, parent);

	/* Two living nodes cannot bear one code, so the old one ends before its successor exists. */
	end_division(ledger, old, date, "moved away", 0);
	insert_division(ledger, &moved, "moved in", document);
	set_successor(ledger, old->node.code, moved.node.code);
	bpm_change_units_division(ledger, old->node.code, moved.node.code, date, document);
	children = child_codes(ledger, old->node.code, &count);
	for (int i = 0; i < count; i++)
	{
		Division	child;

		get_division(ledger, children[i], &child);
		move_division(ledger, &child, &moved, child.level, date, document, children[i]);
	}
	return moved.node.code;
}

/* Refuses a division that would go into itself or below itself. */
static void
refuse_own_subtree(Division *division, Division *target)
{
	if (bpm_code_covers(division->node.code, target->node.code))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("division \"%s\" cannot go into itself", division->node.official_code),
				 errdetail("%s (\"%s\") is it or stands below it.", target->node.name,
						   target->node.official_code)));
}

/* Moves a division with its subtree below another one from a date on; returns the new tree key. */
PG_FUNCTION_INFO_V1(bpm_move_division);
Datum
bpm_move_division(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	char	   *to_parent = bpm_text_argument(fcinfo, 2, "to_parent");
	DateADT		date = bpm_date_argument(fcinfo, 3, "valid_from");
	char	   *document = bpm_optional_text(fcinfo, 4);
	char	   *new_code = bpm_optional_text(fcinfo, 5);
	MemoryContext caller = CurrentMemoryContext;
	Division	division;
	Division	parent;
	Division	other;
	BpmCode		code;
	text	   *key;

	bpm_work_begin(&work, ledger, "move_division");
	lock_divisions(ledger);
	get_division(ledger, official_code, &division);
	get_division(ledger, to_parent, &parent);
	bpm_work_require(&work, division.node.code, 0);
	bpm_work_require(&work, parent.node.code, 0);
	refuse_own_subtree(&division, &parent);
	if (new_code && strcmp(new_code, official_code) != 0)
	{
		check_official_code(ledger, new_code);
		if (find_division(ledger, new_code, &other))
			bpm_refuse_duplicate("division", new_code, other.node.name);
	}
	bpm_check_change_date("division", &division.node, date);
	code = move_division(ledger, &division, &parent,
						 check_level(official_code, &parent, division.level),
						 date, document, new_code ? new_code : official_code);
	MemoryContextSwitchTo(caller);
	key = cstring_to_text(bpm_code_to_text(code));
	bpm_work_end(&work);
	PG_RETURN_TEXT_P(key);
}

/* Ends one division in favour of another, after what stood below it has moved there. */
static void
merge_division(BpmLedger *ledger, Division *division, Division *target, DateADT date,
			   const char *document)
{
	char	  **children;
	int			count;

	refuse_own_subtree(division, target);
	bpm_check_change_date("division", &division->node, date);
	children = child_codes(ledger, division->node.code, &count);
	for (int i = 0; i < count; i++)
	{
		Division	child;

		get_division(ledger, children[i], &child);
		move_division(ledger, &child, target, check_level(children[i], target, child.level),
					  date, document, children[i]);
	}
	end_division(ledger, division, date, "merged", target->node.code);
	bpm_change_units_division(ledger, division->node.code, target->node.code, date, document);
}

/* Merges divisions into one that exists; returns how many ended. */
PG_FUNCTION_INFO_V1(bpm_merge_divisions);
Datum
bpm_merge_divisions(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	int			count;
	char	  **codes = bpm_text_list(fcinfo, 1, "official_codes", &count);
	char	   *into = bpm_text_argument(fcinfo, 2, "into_code");
	DateADT		date = bpm_date_argument(fcinfo, 3, "valid_from");
	char	   *document = bpm_optional_text(fcinfo, 4);
	Division	target;

	bpm_work_begin(&work, ledger, "merge_divisions");
	lock_divisions(ledger);
	get_division(ledger, into, &target);
	bpm_work_require(&work, target.node.code, 0);
	for (int i = 0; i < count; i++)
	{
		Division	division;

		get_division(ledger, codes[i], &division);
		bpm_work_require(&work, division.node.code, 0);
		merge_division(ledger, &division, &target, date, document);
	}
	bpm_work_end(&work);
	PG_RETURN_INT32(count);
}

/* Ends a division that has nothing below it and no units. */
PG_FUNCTION_INFO_V1(bpm_close_division);
Datum
bpm_close_division(PG_FUNCTION_ARGS)
{
	static const BpmStatement in_use = {
		"SELECT official_code, name FROM @ledger@.division"
		" WHERE parent" CODE_EQ "$1 AND valid_to IS NULL"
		" UNION ALL SELECT official_code, name FROM @ledger@.unit"
		" WHERE division" CODE_EQ "$1 AND valid_to IS NULL LIMIT 1", "c"
	};
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	DateADT		date = bpm_date_argument(fcinfo, 2, "valid_from");
	Division	division;
	Datum		value;

	bpm_work_begin(&work, ledger, "close_division");
	lock_divisions(ledger);
	get_division(ledger, official_code, &division);
	bpm_work_require(&work, division.node.code, 0);
	bpm_lock_units(ledger);
	value = Int64GetDatum(division.node.code);
	if (bpm_ledger_execute(ledger, &in_use, 0, &value, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("division \"%s\" is still in use", official_code),
				 errdetail("%s (\"%s\") belongs to it.", bpm_row_text(0, 2), bpm_row_text(0, 1)),
				 errhint("Merge the division into another one, or close what belongs to it first.")));
	end_division(ledger, &division, date, "abolished", 0);
	bpm_work_end(&work);
	PG_RETURN_VOID();
}
