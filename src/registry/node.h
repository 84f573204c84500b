/*
 * node.h
 *	  The two trees of the registry, divisions and units: what their nodes have in
 *	  common, and what each tree adds.
 */
#ifndef BPM_REGISTRY_NODE_H
#define BPM_REGISTRY_NODE_H

#include "registry/registry_private.h"

/* A node as it is now. */
typedef struct BpmTreeNode
{
	BpmCode		code;
	const char *official_code;
	const char *name;
	bool		has_parent;
	BpmCode		parent;
	DateADT		valid_from;		/* of the present state */
	int			level;			/* of a division */
	BpmCode		division;		/* of a unit */
	const char *kind;			/* of a unit */
} BpmTreeNode;

/* What a tree has of its own; parent is NULL for a node that stands at the top. */
typedef struct BpmTree
{
	const char *what;			/* in messages: the name of the table, too */
	int			name_length;
	bool		one_root;		/* a node cannot move to the top */

	/* Refuses what cannot be an official code. */
	void		(*check_code) (BpmLedger *ledger, const char *official_code);

	/*
	 * Refuses an official code that no node bears now, in the words of
	 * lookup.c.
	 */
	void		(*refuse_unknown) (BpmLedger *ledger, const char *official_code);

	/* Makes sure that the caller has a duty at the node. */
	void		(*authorize) (BpmWork *work, const BpmTreeNode *node);

	/*
	 * Gives the node the level or kind that it has below the parent, or
	 * refuses it there.
	 */
	void		(*fit) (BpmTreeNode *node, const BpmTreeNode *parent);

	/* Returns a free tree key below the parent. */
	BpmCode		(*assign_key) (BpmLedger *ledger, const BpmTreeNode *node, const BpmTreeNode *parent);

	/* Refuses to close a node that something belongs to. */
	void		(*refuse_in_use) (BpmLedger *ledger, const struct BpmTree *tree,
								  const BpmTreeNode *node);

	/* Hands what belongs to an ended node to its successor; may be NULL. */
	void		(*hand_over) (BpmLedger *ledger, BpmCode from, BpmCode to, DateADT date,
							  const char *document);

	/* As BPM_TREE_STATEMENTS has them. */
	BpmStatement lock;
	BpmStatement find;
	BpmStatement children;
	BpmStatement insert;
	BpmStatement rename;
	BpmStatement end;
	BpmStatement succeed;
	BpmStatement open_version;
	BpmStatement correct_version;
	BpmStatement close_version;
} BpmTree;

/*
 * Arguments of every statement that writes a node: $1 code, $2 official_code, $3 name,
 * $4 parent, $5 valid_from, $6 level, $7 division, $8 kind, $9 change, $10 document;
 * and of those that end one: $1 code, $2 valid_to, $3 ending, $4 successor.
 */
#define NODE_ARGUMENTS	"cttcdicttt"
#define END_ARGUMENTS	"cdtc"

/*
 * Statements over the table of a tree and its history.  found is level, division and
 * kind as the tree's table n has them; columns and values are those of the three that
 * it does have, with a comma before each.
 */
#define BPM_TREE_STATEMENTS(tree, found, columns, values) \
	.lock = {"LOCK TABLE @ledger@." tree " IN SHARE ROW EXCLUSIVE MODE", ""}, \
	.find = {"SELECT n.code, n.official_code, n.name, n.parent, v.valid_from, " found \
		"  FROM @ledger@." tree " n JOIN @ledger@." tree "_version v" \
		"    ON v." tree CODE_EQ "n.code AND v.valid_to IS NULL" \
		" WHERE n.official_code" EQ "$1 AND n.valid_to IS NULL", "t"}, \
	.children = {"SELECT official_code FROM @ledger@." tree \
		" WHERE parent" CODE_EQ "$1 AND valid_to IS NULL ORDER BY code", "c"}, \
	.insert = {"INSERT INTO @ledger@." tree \
		" (code, official_code, name, parent, valid_from" columns ")" \
		" VALUES ($1, $2, $3, $4, $5" values ")", NODE_ARGUMENTS}, \
	.rename = {"UPDATE @ledger@." tree " SET official_code = $2, name = $3" \
		" WHERE code" CODE_EQ "$1", NODE_ARGUMENTS}, \
	.end = {"UPDATE @ledger@." tree " SET valid_to = $2, successor = $4" \
		" WHERE code" CODE_EQ "$1", END_ARGUMENTS}, \
	.succeed = {"UPDATE @ledger@." tree " SET successor = $2 WHERE code" CODE_EQ "$1", "cc"}, \
	.open_version = {"INSERT INTO @ledger@." tree "_version" \
		" (" tree ", official_code, name, parent, valid_from" columns ", change, document)" \
		" VALUES ($1, $2, $3, $4, $5" values ", $9, $10)", NODE_ARGUMENTS}, \
	.correct_version = {"UPDATE @ledger@." tree "_version" \
		" SET official_code = $2, name = $3, document = $10" \
		" WHERE " tree CODE_EQ "$1 AND valid_to IS NULL", NODE_ARGUMENTS}, \
	.close_version = {"UPDATE @ledger@." tree "_version SET valid_to = $2, ending = $3" \
		" WHERE " tree CODE_EQ "$1 AND valid_to IS NULL", END_ARGUMENTS}

/* node.c */
extern void bpm_tree_begin(BpmWork *work, BpmLedger *ledger, const BpmTree *tree,
						   const char *operation);
extern void bpm_check_change_date(const BpmTree *tree, const BpmTreeNode *node, DateADT date);
extern char **bpm_child_codes(BpmLedger *ledger, const BpmTree *tree, const BpmTreeNode *node,
							  int *count);
extern BpmTreeNode *bpm_node_prepare(BpmLedger *ledger, const BpmTree *tree, BpmTreeNode *node,
								 const char *parent_code);
extern void bpm_node_register(BpmLedger *ledger, const BpmTree *tree, BpmTreeNode *node,
							  const BpmTreeNode *parent, const char *document);

/* The bodies of the SQL functions of both trees. */
extern Datum bpm_node_rename(FunctionCallInfo fcinfo, const BpmTree *tree, const char *operation);
extern Datum bpm_node_move(FunctionCallInfo fcinfo, const BpmTree *tree, const char *operation);
extern Datum bpm_nodes_merge(FunctionCallInfo fcinfo, const BpmTree *tree, const char *operation);
extern Datum bpm_node_close(FunctionCallInfo fcinfo, const BpmTree *tree, const char *operation);

/* unit.c */
extern void bpm_lock_units(BpmLedger *ledger);
extern void bpm_change_units_division(BpmLedger *ledger, BpmCode from, BpmCode to,
									  DateADT date, const char *document);

#endif
