/*
 * code_support.c
 *	  What the planner is told about @> and <@ of budget_code.
 *
 * "code <@ x" on an indexed code becomes "code >= x AND code <= last(x)", exactly,
 * whether x is a constant, a parameter or a column of an outer relation; the
 * opposite question, "code @> x", becomes "code = ANY (prefixes(x))".
 *
 * Operators are taken from the index's own operator family, and functions from the
 * schema of the operator's function, never from the search_path.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"

#include "types/types_private.h"

/* Gives function(code) from the schema in which a sibling function lives. */
static Oid
sibling_function(Oid sibling, const char *name, Oid argument)
{
	char	   *schema = get_namespace_name(get_func_namespace(sibling));

	if (schema == NULL)
		return InvalidOid;
	return LookupFuncName(list_make2(makeString(schema), makeString(pstrdup(name))),
						  1, &argument, true);
}

/* Calls a function of one code that stands beside the operator's own; NULL if none. */
static Expr *
call_sibling(Oid sibling, const char *name, Oid result, Node *argument, Oid type)
{
	Oid			function = sibling_function(sibling, name, type);

	if (!OidIsValid(function))
		return NULL;
	return (Expr *) makeFuncExpr(function, result, list_make1(copyObject(argument)),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

/* Gives the range of an ancestor's subtree as conditions on the index column. */
static List *
subtree_condition(SupportRequestIndexCondition *request, Node *code, Node *ancestor)
{
	Oid			type = request->index->opcintype[request->indexcol];
	Oid			at_least = get_opfamily_member(request->opfamily, type, type,
											   BTGreaterEqualStrategyNumber);
	Oid			at_most = get_opfamily_member(request->opfamily, type, type,
											  BTLessEqualStrategyNumber);

	/*
	 * Left as a call even of a constant: that is how code_le_sel knows the
	 * pair.
	 */
	Expr	   *last = call_sibling(request->funcid, "last", type, ancestor, type);

	if (!OidIsValid(at_least) || !OidIsValid(at_most) || last == NULL)
		return NIL;
	return list_make2(make_opclause(at_least, BOOLOID, false, (Expr *) code,
									(Expr *) copyObject(ancestor),
									InvalidOid, request->indexcollation),
					  make_opclause(at_most, BOOLOID, false, (Expr *) copyObject(code), last,
									InvalidOid, request->indexcollation));
}

/* Gives the at most 17 codes above a code as a condition on the index column. */
static List *
ancestors_condition(SupportRequestIndexCondition *request, Node *code, Node *descendant)
{
	Oid			type = request->index->opcintype[request->indexcol];
	Oid			array_type = get_array_type(type);
	Oid			equal = get_opfamily_member(request->opfamily, type, type,
											BTEqualStrategyNumber);
	Expr	   *prefixes = call_sibling(request->funcid, "prefixes", array_type, descendant, type);
	ScalarArrayOpExpr *any;

	if (!OidIsValid(equal) || !OidIsValid(array_type) || prefixes == NULL ||
		!request->index->amsearcharray)
		return NIL;
	any = makeNode(ScalarArrayOpExpr);
	any->opno = equal;
	any->opfuncid = get_opcode(equal);
	any->useOr = true;
	any->inputcollid = request->indexcollation;
	any->args = list_make2(code, prefixes);
	any->location = -1;
	/* With a constant the array is worked out once, here. */
	return list_make1(eval_const_expressions(request->root, (Node *) any));
}

/* Answers whether, and how, a btree index on one side serves the operator. */
static Node *
index_condition(SupportRequestIndexCondition *request, int ancestor_at)
{
	List	   *args = is_opclause(request->node) ? ((OpExpr *) request->node)->args :
		is_funcclause(request->node) ? ((FuncExpr *) request->node)->args : NIL;
	Node	   *indexed;
	Node	   *other;
	List	   *conditions;

	if (list_length(args) != 2 || request->index->relam != BTREE_AM_OID)
		return NULL;
	indexed = list_nth(args, request->indexarg);
	other = list_nth(args, 1 - request->indexarg);
	if (IsA(other, Const) ? ((Const *) other)->constisnull :
		!is_pseudo_constant_for_index(request->root, other, request->index))
		return NULL;
	if (request->indexarg == ancestor_at)
		conditions = ancestors_condition(request, indexed, other);
	else
		conditions = subtree_condition(request, indexed, other);
	/* The conditions say the same as the operator: nothing to recheck. */
	request->lossy = false;
	return (Node *) conditions;
}

/* Answers with the same estimate for a call of the function as for the operator. */
static Node *
estimate(SupportRequestSelectivity *request, int ancestor_at)
{
	request->selectivity = request->is_join ?
		bpm_code_join(request->root, request->funcid, request->args, ancestor_at,
					  request->jointype, request->sjinfo) :
		bpm_code_restriction(request->root, request->funcid, request->args, ancestor_at,
							 request->varRelid);
	return (Node *) request;
}

/* Answers the planner's requests about one of the two functions. */
static Node *
answer(Node *request, int ancestor_at)
{
	if (IsA(request, SupportRequestIndexCondition))
		return index_condition((SupportRequestIndexCondition *) request, ancestor_at);
	if (IsA(request, SupportRequestSelectivity))
		return estimate((SupportRequestSelectivity *) request, ancestor_at);
	return NULL;
}

/* covers_support(internal) serves covers(ancestor, code), which is @>. */
PG_FUNCTION_INFO_V1(bpm_covers_support);
Datum
bpm_covers_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(answer((Node *) PG_GETARG_POINTER(0), 0));
}

/* covered_by_support(internal) serves covered_by(code, ancestor), which is <@. */
PG_FUNCTION_INFO_V1(bpm_covered_by_support);
Datum
bpm_covered_by_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(answer((Node *) PG_GETARG_POINTER(0), 1));
}
