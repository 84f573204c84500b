/*
 * unit.c
 *	  Budget units as they come and change.
 *
 * A unit's tree key is its parent's key and a serial of fixed width, so that it
 * covers its own subordinates and nothing else.  As in division.c, changes wait
 * for one another.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/errors.h"
#include "registry/registry_private.h"

/* Digits of the serial at each depth: 6, 4, 4 and 3 fill the 17 of a budget_code. */
static const int serial_digits[] = {6, 4, 4, 3};

typedef struct Unit
{
	BpmNode		node;
	BpmCode		division;
	char	   *kind;
} Unit;

/* Makes other changes of units wait until the end of the transaction. */
void
bpm_lock_units(BpmLedger *ledger)
{
	static const BpmStatement lock = {
		"LOCK TABLE @ledger@.unit IN SHARE ROW EXCLUSIVE MODE", ""
	};

	bpm_ledger_execute(ledger, &lock, 0, NULL, NULL);
}

/* Reads the unit that bears an official code now; false when there is none. */
static bool
find_unit(BpmLedger *ledger, const char *official_code, Unit *unit)
{
	static const BpmStatement find = {
		"SELECT u.code, u.official_code, u.name, u.parent, u.division, u.kind, v.valid_from"
		"  FROM @ledger@.unit u JOIN @ledger@.unit_version v"
		"    ON v.unit" CODE_EQ "u.code AND v.valid_to IS NULL"
		" WHERE u.official_code" EQ "$1 AND u.valid_to IS NULL", "t"
	};
	Datum		values[] = {CStringGetTextDatum(official_code)};
	bool		isnull;

	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) == 0)
		return false;
	unit->node.code = DatumGetInt64(bpm_row_datum(0, 1, &isnull));
	unit->node.official_code = bpm_row_text(0, 2);
	unit->node.name = bpm_row_text(0, 3);
	unit->node.parent = DatumGetInt64(bpm_row_datum(0, 4, &isnull));
	unit->node.has_parent = !isnull;
	unit->division = DatumGetInt64(bpm_row_datum(0, 5, &isnull));
	unit->kind = bpm_row_text(0, 6);
	unit->node.valid_from = DatumGetDateADT(bpm_row_datum(0, 7, &isnull));
	return true;
}

/* Reads a unit that must exist now; the lookup words the refusal. */
static void
get_unit(BpmLedger *ledger, const char *official_code, Unit *unit)
{
	BpmCode		code;
	BpmCode		division;

	if (!find_unit(ledger, official_code, unit))
	{
		bpm_registry_unit(ledger, official_code, &code, &division);
		elog(ERROR, "unit \"%s\" has no present version", official_code);
	}
}

/* Refuses what cannot be an official code of a unit. */
static void
check_official_code(const char *official_code)
{
	size_t		length = strlen(official_code);

	if (length > 21 ||
		strspn(official_code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz_.-") != length)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("official code \"%s\" is not a unit code", official_code),
				 errdetail("Codes of units (预算单位代码) have 1 to 21 digits, Latin letters, or any of \"_.-\".")));
}

/* The allowed kinds, and that each stands where it can. */
static void
check_kind(const char *kind, bool has_parent)
{
	bool		top = strcmp(kind, "department") == 0 || strcmp(kind, "finance") == 0;

	if (!top && strcmp(kind, "unit") != 0 && strcmp(kind, "subordinate") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown kind of unit \"%s\"", kind),
				 errdetail("Kinds are: department (主管部门), unit (预算单位), subordinate (基层单位), finance (财政部门).")));
	if (top && has_parent)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a unit of kind \"%s\" cannot stand below another unit", kind),
				 errhint("Leave parent out, or use the kind unit or subordinate.")));
	if (!has_parent && strcmp(kind, "subordinate") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a subordinate unit must have a parent"),
				 errhint("Name the unit above it.")));
}

/* Returns the next key below a parent, or at the top. */
static BpmCode
next_key(BpmLedger *ledger, Unit *parent)
{
	static const BpmStatement last_child = {
		"SELECT code FROM @ledger@.unit WHERE parent" CODE_EQ "$1 ORDER BY code DESC LIMIT 1", "c"
	};
	static const BpmStatement last_top = {
		"SELECT code FROM @ledger@.unit WHERE parent IS NULL ORDER BY code DESC LIMIT 1", ""
	};
	int			above = parent ? bpm_code_digits(parent->node.code) : 0;
	Datum		value = Int64GetDatum(parent ? parent->node.code : 0);
	int			depth = 0;
	int64		serial = 0;
	int64		limit = 1;

	for (int digits = above; digits > 0; digits -= serial_digits[depth++])
		;
	if (depth >= lengthof(serial_digits))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("unit \"%s\" is too deep in the tree to have units below it",
						parent->node.official_code),
				 errdetail("The tree of units has at most %d levels.",
						   (int) lengthof(serial_digits))));
	if (bpm_ledger_execute(ledger, parent ? &last_child : &last_top, 0, &value, NULL) > 0)
	{
		bool		isnull;
		char	   *last = bpm_code_to_text(DatumGetInt64(bpm_row_datum(0, 1, &isnull)));

		serial = strtol(last + above, NULL, 10);
	}
	for (int i = 0; i < serial_digits[depth]; i++)
		limit *= 10;
	if (++serial >= limit)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("no tree key is left for another unit"),
				 errdetail("There are " INT64_FORMAT " keys at this level.", limit - 1)));
	return bpm_code_from_text(psprintf("%s%0*lld",
									   parent ? bpm_code_to_text(parent->node.code) : "",
									   serial_digits[depth], (long long) serial));
}

/* Begins a state in the history. */
static void
open_version(BpmLedger *ledger, Unit *unit, const char *change, const char *document)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.unit_version"
		" (unit, valid_from, official_code, name, division, parent, kind, change, document)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", "cdttccttt"
	};
	Datum		values[] = {
		Int64GetDatum(unit->node.code),
		DateADTGetDatum(unit->node.valid_from),
		CStringGetTextDatum(unit->node.official_code),
		CStringGetTextDatum(unit->node.name),
		Int64GetDatum(unit->division),
		Int64GetDatum(unit->node.parent),
		CStringGetTextDatum(unit->kind),
		CStringGetTextDatum(change),
		document ? CStringGetTextDatum(document) : (Datum) 0
	};
	char		nulls[] = "         ";

	nulls[5] = unit->node.has_parent ? ' ' : 'n';
	nulls[8] = document ? ' ' : 'n';
	bpm_check_length("document", document, 200);
	bpm_ledger_execute(ledger, &insert, 0, values, nulls);
}

/* Ends the present state in the history. */
static void
close_version(BpmLedger *ledger, BpmCode unit, DateADT date, const char *ending)
{
	static const BpmStatement update = {
		"UPDATE @ledger@.unit_version SET valid_to = $2, ending = $3"
		" WHERE unit" CODE_EQ "$1 AND valid_to IS NULL", "cdt"
	};
	Datum		values[] = {Int64GetDatum(unit), DateADTGetDatum(date), CStringGetTextDatum(ending)};

	bpm_ledger_execute(ledger, &update, 0, values, NULL);
}

/* Writes a new node with its first version. */
static void
insert_unit(BpmLedger *ledger, Unit *unit, const char *change, const char *document)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.unit (code, official_code, name, division, parent, kind, valid_from)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)", "cttcctd"
	};
	Datum		values[] = {
		Int64GetDatum(unit->node.code),
		CStringGetTextDatum(unit->node.official_code),
		CStringGetTextDatum(unit->node.name),
		Int64GetDatum(unit->division),
		Int64GetDatum(unit->node.parent),
		CStringGetTextDatum(unit->kind),
		DateADTGetDatum(unit->node.valid_from)
	};
	char		nulls[] = "       ";

	nulls[4] = unit->node.has_parent ? ' ' : 'n';
	bpm_check_length("name of the unit", unit->node.name, 200);
	bpm_ledger_execute(ledger, &insert, 0, values, nulls);
	open_version(ledger, unit, change, document);
}

/* Ends a node; its key, its rows and its history stay. */
static void
end_unit(BpmLedger *ledger, Unit *unit, DateADT date, const char *ending, BpmCode successor)
{
	static const BpmStatement update = {
		"UPDATE @ledger@.unit SET valid_to = $2, successor = $3 WHERE code" CODE_EQ "$1", "cdc"
	};
	Datum		values[] = {Int64GetDatum(unit->node.code), DateADTGetDatum(date),
	Int64GetDatum(successor)};

	bpm_check_change_date("unit", &unit->node, date);
	bpm_ledger_execute(ledger, &update, 0, values, successor ? NULL : "  n");
	close_version(ledger, unit->node.code, date, ending);
}

/* Makes a unit of a division and returns its tree key. */
PG_FUNCTION_INFO_V1(bpm_register_unit);
Datum
bpm_register_unit(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	char	   *name = bpm_text_argument(fcinfo, 2, "name");
	char	   *division = bpm_text_argument(fcinfo, 3, "division");
	char	   *parent_code = bpm_optional_text(fcinfo, 4);
	char	   *kind = bpm_optional_text(fcinfo, 5);
	DateADT		valid_from = bpm_date_argument(fcinfo, 6, "valid_from");
	char	   *document = bpm_optional_text(fcinfo, 7);
	MemoryContext caller = CurrentMemoryContext;
	Unit		unit = {0};
	Unit		parent;
	text	   *key;

	check_official_code(official_code);
	if (kind == NULL)
		kind = parent_code ? "unit" : "department";
	check_kind(kind, parent_code != NULL);
	bpm_work_begin(&work, ledger, "register_unit");
	bpm_lock_units(ledger);
	if (find_unit(ledger, official_code, &unit))
		bpm_refuse_duplicate("unit", official_code, unit.node.name);
	if (parent_code)
		get_unit(ledger, parent_code, &parent);
	unit.node.official_code = official_code;
	unit.node.name = name;
	unit.node.has_parent = parent_code != NULL;
	unit.node.parent = parent_code ? parent.node.code : 0;
	unit.node.valid_from = valid_from;
	unit.division = bpm_registry_division(ledger, division);
	bpm_work_require(&work, unit.division, unit.node.parent);
	unit.kind = kind;
	unit.node.code = next_key(ledger, parent_code ? &parent : NULL);
	insert_unit(ledger, &unit, "registered", document);
	MemoryContextSwitchTo(caller);
	key = cstring_to_text(bpm_code_to_text(unit.node.code));
	bpm_work_end(&work);
	PG_RETURN_TEXT_P(key);
}

/* Corrects the present state when the change is of the day on which it began, else opens another. */
static void
change_version(BpmLedger *ledger, Unit *unit, DateADT date, const char *document)
{
	static const BpmStatement correct = {
		"UPDATE @ledger@.unit_version SET official_code = $2, name = $3, document = $4"
		" WHERE unit" CODE_EQ "$1 AND valid_to IS NULL", "cttt"
	};

	if (date > unit->node.valid_from)
	{
		close_version(ledger, unit->node.code, date, "renamed");
		unit->node.valid_from = date;
		open_version(ledger, unit, "renamed", document);
	}
	else
	{
		Datum		values[] = {
			Int64GetDatum(unit->node.code),
			CStringGetTextDatum(unit->node.official_code),
			CStringGetTextDatum(unit->node.name),
			document ? CStringGetTextDatum(document) : (Datum) 0
		};

		bpm_ledger_execute(ledger, &correct, 0, values, document ? NULL : "   n");
	}
}

/* Refuses a new official code that is malformed or that another unit bears. */
static void
refuse_taken_code(BpmLedger *ledger, const char *new_code)
{
	Unit		other;

	check_official_code(new_code);
	if (find_unit(ledger, new_code, &other))
		bpm_refuse_duplicate("unit", new_code, other.node.name);
}

/* Gives a unit another name, another official code, or both, from a date on. */
PG_FUNCTION_INFO_V1(bpm_rename_unit);
Datum
bpm_rename_unit(PG_FUNCTION_ARGS)
{
	static const BpmStatement update = {
		"UPDATE @ledger@.unit SET official_code = $2, name = $3 WHERE code" CODE_EQ "$1", "ctt"
	};
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	char	   *name = bpm_text_argument(fcinfo, 2, "name");
	DateADT		date = bpm_date_argument(fcinfo, 3, "valid_from");
	char	   *document = bpm_optional_text(fcinfo, 4);
	char	   *new_code = bpm_optional_text(fcinfo, 5);
	Unit		unit;
	Datum		values[3];

	bpm_work_begin(&work, ledger, "rename_unit");
	bpm_lock_units(ledger);
	get_unit(ledger, official_code, &unit);
	bpm_work_require(&work, unit.division, unit.node.code);
	bpm_check_change_date("unit", &unit.node, date);
	bpm_check_length("name of the unit", name, 200);
	if (new_code && strcmp(new_code, official_code) != 0)
	{
		refuse_taken_code(ledger, new_code);
		unit.node.official_code = new_code;
	}
	unit.node.name = name;
	change_version(ledger, &unit, date, document);
	values[0] = Int64GetDatum(unit.node.code);
	values[1] = CStringGetTextDatum(unit.node.official_code);
	values[2] = CStringGetTextDatum(unit.node.name);
	bpm_ledger_execute(ledger, &update, 0, values, NULL);
	bpm_work_end(&work);
	PG_RETURN_VOID();
}

/* Returns the official codes of what stands directly below now. */
static char **
child_codes(BpmLedger *ledger, BpmCode unit, int *count)
{
	static const BpmStatement find = {
		"SELECT official_code FROM @ledger@.unit"
		" WHERE parent" CODE_EQ "$1 AND valid_to IS NULL ORDER BY code", "c"
	};
	Datum		value = Int64GetDatum(unit);
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
		"UPDATE @ledger@.unit SET successor = $2 WHERE code" CODE_EQ "$1", "cc"
	};
	Datum		values[] = {Int64GetDatum(old), Int64GetDatum(new)};

	bpm_ledger_execute(ledger, &succeed, 0, values, NULL);
}

/* Puts a unit below another one as a new node, with everything below it; returns the new key. */
static BpmCode
move_unit(BpmLedger *ledger, Unit *old, Unit *parent, DateADT date, const char *document,
		  const char *new_code)
{
	Unit		moved = *old;
	char	  **children;
	int			count;

	moved.node.official_code = pstrdup(new_code);
	moved.node.has_parent = parent != NULL;
	moved.node.parent = parent ? parent->node.code : 0;
	moved.node.valid_from = date;
	if (parent && (strcmp(moved.kind, "department") == 0 || strcmp(moved.kind, "finance") == 0))
		moved.kind = "unit";
	else if (!parent && strcmp(moved.kind, "subordinate") == 0)
		moved.kind = "unit";
	moved.node.code = next_key(ledger, parent);
	end_unit(ledger, old, date, "moved away", 0);
	insert_unit(ledger, &moved, "moved in", document);
	set_successor(ledger, old->node.code, moved.node.code);
	children = child_codes(ledger, old->node.code, &count);
	for (int i = 0; i < count; i++)
	{
		Unit		child;

		get_unit(ledger, children[i], &child);
		move_unit(ledger, &child, &moved, date, document, children[i]);
	}
	return moved.node.code;
}

/* Refuses a unit that would go into itself or below itself. */
static void
refuse_own_subtree(Unit *unit, Unit *target)
{
	if (bpm_code_covers(unit->node.code, target->node.code))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unit \"%s\" cannot go into itself", unit->node.official_code),
				 errdetail("%s (\"%s\") is it or stands below it.", target->node.name,
						   target->node.official_code)));
}

/* Moves a unit with its subordinates below another one, or to the top; returns the new tree key. */
PG_FUNCTION_INFO_V1(bpm_move_unit);
Datum
bpm_move_unit(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	char	   *to_parent = bpm_optional_text(fcinfo, 2);
	DateADT		date = bpm_date_argument(fcinfo, 3, "valid_from");
	char	   *document = bpm_optional_text(fcinfo, 4);
	char	   *new_code = bpm_optional_text(fcinfo, 5);
	MemoryContext caller = CurrentMemoryContext;
	Unit		unit;
	Unit		parent;
	BpmCode		code;
	text	   *key;

	bpm_work_begin(&work, ledger, "move_unit");
	bpm_lock_units(ledger);
	get_unit(ledger, official_code, &unit);
	bpm_work_require(&work, unit.division, unit.node.code);
	if (to_parent)
	{
		get_unit(ledger, to_parent, &parent);
		bpm_work_require(&work, parent.division, parent.node.code);
		refuse_own_subtree(&unit, &parent);
	}
	else
		bpm_work_require(&work, unit.division, 0);
	if (new_code && strcmp(new_code, official_code) != 0)
		refuse_taken_code(ledger, new_code);
	code = move_unit(ledger, &unit, to_parent ? &parent : NULL, date, document,
					 new_code ? new_code : official_code);
	MemoryContextSwitchTo(caller);
	key = cstring_to_text(bpm_code_to_text(code));
	bpm_work_end(&work);
	PG_RETURN_TEXT_P(key);
}

/* Merges units into one that exists; what stood below them moves below it; returns how many ended. */
PG_FUNCTION_INFO_V1(bpm_merge_units);
Datum
bpm_merge_units(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	int			count;
	char	  **codes = bpm_text_list(fcinfo, 1, "official_codes", &count);
	char	   *into = bpm_text_argument(fcinfo, 2, "into_code");
	DateADT		date = bpm_date_argument(fcinfo, 3, "valid_from");
	char	   *document = bpm_optional_text(fcinfo, 4);
	Unit		target;

	bpm_work_begin(&work, ledger, "merge_units");
	bpm_lock_units(ledger);
	get_unit(ledger, into, &target);
	bpm_work_require(&work, target.division, target.node.code);
	for (int i = 0; i < count; i++)
	{
		Unit		unit;
		char	  **children;
		int			below;

		get_unit(ledger, codes[i], &unit);
		bpm_work_require(&work, unit.division, unit.node.code);
		refuse_own_subtree(&unit, &target);
		children = child_codes(ledger, unit.node.code, &below);
		for (int j = 0; j < below; j++)
		{
			Unit		child;

			get_unit(ledger, children[j], &child);
			move_unit(ledger, &child, &target, date, document, children[j]);
		}
		end_unit(ledger, &unit, date, "merged", target.node.code);
	}
	bpm_work_end(&work);
	PG_RETURN_INT32(count);
}

/* Ends a unit that has no units below it. */
PG_FUNCTION_INFO_V1(bpm_close_unit);
Datum
bpm_close_unit(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	DateADT		date = bpm_date_argument(fcinfo, 2, "valid_from");
	Unit		unit;
	char	  **children;
	int			count;

	bpm_work_begin(&work, ledger, "close_unit");
	bpm_lock_units(ledger);
	get_unit(ledger, official_code, &unit);
	bpm_work_require(&work, unit.division, unit.node.code);
	children = child_codes(ledger, unit.node.code, &count);
	if (count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("unit \"%s\" is still in use", official_code),
				 errdetail("Unit \"%s\" stands below it.", children[0]),
				 errhint("Move or close what stands below it first.")));
	end_unit(ledger, &unit, date, "abolished", 0);
	bpm_work_end(&work);
	PG_RETURN_VOID();
}

/* Gives the living units of one division to another; the caller is connected to SPI. */
void
bpm_change_units_division(BpmLedger *ledger, BpmCode from, BpmCode to, DateADT date,
						  const char *document)
{
	static const BpmStatement latest = {
		"SELECT v.official_code, v.name, v.valid_from FROM @ledger@.unit_version v"
		" WHERE v.division" CODE_EQ "$1 AND v.valid_to IS NULL"
		" ORDER BY v.valid_from DESC LIMIT 1", "c"
	};
	static const BpmStatement correct = {
		"UPDATE @ledger@.unit_version SET division = $2"
		" WHERE division" CODE_EQ "$1 AND valid_to IS NULL AND valid_from" EQ "$3", "ccd"
	};
	static const BpmStatement change = {
		"WITH ended AS ("
		" UPDATE @ledger@.unit_version SET valid_to = $3, ending = 'division changed'"
		"  WHERE division" CODE_EQ "$1 AND valid_to IS NULL AND valid_from" LT "$3"
		" RETURNING unit, official_code, name, parent, kind)"
		" INSERT INTO @ledger@.unit_version"
		" (unit, valid_from, official_code, name, division, parent, kind, change, document)"
		" SELECT unit, $3, official_code, name, $2, parent, kind, 'division changed', $4 FROM ended",
		"ccdt"
	};
	static const BpmStatement point = {
		"UPDATE @ledger@.unit SET division = $2"
		" WHERE division" CODE_EQ "$1 AND valid_to IS NULL", "cc"
	};
	Datum		values[] = {Int64GetDatum(from), Int64GetDatum(to), DateADTGetDatum(date),
	document ? CStringGetTextDatum(document) : (Datum) 0};
	BpmNode		node = {0};
	bool		isnull;

	/* A unit that another session is registering there must not stay behind. */
	bpm_lock_units(ledger);
	if (bpm_ledger_execute(ledger, &latest, 0, values, NULL) == 0)
		return;
	node.official_code = bpm_row_text(0, 1);
	node.name = bpm_row_text(0, 2);
	node.valid_from = DatumGetDateADT(bpm_row_datum(0, 3, &isnull));
	bpm_check_change_date("unit", &node, date);
	bpm_ledger_execute(ledger, &correct, 0, values, NULL);
	bpm_ledger_execute(ledger, &change, 0, values, document ? NULL : "   n");
	bpm_ledger_execute(ledger, &point, 0, values, NULL);
}
