/*
 * code_selectivity.c
 *	  How many rows @> and <@ of budget_code are expected to keep.
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

/* Estimates the operator with a column on one side and a value on the other. */
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
	free_statistics(&statistics);
	ReleaseVariableStats(variable);
	CLAMP_PROBABILITY(share);
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

/* Estimates the operator with a column of one relation on each side. */
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
	/* A semijoin asks for outer rows that find a partner among all inner ones. */
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
