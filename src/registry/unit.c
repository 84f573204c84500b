/*
 * unit.c
 *	  Budget units: their official codes, kinds and tree keys, and the division
 *	  that each belongs to.
 *
 * A unit's tree key is its parent's key and a serial of fixed width, so that it
 * covers its own subordinates and nothing else.  What units have in common with
 * divisions is in node.c.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/errors.h"
#include "registry/node.h"

/* Digits of the serial at each depth: 6, 4, 4 and 3 fill the 17 of a budget_code. */
static const int serial_digits[] = {6, 4, 4, 3};

/* Refuses what cannot be an official code of a unit. */
static void
check_official_code(BpmLedger *ledger, const char *official_code)
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

/* Whether units of this kind stand below no other unit. */
static bool
is_top_kind(const char *kind)
{
	return strcmp(kind, "department") == 0 || strcmp(kind, "finance") == 0;
}

/* The allowed kinds, and that each stands where it can. */
static void
check_kind(const char *kind, bool has_parent)
{
	bool		top = is_top_kind(kind);

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
next_key(BpmLedger *ledger, const BpmTreeNode *node, const BpmTreeNode *parent)
{
	static const BpmStatement last_child = {
		"SELECT code FROM @ledger@.unit WHERE parent" CODE_EQ "$1 ORDER BY code DESC LIMIT 1", "c"
	};
	static const BpmStatement last_top = {
		"SELECT code FROM @ledger@.unit WHERE parent IS NULL ORDER BY code DESC LIMIT 1", ""
	};
	int			above = parent ? bpm_code_digits(parent->code) : 0;
	Datum		value = Int64GetDatum(parent ? parent->code : 0);
	int			depth = 0;
	int64		serial = 0;
	int64		limit = 1;

	for (int digits = above; digits > 0; digits -= serial_digits[depth++])
		;
	if (depth >= lengthof(serial_digits))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("unit \"%s\" is too deep in the tree to have units below it",
						parent->official_code),
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
									   parent ? bpm_code_to_text(parent->code) : "",
									   serial_digits[depth], (long long) serial));
}

/* Gives a unit that comes from the top, or goes there, a kind that can stand where it is. */
static void
fit_kind(BpmTreeNode *unit, const BpmTreeNode *parent)
{
	if (parent ? is_top_kind(unit->kind) : strcmp(unit->kind, "subordinate") == 0)
		unit->kind = "unit";
}

/* Refuses an official code that no unit bears now. */
static void
refuse_unknown(BpmLedger *ledger, const char *official_code)
{
	BpmCode		code;
	BpmCode		division;

	bpm_registry_unit(ledger, official_code, &code, &division);
}

/* Makes sure that the caller has a duty over the unit. */
static void
authorize(BpmWork *work, const BpmTreeNode *unit)
{
	bpm_work_require(work, unit->division, unit->code);
}

/* Refuses to close a unit that has units below it. */
static void
refuse_in_use(BpmLedger *ledger, const BpmTree *tree, const BpmTreeNode *unit)
{
	int			count;
	char	  **children = bpm_child_codes(ledger, tree, unit, &count);

	if (count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("unit \"%s\" is still in use", unit->official_code),
				 errdetail("Unit \"%s\" stands below it.", children[0]),
				 errhint("Move or close what stands below it first.")));
}

static const BpmTree units = {
	.what = "unit",
	.name_length = 200,
	.check_code = check_official_code,
	.refuse_unknown = refuse_unknown,
	.authorize = authorize,
	.fit = fit_kind,
	.assign_key = next_key,
	.refuse_in_use = refuse_in_use,
	BPM_TREE_STATEMENTS("unit",
						"NULL::pg_catalog.int2, n.division, n.kind",
						", division, kind", ", $7, $8")
};

/* Makes other changes of units wait until the end of the transaction. */
void
bpm_lock_units(BpmLedger *ledger)
{
	bpm_ledger_execute(ledger, &units.lock, 0, NULL, NULL);
}

/* Makes a unit of a division and returns its tree key. */
PG_FUNCTION_INFO_V1(bpm_register_unit);
Datum
bpm_register_unit(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	BpmTreeNode node = {0};
	BpmTreeNode *parent;
	char	   *division;
	char	   *parent_code;
	char	   *document;

	node.official_code = bpm_text_argument(fcinfo, 1, "official_code");
	node.name = bpm_text_argument(fcinfo, 2, "name");
	division = bpm_text_argument(fcinfo, 3, "division");
	parent_code = bpm_optional_argument(fcinfo, 4);
	node.kind = bpm_optional_argument(fcinfo, 5);
	node.valid_from = bpm_date_argument(fcinfo, 6, "valid_from");
	document = bpm_optional_argument(fcinfo, 7);

	if (node.kind == NULL)
		node.kind = parent_code ? "unit" : "department";
	check_kind(node.kind, parent_code != NULL);
	bpm_tree_begin(&work, ledger, &units, "register_unit");
	parent = bpm_node_prepare(ledger, &units, &node, parent_code);
	node.division = bpm_registry_division(ledger, division);
	bpm_work_require(&work, node.division, node.parent);
	bpm_node_register(ledger, &units, &node, parent, document);
	bpm_work_end(&work);
	PG_RETURN_TEXT_P(cstring_to_text(bpm_code_to_text(node.code)));
}

/* Gives a unit another name, another official code, or both, from a date on. */
PG_FUNCTION_INFO_V1(bpm_rename_unit);
Datum
bpm_rename_unit(PG_FUNCTION_ARGS)
{
	return bpm_node_rename(fcinfo, &units, "rename_unit");
}

/* Moves a unit with its subordinates below another one, or to the top; returns the new tree key. */
PG_FUNCTION_INFO_V1(bpm_move_unit);
Datum
bpm_move_unit(PG_FUNCTION_ARGS)
{
	return bpm_node_move(fcinfo, &units, "move_unit");
}

/* Merges units into one that exists; what stood below them moves below it; returns how many ended. */
PG_FUNCTION_INFO_V1(bpm_merge_units);
Datum
bpm_merge_units(PG_FUNCTION_ARGS)
{
	return bpm_nodes_merge(fcinfo, &units, "merge_units");
}

/* Ends a unit that has no units below it. */
PG_FUNCTION_INFO_V1(bpm_close_unit);
Datum
bpm_close_unit(PG_FUNCTION_ARGS)
{
	return bpm_node_close(fcinfo, &units, "close_unit");
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
	BpmTreeNode node = {0};
	bool		isnull;

	/* A unit that another session is registering there must not stay behind. */
	bpm_lock_units(ledger);
	if (bpm_ledger_execute(ledger, &latest, 0, values, NULL) == 0)
		return;
	node.official_code = bpm_row_name(0, 1);
	node.name = bpm_row_name(0, 2);
	node.valid_from = DatumGetDateADT(bpm_row_datum(0, 3, &isnull));
	bpm_check_change_date(&units, &node, date);
	bpm_ledger_execute(ledger, &correct, 0, values, NULL);
	bpm_ledger_execute(ledger, &change, 0, values, document ? NULL : "   n");
	bpm_ledger_execute(ledger, &point, 0, values, NULL);
}
