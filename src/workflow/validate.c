/*
 * validate.c
 *	  Whether a flow can be run: every name known, every step reached, every way
 *	  leading to an end and past a person, branches closed by their own join.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/effect.h"
#include "base/operators.h"
#include "workflow/workflow.h"

#define UNKNOWN_SCOPE	(-2)
#define OUTSIDE			(-1)	/* of every fork */

/* Finds the step that a name stands for; an unknown one is a fault at that place. */
static int
link_name(BpmFlow *flow, const char *place, const char *key, const char *name, BpmFaults *faults)
{
	int			step;

	if (name == NULL)
		return NO_STEP;
	step = bpm_find_step(flow, name);
	if (step == NO_STEP || step == START_STEP)
	{
		bpm_fault(faults, psprintf("%s.%s", place, key), "there is no step \"%s\"", name);
		return NO_STEP;
	}
	return step;
}

/* Turns names into step numbers. */
static void
link_steps(BpmFlow *flow, BpmFaults *faults)
{
	for (int i = 1; i < flow->nsteps; i++)
	{
		BpmStep    *step = &flow->steps[i];

		step->next = link_name(flow, step->place, "next", step->next_name, faults);
		step->default_step = link_name(flow, step->place, "default", step->default_name, faults);
		step->join = link_name(flow, step->place, "join", step->join_name, faults);
		if (step->join != NO_STEP && flow->steps[step->join].type != STEP_JOIN)
			bpm_fault(faults, psprintf("%s.join", step->place), "step \"%s\" is not a join", step->join_name);
		if (step->on_reject == 't')
			step->reject_step = link_name(flow, step->place, "on_reject", step->reject_name, faults);
		for (int j = 0; j < step->nbranches; j++)
			step->branches[j].next = link_name(flow, psprintf("%s.branches[%d]", step->place, j), "next",
											   step->branches[j].next_name, faults);
	}
	flow->steps[START_STEP].next = flow->nsteps > 1 ? 1 : NO_STEP;
}

/* Returns the number of steps that can follow a step, which are written to the array. */
static int
successors(const BpmStep *step, int *next)
{
	int			count = 0;

	if (step->type == STEP_CHOOSE || step->type == STEP_PARALLEL || step->type == STEP_INCLUSIVE)
	{
		for (int i = 0; i < step->nbranches; i++)
			if (step->branches[i].next != NO_STEP)
				next[count++] = step->branches[i].next;
		if (step->default_step != NO_STEP)
			next[count++] = step->default_step;
	}
	else if (step->type != STEP_END && step->next != NO_STEP)
		next[count++] = step->next;
	return count;
}

/* Returns room for the successors of any step. */
static int *
successor_room(const BpmFlow *flow)
{
	int			most = 1;

	for (int i = 0; i < flow->nsteps; i++)
		most = Max(most, flow->steps[i].nbranches + 1);
	return palloc(most * sizeof(int));
}

/* Gives a step its innermost fork; one that is met inside two different ones is a fault. */
static bool
meet(BpmFlow *flow, int *scope, int step, int fork, BpmFaults *faults)
{
	if (scope[step] == UNKNOWN_SCOPE)
	{
		scope[step] = fork;
		return true;
	}
	if (scope[step] != fork)
		bpm_fault(faults, flow->steps[step].place,
				  "step \"%s\" is reached both %s and %s: a way leads into or out of branches beside their join",
				  flow->steps[step].name,
				  scope[step] == OUTSIDE ? "outside all branches" :
				  psprintf("inside the branches of \"%s\"", flow->steps[scope[step]].name),
				  fork == OUTSIDE ? "outside all branches" :
				  psprintf("inside the branches of \"%s\"", flow->steps[fork].name));
	return false;
}

/* The scope behind a join is that of the fork it closes. */
static int
scope_after(BpmFlow *flow, int *scope, int step, BpmFaults *faults)
{
	int			fork = scope[step];

	if (flow->steps[step].type != STEP_JOIN)
		return fork;
	if (fork == OUTSIDE || flow->steps[fork].join != step)
	{
		bpm_fault(faults, flow->steps[step].place, "join \"%s\" is reached where it closes no gateway",
				  flow->steps[step].name);
		return fork;
	}
	return scope[fork];
}

/* Walks from the start, and gives every step it meets its scope. */
static void
walk_forward(BpmFlow *flow, int *scope, BpmFaults *faults)
{
	int		   *queue = palloc(flow->nsteps * sizeof(int));
	int		   *next = successor_room(flow);
	int			head = 0;
	int			tail = 0;

	scope[START_STEP] = OUTSIDE;
	queue[tail++] = START_STEP;
	while (head < tail)
	{
		int			step = queue[head++];
		BpmStep    *at = &flow->steps[step];
		int			inner = at->type == STEP_PARALLEL || at->type == STEP_INCLUSIVE ? step :
			scope_after(flow, scope, step, faults);
		int			count = successors(at, next);

		for (int i = 0; i < count; i++)
			if (meet(flow, scope, next[i], inner, faults))
				queue[tail++] = next[i];
	}
}

/* Marks the steps from which an end can be reached. */
static bool *
walk_backward(BpmFlow *flow)
{
	bool	   *ends = palloc0(flow->nsteps * sizeof(bool));
	int		   *next = successor_room(flow);
	bool		grown = true;

	for (int i = 0; i < flow->nsteps; i++)
		ends[i] = flow->steps[i].type == STEP_END;
	while (grown)
	{
		grown = false;
		for (int i = 0; i < flow->nsteps; i++)
			for (int j = successors(&flow->steps[i], next) - 1; j >= 0 && !ends[i]; j--)
				grown |= ends[i] = ends[next[j]];
	}
	return ends;
}

/* Tells whether a way leads back to where it began without meeting a person. */
static bool
circles(BpmFlow *flow, int from, int at, bool *seen)
{
	int		   *next = successor_room(flow);
	int			count = successors(&flow->steps[at], next);

	for (int i = 0; i < count; i++)
	{
		BpmStep    *step = &flow->steps[next[i]];

		if (next[i] == from)
			return true;
		if (seen[next[i]] || step->type == STEP_SIGN || step->type == STEP_CALL)
			continue;
		seen[next[i]] = true;
		if (circles(flow, from, next[i], seen))
			return true;
	}
	return false;
}

/* Tells whether a way leads from one step to another. */
static bool
leads_to(BpmFlow *flow, int from, int to, bool *seen)
{
	int		   *next = successor_room(flow);
	int			count = successors(&flow->steps[from], next);

	for (int i = 0; i < count; i++)
	{
		if (next[i] == to)
			return true;
		if (seen[next[i]])
			continue;
		seen[next[i]] = true;
		if (leads_to(flow, next[i], to, seen))
			return true;
	}
	return false;
}

/* Tells whether a step is outside the branches that another one is in, or in the same. */
static bool
encloses(const int *scope, int outer, int inner)
{
	int			at = scope[inner];

	while (at != scope[outer] && at >= 0)
		at = scope[at];
	return at == scope[outer];
}

/* Reports a rejection that leads to where the case can never have been. */
static void
report_reject(BpmFlow *flow, int number, const int *scope, BpmFaults *faults)
{
	BpmStep    *step = &flow->steps[number];
	char	   *place = psprintf("%s.on_reject", step->place);

	if (step->on_reject != 't' || step->reject_step == NO_STEP)
		return;
	if (flow->steps[step->reject_step].type != STEP_SIGN)
		bpm_fault(faults, place, "nobody decides at step \"%s\"", step->reject_name);
	else if (step->reject_step == number || !encloses(scope, step->reject_step, number) ||
			 !leads_to(flow, step->reject_step, number, palloc0(flow->nsteps * sizeof(bool))))
		bpm_fault(faults, place, "step \"%s\" does not come before on this way", step->reject_name);
}

/* Reports what the walks found, step by step. */
static void
report_steps(BpmFlow *flow, const int *scope, const bool *ends, BpmFaults *faults)
{
	for (int i = 1; i < flow->nsteps; i++)
	{
		BpmStep    *step = &flow->steps[i];

		if (scope[i] == UNKNOWN_SCOPE)
		{
			bpm_fault(faults, step->place, "step \"%s\" is never reached", step->name);
			continue;
		}
		if (!ends[i])
			bpm_fault(faults, step->place, "no way leads from step \"%s\" to an end", step->name);
		if (step->type == STEP_END && scope[i] != OUTSIDE && strcmp(step->end_state, "approved") == 0)
			bpm_fault(faults, step->place, "an approval cannot end a case inside the branches of \"%s\"",
					  flow->steps[scope[i]].name);
		if (step->type != STEP_SIGN && step->type != STEP_CALL &&
			circles(flow, i, i, palloc0(flow->nsteps * sizeof(bool))))
			bpm_fault(faults, step->place, "a way leads from step \"%s\" back to it without a person", step->name);
		if (step->undo.count > 0 && scope[i] != OUTSIDE)
			bpm_fault(faults, psprintf("%s.undo", step->place), "inside branches nothing is undone");
		report_reject(flow, i, scope, faults);
	}
}

/* Links the steps and reports every fault of their graph. */
void
bpm_validate_graph(BpmFlow *flow, BpmFaults *faults)
{
	int			before = faults->count;
	int		   *scope = palloc(flow->nsteps * sizeof(int));

	if (flow->nsteps == 0)
		return;
	link_steps(flow, faults);

	/* A name that leads nowhere would make its followers look lost. */
	if (faults->count > before)
		return;
	for (int i = 0; i < flow->nsteps; i++)
		scope[i] = UNKNOWN_SCOPE;
	walk_forward(flow, scope, faults);
	report_steps(flow, scope, walk_backward(flow), faults);
	for (int i = 0; i < flow->nsteps; i++)
		flow->steps[i].scope = scope[i] < 0 ? NO_STEP : scope[i];
}

/* Tells whether some principal has that title. */
static bool
title_exists(BpmLedger *ledger, const char *title)
{
	static const BpmStatement find = {
		"SELECT 1 FROM @ledger@.principal WHERE title" EQ "$1 LIMIT 1", "t"
	};
	Datum		value = CStringGetTextDatum(title);

	return bpm_ledger_execute(ledger, &find, 0, &value, NULL) == 1;
}

/* Reports a login that is no role. */
static void
check_login(const char *login, const char *path, BpmFaults *faults)
{
	if (login && !OidIsValid(get_role_oid(login, true)))
		bpm_fault(faults, path, "there is no role \"%s\"", login);
}

/* Reports signers that nobody can be. */
static void
check_assigns(BpmLedger *ledger, const BpmAssigns *assigns, const char *place, BpmFaults *faults)
{
	for (int i = 0; i < assigns->count; i++)
	{
		BpmAssign  *assign = &assigns->items[i];
		char	   *path = psprintf("%s[%d]", place, i);

		if (assign->kind == 'l')
			check_login(assign->value, psprintf("%s.login", path), faults);
		if (assign->kind == 'd' && !title_exists(ledger, assign->value))
			bpm_fault(faults, psprintf("%s.duty", path), "no principal has the title \"%s\"", assign->value);
	}
}

/* Tells whether the ledger's schema has such a function, the owner's own. */
static bool
function_exists(BpmLedger *ledger, const char *name)
{
	Oid			types[] = {INT8OID, JSONBOID, JSONBOID};
	HeapTuple	tuple = SearchSysCache3(PROCNAMEARGSNSP, CStringGetDatum(name),
										PointerGetDatum(buildoidvector(types, 3)),
										ObjectIdGetDatum(ledger->namespace));
	bool		good = HeapTupleIsValid(tuple) &&
		((Form_pg_proc) GETSTRUCT(tuple))->proowner == ledger->owner &&
		((Form_pg_proc) GETSTRUCT(tuple))->prorettype == JSONBOID;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return good;
}

/* Reports effects that are not registered, or whose arguments they do not take. */
static void
check_effects(BpmLedger *ledger, const BpmEffects *effects, BpmFaults *faults)
{
	for (int i = 0; i < effects->count; i++)
	{
		BpmEffectSpec *spec = &effects->items[i];
		const BpmEffect *effect = spec->name ? bpm_find_effect(spec->name) : NULL;
		char	   *fault;

		if (spec->name && effect == NULL)
			bpm_fault(faults, psprintf("%s.effect", spec->place), "effect \"%s\" is not registered; there are %s",
					  spec->name, bpm_list_effects());
		if (effect && effect->check && (fault = effect->check(ledger, spec->arguments)) != NULL)
			bpm_fault(faults, psprintf("%s.arguments", spec->place), "%s", fault);
		if (spec->function && !function_exists(ledger, spec->function))
			bpm_fault(faults, psprintf("%s.function", spec->place),
					  "the ledger has no function %s(bigint, jsonb, jsonb) of its owner that returns jsonb",
					  spec->function);
	}
}

/* Reports every name that the ledger does not know; the caller is connected, as the owner. */
void
bpm_validate_names(BpmLedger *ledger, BpmFlow *flow, BpmFaults *faults)
{
	check_login(flow->administrator, "$.administrator", faults);
	check_assigns(ledger, &flow->parties, "$.parties", faults);
	for (int i = 0; i < MOMENT_COUNT; i++)
		check_effects(ledger, &flow->effects[i], faults);
	for (int i = 1; i < flow->nsteps; i++)
	{
		BpmStep    *step = &flow->steps[i];

		check_assigns(ledger, &step->assign, psprintf("%s.assign", step->place), faults);
		check_effects(ledger, &step->effects, faults);
		check_effects(ledger, &step->undo, faults);
		check_login(step->deadline.to, psprintf("%s.deadline.to", step->place), faults);
		if (step->nobody == 'a' && flow->administrator == NULL)
			bpm_fault(faults, psprintf("%s.nobody", step->place), "the flow names no administrator");
		if (step->call && flow->name && strcmp(step->call, flow->name) == 0)
			bpm_fault(faults, psprintf("%s.flow", step->place), "a flow cannot call itself");
		else if (step->call && !bpm_flow_known(ledger, step->call))
			bpm_fault(faults, psprintf("%s.flow", step->place), "there is no flow \"%s\"", step->call);
	}
}
