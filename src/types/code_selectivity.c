/*
 * code_selectivity.c
 *	  How many rows @>, <@ and <= of budget_code are expected to keep.
 *
 * A subtree is a range of int8, so that column statistics answer precisely: most
 * common values are counted, the histogram is interpolated linearly.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "fmgr.h"
#include "nodes/pathnodes.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "types/types_private.h"

/* What ANALYZE has left about a column of codes. */
typedef struct CodeStatistics
{
	bool		known;
	double		null_share;
	double		common_share;	/* of the rows, held by common values */
	AttStatsSlot common;
	AttStatsSlot histogram;
} CodeStatistics;

/* Loads a column's statistics if there are any and the user may learn from them. */
static void
load_statistics(VariableStatData *variable, Oid function, CodeStatistics *statistics)
{
	memset(statistics, 0, sizeof(CodeStatistics));
	if (!HeapTupleIsValid(variable->statsTuple) ||
		!statistic_proc_security_check(variable, function))
		return;
	statistics->known = true;
	statistics->null_share = ((Form_pg_statistic) GETSTRUCT(variable->statsTuple))->stanullfrac;
	get_attstatsslot(&statistics->common, variable->statsTuple, STATISTIC_KIND_MCV,
					 InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
	get_attstatsslot(&statistics->histogram, variable->statsTuple, STATISTIC_KIND_HISTOGRAM,
					 InvalidOid, ATTSTATSSLOT_VALUES);
	for (int i = 0; i < statistics->common.nnumbers; i++)
		statistics->common_share += statistics->common.numbers[i];
}

/* Releases what load_statistics() holds. */
static void
free_statistics(CodeStatistics *statistics)
{
	free_attstatsslot(&statistics->common);
	free_attstatsslot(&statistics->histogram);
}

/* Gives the share of the histogram's rows that lie below a value. */
static double
histogram_share_below(const AttStatsSlot *histogram, int64 value)
{
	int			low = 0;
	int			high = histogram->nvalues - 1;
	double		from;
	double		to;

	if (histogram->nvalues < 2 || value <= DatumGetInt64(histogram->values[0]))
		return 0.0;
	if (value > DatumGetInt64(histogram->values[high]))
		return 1.0;
	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (DatumGetInt64(histogram->values[middle]) < value)
			low = middle;
		else
			high = middle;
	}
	from = (double) DatumGetInt64(histogram->values[low]);
	to = (double) DatumGetInt64(histogram->values[high]);
	return (low + (to > from ? ((double) value - from) / (to - from) : 0.5)) /
		(histogram->nvalues - 1);
}

/* Gives the share of all rows whose code stands in an ancestor's subtree. */
static double
subtree_share(const CodeStatistics *statistics, BpmCode ancestor)
{
	BpmCode		last = bpm_code_last(ancestor);
	double		rest = 1.0 - statistics->null_share - statistics->common_share;
	double		share = 0.0;

	for (int i = 0; i < statistics->common.nvalues; i++)
		if (bpm_code_covers(ancestor, DatumGetInt64(statistics->common.values[i])))
			share += statistics->common.numbers[i];
	share += Max(rest, 0.0) *
		(histogram_share_below(&statistics->histogram, last + 1) -
		 histogram_share_below(&statistics->histogram, ancestor));
	return share;
}

/* Gives the share of all rows whose code covers a given one. */
static double
covering_share(VariableStatData *variable, const CodeStatistics *statistics, BpmCode code)
{
	bool		isdefault;
	double		distinct = get_variable_numdistinct(variable, &isdefault);
	double		rest = 1.0 - statistics->null_share - statistics->common_share;
	double		share = 0.0;
	int			uncommon = bpm_code_digits(code);

	for (int i = 0; i < statistics->common.nvalues; i++)
	{
		if (!bpm_code_covers(DatumGetInt64(statistics->common.values[i]), code))
			continue;
		share += statistics->common.numbers[i];
		uncommon--;
	}
	distinct -= statistics->common.nvalues;
	/* Hardly more than every second place ends a code that exists. */
	if (distinct >= 1.0 && uncommon > 0)
		share += Max(rest, 0.0) * Min(1.0, (uncommon + 1) / 2 / distinct);
	return share;
}

/* Averages the subtree's share over the ancestors that statistics know. */
static double
average_share(const CodeStatistics *ancestors, const CodeStatistics *codes)
{
	double		rest = Max(0.0, 1.0 - ancestors->null_share - ancestors->common_share);
	double		share = 0.0;

	for (int i = 0; i < ancestors->common.nvalues; i++)
		share += ancestors->common.numbers[i] *
			subtree_share(codes, DatumGetInt64(ancestors->common.values[i]));
	for (int i = 0; i < ancestors->histogram.nvalues; i++)
		share += rest / ancestors->histogram.nvalues *
			subtree_share(codes, DatumGetInt64(ancestors->histogram.values[i]));
	return share;
}

/* Gives the share of a subtree whose top is not known before the statement runs. */
static double
expected_share(PlannerInfo *root, Node *ancestor, Oid function, const CodeStatistics *codes)
{
	VariableStatData variable;
	CodeStatistics ancestors;
	double		share = DEFAULT_RANGE_INEQ_SEL;

	if (!codes->known)
		return share;
	examine_variable(root, ancestor, 0, &variable);
	load_statistics(&variable, function, &ancestors);
	if (ancestors.known)
		share = average_share(&ancestors, codes);
	free_statistics(&ancestors);
	ReleaseVariableStats(variable);
	return share;
}

/* Estimates @> or <@ with a column on one side and a value on the other. */
Selectivity
bpm_code_restriction(PlannerInfo *root, Oid function, List *args,
					 int ancestor_at, int varRelid)
{
	VariableStatData variable;
	CodeStatistics statistics;
	Node	   *other;
	bool		on_left;
	double		share = DEFAULT_RANGE_INEQ_SEL;

	if (!get_restriction_variable(root, args, varRelid, &variable, &other, &on_left))
		return share;
	load_statistics(&variable, function, &statistics);
	if (IsA(other, Const) && ((Const *) other)->constisnull)
		share = 0.0;
	else if (IsA(other, Const) && statistics.known)
	{
		BpmCode		code = DatumGetInt64(((Const *) other)->constvalue);

		share = on_left == (ancestor_at == 1) ? subtree_share(&statistics, code) :
			covering_share(&variable, &statistics, code);
	}
	else if (on_left == (ancestor_at == 1))
		share = expected_share(root, other, function, &statistics);
	free_statistics(&statistics);
	ReleaseVariableStats(variable);
	CLAMP_PROBABILITY(share);
	return share;
}

/* Estimates @> or <@ with a column of one relation on each side. */
Selectivity
bpm_code_join(PlannerInfo *root, Oid function, List *args,
			  int ancestor_at, JoinType jointype, SpecialJoinInfo *sjinfo)
{
	VariableStatData variables[2];
	CodeStatistics statistics[2];
	bool		reversed;
	double		share = DEFAULT_RANGE_INEQ_SEL;

	if (list_length(args) != 2 || sjinfo == NULL)
		return share;
	get_join_variables(root, args, sjinfo, &variables[0], &variables[1], &reversed);
	for (int i = 0; i < 2; i++)
		load_statistics(&variables[i], function, &statistics[i]);
	if (statistics[0].known && statistics[1].known)
		share = average_share(&statistics[ancestor_at], &statistics[1 - ancestor_at]);

	/*
	 * A semijoin asks for outer rows that find a partner among all inner
	 * ones.
	 */
	if (jointype == JOIN_SEMI || jointype == JOIN_ANTI)
	{
		RelOptInfo *inner = variables[reversed ? 0 : 1].rel;

		if (inner != NULL)
			share *= Max(inner->rows, 1.0);
	}
	for (int i = 0; i < 2; i++)
	{
		free_statistics(&statistics[i]);
		ReleaseVariableStats(variables[i]);
	}
	CLAMP_PROBABILITY(share);
	return share;
}

/* True if an expression is the last(x) of a range that code_support.c made. */
static bool
is_subtree_end(Node *node, Oid comparison)
{
	Oid			function;

	if (!IsA(node, FuncExpr))
		return false;
	function = ((FuncExpr *) node)->funcid;
	return get_func_namespace(function) == get_func_namespace(comparison) &&
		strcmp(get_func_name(function), "last") == 0;
}

/* Gives the share of all rows whose code is below a value. */
static double
share_below(const CodeStatistics *statistics, int64 value)
{
	double		rest = 1.0 - statistics->null_share - statistics->common_share;
	double		share = Max(rest, 0.0) * histogram_share_below(&statistics->histogram, value);

	for (int i = 0; i < statistics->common.nvalues; i++)
		if (DatumGetInt64(statistics->common.values[i]) < value)
			share += statistics->common.numbers[i];
	return share;
}

/*
 * Gives the share of "code <= last(x)" among the rows with "code >= x", so that
 * the product of the two, which the planner takes, is the share of the subtree.
 */
static double
subtree_end_share(PlannerInfo *root, Node *ancestor, Oid function, const CodeStatistics *codes)
{
	double		share;
	double		above = DEFAULT_INEQ_SEL;

	ancestor = estimate_expression_value(root, ancestor);
	if (IsA(ancestor, Const) && !((Const *) ancestor)->constisnull && codes->known)
	{
		BpmCode		code = DatumGetInt64(((Const *) ancestor)->constvalue);

		share = subtree_share(codes, code);
		above = Max(1.0 - codes->null_share - share_below(codes, code), share);
	}
	else
		share = expected_share(root, ancestor, function, codes);
	return above > 0.0 ? share / above : 0.0;
}

/*
 * code_le_sel(internal, oid, internal, integer) is the RESTRICT estimator of <=.
 *
 * A pair of inequalities is recognised by the planner only if both sides are
 * constants; the inner side of a join would count as a ninth of the table.
 */
PG_FUNCTION_INFO_V1(bpm_code_le_sel);
Datum
bpm_code_le_sel(PG_FUNCTION_ARGS)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			function = get_opcode(PG_GETARG_OID(1));
	List	   *args = (List *) PG_GETARG_POINTER(2);
	VariableStatData variable;
	CodeStatistics statistics;
	Node	   *other;
	bool		on_left;
	double		share = DEFAULT_INEQ_SEL;

	if (!get_restriction_variable(root, args, PG_GETARG_INT32(3), &variable, &other, &on_left))
		PG_RETURN_FLOAT8(share);
	load_statistics(&variable, function, &statistics);
	if (on_left && is_subtree_end(lsecond(args), function))
		share = subtree_end_share(root, linitial(((FuncExpr *) lsecond(args))->args),
								  function, &statistics);
	else if (IsA(other, Const) && ((Const *) other)->constisnull)
		share = 0.0;
	else if (IsA(other, Const) && statistics.known)
	{
		int64		value = DatumGetInt64(((Const *) other)->constvalue);

		share = on_left ? share_below(&statistics, value + 1) :
			1.0 - statistics.null_share - share_below(&statistics, value);
	}
	free_statistics(&statistics);
	ReleaseVariableStats(variable);
	CLAMP_PROBABILITY(share);
	PG_RETURN_FLOAT8(share);
}

/* covers_sel(internal, oid, internal, integer) is the RESTRICT estimator of @>. */
PG_FUNCTION_INFO_V1(bpm_covers_sel);
Datum
bpm_covers_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(bpm_code_restriction((PlannerInfo *) PG_GETARG_POINTER(0),
										  get_opcode(PG_GETARG_OID(1)),
										  (List *) PG_GETARG_POINTER(2), 0, PG_GETARG_INT32(3)));
}

/* covered_by_sel(internal, oid, internal, integer) is the RESTRICT estimator of <@. */
PG_FUNCTION_INFO_V1(bpm_covered_by_sel);
Datum
bpm_covered_by_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(bpm_code_restriction((PlannerInfo *) PG_GETARG_POINTER(0),
										  get_opcode(PG_GETARG_OID(1)),
										  (List *) PG_GETARG_POINTER(2), 1, PG_GETARG_INT32(3)));
}

/* covers_joinsel(internal, oid, internal, smallint, internal) is the JOIN estimator of @>. */
PG_FUNCTION_INFO_V1(bpm_covers_joinsel);
Datum
bpm_covers_joinsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(bpm_code_join((PlannerInfo *) PG_GETARG_POINTER(0),
								   get_opcode(PG_GETARG_OID(1)),
								   (List *) PG_GETARG_POINTER(2), 0,
								   (JoinType) PG_GETARG_INT16(3),
								   (SpecialJoinInfo *) PG_GETARG_POINTER(4)));
}

/* covered_by_joinsel(internal, oid, internal, smallint, internal) is the JOIN estimator of <@. */
PG_FUNCTION_INFO_V1(bpm_covered_by_joinsel);
Datum
bpm_covered_by_joinsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(bpm_code_join((PlannerInfo *) PG_GETARG_POINTER(0),
								   get_opcode(PG_GETARG_OID(1)),
								   (List *) PG_GETARG_POINTER(2), 1,
								   (JoinType) PG_GETARG_INT16(3),
								   (SpecialJoinInfo *) PG_GETARG_POINTER(4)));
}
