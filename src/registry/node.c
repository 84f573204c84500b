/*
 * node.c
 *	  Divisions and units, as far as they are the same: nodes of a tree, each with
 *	  the dated history of its official codes and names; registered, renamed, moved,
 *	  merged, closed.
 *
 * A node never changes its key.  One that moves ends, and another begins that takes
 * over from it, because posted rows name the old one.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/date.h"

#include "base/errors.h"
#include "base/rows.h"
#include "registry/node.h"

/*
 * Begins an operation and makes other changes of the tree wait until the end of the
 * transaction: one at a time looks for a free key.
 */
void
bpm_tree_begin(BpmWork *work, BpmLedger *ledger, const BpmTree *tree, const char *operation)
{
	bpm_work_begin(work, ledger, operation);
	bpm_ledger_execute(ledger, &tree->lock, 0, NULL, NULL);
}

/* Reads the node that bears an official code now; false when there is none. */
static bool
find_node(BpmLedger *ledger, const BpmTree *tree, const char *official_code, BpmTreeNode *node)
{
	Datum		value = CStringGetTextDatum(official_code);
	bool		isnull;

	if (bpm_ledger_execute(ledger, &tree->find, 0, &value, NULL) == 0)
		return false;
	node->code = DatumGetInt64(bpm_row_datum(0, 1, &isnull));
	node->official_code = bpm_row_name(0, 2);
	node->name = bpm_row_name(0, 3);
	node->parent = DatumGetInt64(bpm_row_datum(0, 4, &isnull));
	node->has_parent = !isnull;
	node->valid_from = DatumGetDateADT(bpm_row_datum(0, 5, &isnull));
	node->level = DatumGetInt16(bpm_row_datum(0, 6, &isnull));
	node->division = DatumGetInt64(bpm_row_datum(0, 7, &isnull));
	node->kind = bpm_result_text(0, 8);
	return true;
}

/* Reads a node that must exist now. */
static void
get_node(BpmLedger *ledger, const BpmTree *tree, const char *official_code, BpmTreeNode *node)
{
	if (!find_node(ledger, tree, official_code, node))
	{
		tree->refuse_unknown(ledger, official_code);
		elog(ERROR, "%s \"%s\" has no present version", tree->what, official_code);
	}
}

/* Reads a node that must exist now and where the caller has a duty. */
static void
get_authorized(BpmWork *work, const BpmTree *tree, const char *official_code, BpmTreeNode *node)
{
	get_node(work->ledger, tree, official_code, node);
	tree->authorize(work, node);
}

/* Returns the official codes of what stands directly below now. */
char	  **
bpm_child_codes(BpmLedger *ledger, const BpmTree *tree, const BpmTreeNode *node, int *count)
{
	Datum		value = Int64GetDatum(node->code);
	char	  **codes;

	*count = bpm_ledger_execute(ledger, &tree->children, 0, &value, NULL);
	codes = palloc(Max(*count, 1) * sizeof(char *));
	for (int i = 0; i < *count; i++)
		codes[i] = bpm_row_name(i, 1);
	return codes;
}

/* Refuses a change that is before the present state began, or has not come yet. */
void
bpm_check_change_date(const BpmTree *tree, const BpmTreeNode *node, DateADT date)
{
	DateADT		today = GetSQLCurrentDate();

	if (date > today)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("change of %s \"%s\" is dated in the future",
						tree->what, node->official_code),
				 errdetail("The change is dated %s, today is %s.", bpm_date_text(date),
						   bpm_date_text(today)),
				 errhint("Record it on the day when it takes effect.")));
	if (date < node->valid_from)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("change of %s \"%s\" is dated before its present state",
						tree->what, node->official_code),
				 errdetail("The change is dated %s, the present state (%s) began on %s.",
						   bpm_date_text(date), node->name, bpm_date_text(node->valid_from)),
				 errhint("Record changes in the order of their dates.")));
}

/* Refuses a new official code that is malformed, or that another node bears now. */
static void
check_new_code(BpmLedger *ledger, const BpmTree *tree, const char *official_code)
{
	BpmTreeNode other;

	tree->check_code(ledger, official_code);
	if (find_node(ledger, tree, official_code, &other))
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("%s \"%s\" already exists", tree->what, official_code),
				 errdetail("It is %s.", other.name),
				 errhint("Rename, move or merge that one, or use another official code.")));
}

/* Refuses texts too long for their columns. */
static void
check_texts(const BpmTree *tree, const char *name, const char *document)
{
	bpm_check_length(psprintf("name of the %s", tree->what), name, tree->name_length);
	bpm_check_length("document", document, 200);
}

/* Runs one of the statements that write a node. */
static void
write_node(BpmLedger *ledger, const BpmStatement *statement, const BpmTreeNode *node,
		   const char *change, const char *document)
{
	Datum		values[] = {
		Int64GetDatum(node->code),
		CStringGetTextDatum(node->official_code),
		CStringGetTextDatum(node->name),
		Int64GetDatum(node->parent),
		DateADTGetDatum(node->valid_from),
		Int32GetDatum(node->level),
		Int64GetDatum(node->division),
		node->kind ? CStringGetTextDatum(node->kind) : (Datum) 0,
		CStringGetTextDatum(change),
		document ? CStringGetTextDatum(document) : (Datum) 0
	};
	char		nulls[] = "          ";

	nulls[3] = node->has_parent ? ' ' : 'n';
	nulls[7] = node->kind ? ' ' : 'n';
	nulls[9] = document ? ' ' : 'n';
	bpm_ledger_execute(ledger, statement, 0, values, nulls);
}

/* Runs one of the statements that end a node or its present state; successor may be 0. */
static void
write_end(BpmLedger *ledger, const BpmStatement *statement, BpmCode code, DateADT date,
		  const char *ending, BpmCode successor)
{
	Datum		values[] = {
		Int64GetDatum(code),
		DateADTGetDatum(date),
		CStringGetTextDatum(ending),
		Int64GetDatum(successor)
	};

	bpm_ledger_execute(ledger, statement, 0, values, successor ? NULL : "   n");
}

/* Ends a node; its key, its rows and its history stay. */
static void
end_node(BpmLedger *ledger, const BpmTree *tree, const BpmTreeNode *node, DateADT date,
		 const char *ending, BpmCode successor)
{
	write_end(ledger, &tree->end, node->code, date, ending, successor);
	write_end(ledger, &tree->close_version, node->code, date, ending, successor);
}

/* Writes a new node with its first version. */
static void
insert_node(BpmLedger *ledger, const BpmTree *tree, const BpmTreeNode *node, const char *change,
			const char *document)
{
	check_texts(tree, node->name, document);
	write_node(ledger, &tree->insert, node, change, document);
	write_node(ledger, &tree->open_version, node, change, document);
}

/* Says which node took over from one that ended. */
static void
set_successor(BpmLedger *ledger, const BpmTree *tree, BpmCode old, BpmCode new)
{
	Datum		values[] = {Int64GetDatum(old), Int64GetDatum(new)};

	bpm_ledger_execute(ledger, &tree->succeed, 0, values, NULL);
}

/*
 * Checks the official code of a node that is to be registered and reads what it will
 * stand below; NULL where no parent is named.
 */
BpmTreeNode *
bpm_node_prepare(BpmLedger *ledger, const BpmTree *tree, BpmTreeNode *node, const char *parent_code)
{
	BpmTreeNode *parent;

	check_new_code(ledger, tree, node->official_code);
	if (parent_code == NULL)
		return NULL;
	parent = palloc0(sizeof(BpmTreeNode));
	get_node(ledger, tree, parent_code, parent);
	node->has_parent = true;
	node->parent = parent->code;
	return parent;
}

/* Writes a node that bpm_node_prepare has seen, and gives it its tree key. */
void
bpm_node_register(BpmLedger *ledger, const BpmTree *tree, BpmTreeNode *node,
				  const BpmTreeNode *parent, const char *document)
{
	tree->fit(node, parent);
	node->code = tree->assign_key(ledger, node, parent);
	insert_node(ledger, tree, node, "registered", document);
}

/* Corrects the present state when the change is of the day on which it began, else opens another. */
static void
change_version(BpmLedger *ledger, const BpmTree *tree, BpmTreeNode *node, DateADT date,
			   const char *document)
{
	if (date > node->valid_from)
	{
		write_end(ledger, &tree->close_version, node->code, date, "renamed", 0);
		node->valid_from = date;
		write_node(ledger, &tree->open_version, node, "renamed", document);
	}
	else
		write_node(ledger, &tree->correct_version, node, "renamed", document);
}

/* Gives a node another name, another official code, or both, from a date on. */
Datum
bpm_node_rename(FunctionCallInfo fcinfo, const BpmTree *tree, const char *operation)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	char	   *name = bpm_text_argument(fcinfo, 2, "name");
	DateADT		date = bpm_date_argument(fcinfo, 3, "valid_from");
	char	   *document = bpm_optional_argument(fcinfo, 4);
	char	   *new_code = bpm_optional_argument(fcinfo, 5);
	BpmTreeNode node;

	bpm_tree_begin(&work, ledger, tree, operation);
	get_authorized(&work, tree, official_code, &node);
	bpm_check_change_date(tree, &node, date);
	check_texts(tree, name, document);
	if (new_code && strcmp(new_code, official_code) != 0)
	{
		check_new_code(ledger, tree, new_code);
		node.official_code = new_code;
	}
	node.name = name;
	change_version(ledger, tree, &node, date, document);
	write_node(ledger, &tree->rename, &node, "renamed", document);
	bpm_work_end(&work);
	PG_RETURN_VOID();
}

static BpmCode move_node(BpmLedger *ledger, const BpmTree *tree, const BpmTreeNode *old,
						 const BpmTreeNode *parent, DateADT date, const char *document,
						 const char *new_code);

/* Moves what stands directly below a node, with everything below that, below another one. */
static void
move_children(BpmLedger *ledger, const BpmTree *tree, const BpmTreeNode *from, const BpmTreeNode *to,
			  DateADT date, const char *document)
{
	int			count;
	char	  **codes = bpm_child_codes(ledger, tree, from, &count);

	for (int i = 0; i < count; i++)
	{
		BpmTreeNode child;

		get_node(ledger, tree, codes[i], &child);
		move_node(ledger, tree, &child, to, date, document, codes[i]);
	}
}

/*
 * Puts a node below another one, or at the top, as a new node, with everything that
 * stands below it, and returns the new key; the old nodes end and name their successors.
 */
static BpmCode
move_node(BpmLedger *ledger, const BpmTree *tree, const BpmTreeNode *old, const BpmTreeNode *parent,
		  DateADT date, const char *document, const char *new_code)
{
	BpmTreeNode moved = *old;

	bpm_check_change_date(tree, old, date);
	tree->fit(&moved, parent);
	moved.official_code = new_code;
	moved.has_parent = parent != NULL;
	moved.parent = parent ? parent->code : 0;
	moved.valid_from = date;
	moved.code = tree->assign_key(ledger, &moved, parent);

	/*
	 * Two living nodes cannot bear one code, so the old one ends before its
	 * successor exists.
	 */
	end_node(ledger, tree, old, date, "moved away", 0);
	insert_node(ledger, tree, &moved, "moved in", document);
	set_successor(ledger, tree, old->code, moved.code);
	if (tree->hand_over)
		tree->hand_over(ledger, old->code, moved.code, date, document);
	move_children(ledger, tree, old, &moved, date, document);
	return moved.code;
}

/* Refuses a node that would go into itself or below itself. */
static void
refuse_own_subtree(const BpmTree *tree, const BpmTreeNode *node, const BpmTreeNode *target)
{
	if (bpm_code_covers(node->code, target->code))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s \"%s\" cannot go into itself", tree->what, node->official_code),
				 errdetail("%s (\"%s\") is it or stands below it.", target->name,
						   target->official_code)));
}

/* Moves a node with its subtree below another one, or to the top; returns the new tree key. */
Datum
bpm_node_move(FunctionCallInfo fcinfo, const BpmTree *tree, const char *operation)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	char	   *to_parent = tree->one_root ? bpm_text_argument(fcinfo, 2, "to_parent") :
		bpm_optional_argument(fcinfo, 2);
	DateADT		date = bpm_date_argument(fcinfo, 3, "valid_from");
	char	   *document = bpm_optional_argument(fcinfo, 4);
	char	   *new_code = bpm_optional_argument(fcinfo, 5);
	BpmTreeNode node;
	BpmTreeNode parent;
	BpmCode		key;

	bpm_tree_begin(&work, ledger, tree, operation);
	get_authorized(&work, tree, official_code, &node);
	if (to_parent)
	{
		get_authorized(&work, tree, to_parent, &parent);
		refuse_own_subtree(tree, &node, &parent);
	}
	else
		bpm_work_require(&work, node.division, 0);
	if (new_code && strcmp(new_code, official_code) != 0)
		check_new_code(ledger, tree, new_code);
	key = move_node(ledger, tree, &node, to_parent ? &parent : NULL, date, document,
					new_code ? new_code : official_code);
	bpm_work_end(&work);
	PG_RETURN_TEXT_P(cstring_to_text(bpm_code_to_text(key)));
}

/* Ends one node in favour of another, after what stood below it has moved there. */
static void
merge_node(BpmLedger *ledger, const BpmTree *tree, const BpmTreeNode *node, const BpmTreeNode *target,
		   DateADT date, const char *document)
{
	refuse_own_subtree(tree, node, target);
	bpm_check_change_date(tree, node, date);
	move_children(ledger, tree, node, target, date, document);
	end_node(ledger, tree, node, date, "merged", target->code);
	if (tree->hand_over)
		tree->hand_over(ledger, node->code, target->code, date, document);
}

/* Merges nodes into one that exists; returns how many ended. */
Datum
bpm_nodes_merge(FunctionCallInfo fcinfo, const BpmTree *tree, const char *operation)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	int			count;
	char	  **codes = bpm_text_list(fcinfo, 1, "official_codes", &count);
	char	   *into = bpm_text_argument(fcinfo, 2, "into_code");
	DateADT		date = bpm_date_argument(fcinfo, 3, "valid_from");
	char	   *document = bpm_optional_argument(fcinfo, 4);
	BpmTreeNode target;

	bpm_tree_begin(&work, ledger, tree, operation);
	get_authorized(&work, tree, into, &target);
	for (int i = 0; i < count; i++)
	{
		BpmTreeNode node;

		get_authorized(&work, tree, codes[i], &node);
		merge_node(ledger, tree, &node, &target, date, document);
	}
	bpm_work_end(&work);
	PG_RETURN_INT32(count);
}

/* Ends a node that nothing belongs to. */
Datum
bpm_node_close(FunctionCallInfo fcinfo, const BpmTree *tree, const char *operation)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	DateADT		date = bpm_date_argument(fcinfo, 2, "valid_from");
	BpmTreeNode node;

	bpm_tree_begin(&work, ledger, tree, operation);
	get_authorized(&work, tree, official_code, &node);
	tree->refuse_in_use(ledger, tree, &node);
	bpm_check_change_date(tree, &node, date);
	end_node(ledger, tree, &node, date, "abolished", 0);
	bpm_work_end(&work);
	PG_RETURN_VOID();
}
