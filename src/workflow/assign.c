/*
 * assign.c
 *	  Who signs: the people that a definition names, as they are when the step is
 *	  entered, and the rules for the initiator, for repetition and for nobody.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/operators.h"
#include "base/rows.h"
#include "workflow/workflow.h"

/* The nearest duty comes first: that of the smallest unit, then of the smallest division. */
static const BpmStatement find_duty = {
	"SELECT p.login, pg_catalog.length(COALESCE(d.unit::pg_catalog.text, '')),"
	" pg_catalog.length(COALESCE(d.division::pg_catalog.text, ''))"
	" FROM @ledger@.principal p JOIN @ledger@.duty d ON d.principal_id" EQ "p.principal_id"
	" WHERE p.title" EQ "$1 AND d.may_post AND d.valid_from OPERATOR(pg_catalog.<=) " SERVER_DATE
	" AND (d.valid_to IS NULL OR d.valid_to OPERATOR(pg_catalog.>=) " SERVER_DATE ")"
	" AND (d.division IS NULL OR d.division OPERATOR(budgetpm.@>) $2)"
	" AND (d.unit IS NULL OR d.unit OPERATOR(budgetpm.@>) $3)"
	" ORDER BY 2 DESC, 3 DESC, 1", "tcc"
};
static const BpmStatement find_parent = {
	"SELECT parent FROM @ledger@.unit WHERE code OPERATOR(budgetpm.=) $1", "c"
};

/* Adds a signer who is not in the list yet. */
static List *
add_signer(List *signers, const char *login, const BpmAssign *assign)
{
	BpmSigner  *signer;
	ListCell   *cell;

	foreach(cell, signers)
		if (strcmp(((BpmSigner *) lfirst(cell))->login, login) == 0)
			return signers;
	signer = palloc0(sizeof(BpmSigner));
	signer->login = pstrdup(login);
	signer->weight = assign->weight;
	signer->kind = assign->kind;
	return lappend(signers, signer);
}

/* Returns the unit above a unit, 0 for none. */
static BpmCode
superior_unit(BpmLedger *ledger, BpmCode unit)
{
	Datum		value = Int64GetDatum(unit);
	bool		isnull = true;
	Datum		parent = (Datum) 0;

	if (unit != 0 && bpm_ledger_execute(ledger, &find_parent, 0, &value, NULL) == 1)
		parent = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return isnull ? 0 : DatumGetInt64(parent);
}

/* Adds those who hold a duty (岗位) nearest to the case's place. */
static List *
add_duty(BpmCase *work, const BpmAssign *assign, bool superior, List *signers)
{
	BpmCode		unit = assign->at == 'd' ? 0 : work->unit;
	Datum		values[3];
	char		nulls[] = "   ";
	int			rows;
	char	   *near_unit = NULL;
	char	   *near_division = NULL;

	if (assign->at == 's' || superior)
		unit = superior_unit(work->ledger, unit);
	if (assign->at == 's' && superior)
		unit = superior_unit(work->ledger, unit);
	values[0] = CStringGetTextDatum(assign->value);
	values[1] = Int64GetDatum(work->division);
	bpm_set_id(values, nulls, 2, unit);
	rows = bpm_ledger_execute(work->ledger, &find_duty, 0, values, nulls);
	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		char	   *in_unit = bpm_row_string(row, SPI_tuptable->tupdesc, 2);
		char	   *in_division = bpm_row_string(row, SPI_tuptable->tupdesc, 3);

		near_unit = near_unit ? near_unit : in_unit;
		near_division = near_division ? near_division : in_division;
		if (strcmp(near_unit, in_unit) == 0 && strcmp(near_division, in_division) == 0)
			signers = add_signer(signers, bpm_row_string(row, SPI_tuptable->tupdesc, 1), assign);
	}
	return signers;
}

/* Adds the logins that a path finds among the facts; what is no role is refused. */
static List *
add_facts(BpmCase *work, const BpmAssign *assign, List *signers)
{
	List	   *logins = bpm_path_texts(assign->path, work->facts);
	ListCell   *cell;

	foreach(cell, logins)
	{
		if (!OidIsValid(get_role_oid(lfirst(cell), true)))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("role \"%s\" does not exist", (char *) lfirst(cell)),
					 errdetail("The facts of case " INT64_FORMAT " name it at %s.", work->id, assign->value)));
		signers = add_signer(signers, lfirst(cell), assign);
	}
	return signers;
}

/* Adds the people whom one entry of the definition names. */
static List *
add_assign(BpmCase *work, const BpmAssign *assign, bool superior, List *signers)
{
	switch (assign->kind)
	{
		case 'l':
			return add_signer(signers, assign->value, assign);
		case 'i':
			return add_signer(signers, work->initiator, assign);
		case 'f':
			return add_facts(work, assign, signers);
		default:
			return add_duty(work, assign, superior, signers);
	}
}

/* Returns the people (BpmSigner) whom a definition names now, each once. */
List *
bpm_resolve(BpmCase *work, const BpmAssigns *assigns, bool superior)
{
	List	   *signers = NIL;

	for (int i = 0; i < assigns->count; i++)
		signers = add_assign(work, &assigns->items[i], superior, signers);
	return signers;
}

/* Tells whether the login approved in the visit that led straight to this one. */
static bool
has_just_approved(BpmCase *work, const char *login)
{
	if (work->origin == 0)
		return false;
	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *task = work->tasks[i];

		if (task->visit == work->origin && bpm_is(task->kind, "sign") && bpm_is(task->state, "approved") &&
			strcmp(task->decided_by ? task->decided_by : task->assignee, login) == 0)
			return true;
	}
	return false;
}

/* Gives a signer his seat; one who need not be asked has passed already. */
static void
seat(BpmCase *work, BpmToken *token, const BpmSigner *signer, int number, const char *why)
{
	BpmTask    *task = bpm_case_new_task(work, token, "sign", signer->login);
	BpmEvent	event = {.action = why,.task = task->id,.step = token->step,.to_step = NO_STEP,.to_whom = signer->login};

	task->seat_no = number;
	task->weight = signer->weight;
	if (why == NULL || work->flow->steps[token->step].wait)
		return;
	bpm_set_state(task->state, "approved");
	task->decided_at = GetCurrentTimestamp();
	bpm_record(work, &event);
}

/* Takes the initiator out of the signers, or those above him in. */
static List *
replace_initiator(BpmCase *work, const BpmStep *step, List *signers)
{
	List	   *kept = NIL;
	ListCell   *cell;
	bool		found = false;

	foreach(cell, signers)
	{
		BpmSigner  *signer = lfirst(cell);

		if (strcmp(signer->login, work->initiator) != 0)
			kept = lappend(kept, signer);
		else
			found = true;
	}
	if (found && step->self == 'u')
		foreach(cell, bpm_resolve(work, &step->assign, true))
		{
			BpmSigner  *signer = lfirst(cell);

			if (signer->kind == 'd' && strcmp(signer->login, work->initiator) != 0)
				kept = lappend(kept, signer);
		}
	return kept;
}

/* Refuses to go on to a step that nobody can sign. */
static void
refuse_nobody(BpmCase *work, const BpmStep *step)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_RULE_VIOLATED),
			 errmsg("nobody can sign step \"%s\" of case " INT64_FORMAT, step->name, work->id),
			 errdetail("The definition names nobody who exists there; the initiator does not sign his own case."),
			 errhint("Give the duty to somebody, or set \"nobody\" in the definition.")));
}

/*
 * Seats everybody who signs the token's visit and returns the number of seats; 0
 * when there is nobody and the step is passed for that.
 */
int
bpm_seat_signers(BpmCase *work, BpmToken *token, const BpmStep *step)
{
	List	   *signers = bpm_resolve(work, &step->assign, false);
	ListCell   *cell;
	int			number = 0;

	if (step->self == 'f' || step->self == 'u')
		signers = replace_initiator(work, step, signers);
	foreach(cell, signers)
	{
		BpmSigner  *signer = lfirst(cell);
		bool		own = strcmp(signer->login, work->initiator) == 0;

		seat(work, token, signer, ++number,
			 own && step->self == 's' ? "skip_initiator" :
			 work->flow->skip_repeated && has_just_approved(work, signer->login) ? "skip_repeated" : NULL);
	}
	if (number == 0 && step->nobody == 'a')
	{
		BpmSigner	signer = {work->flow->administrator, 1, 'l'};

		if (step->self != 'a' && strcmp(signer.login, work->initiator) == 0)
			refuse_nobody(work, step);
		seat(work, token, &signer, ++number, NULL);
	}
	if (number == 0 && step->nobody == 'e')
		refuse_nobody(work, step);
	return number;
}
