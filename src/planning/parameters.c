/*
 * parameters.c
 *	  Statements of this module: their parameters, and how they read and write.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/guard.h"
#include "base/rows.h"
#include "planning/private.h"
#include "planning/rule_private.h"

/* Adds a parameter, null or not. */
static void
bind(BpmParameters *parameters, Datum value, bool isnull)
{
	Assert(parameters->count < lengthof(parameters->values));
	parameters->values[parameters->count] = value;
	parameters->nulls[parameters->count] = isnull ? 'n' : ' ';
	parameters->count++;
}

/* Adds an int4. */
void
bpm_bind_int(BpmParameters *parameters, int32 value)
{
	bind(parameters, Int32GetDatum(value), false);
}

/* Adds an id or a code, where 0 stands for null. */
void
bpm_bind_id(BpmParameters *parameters, int64 value)
{
	bind(parameters, Int64GetDatum(value), value == 0);
}

/* Adds an amount, which may be 0. */
void
bpm_bind_fen(BpmParameters *parameters, BpmFen value)
{
	bind(parameters, Int64GetDatum(value), false);
}

/* Adds a boolean. */
void
bpm_bind_bool(BpmParameters *parameters, bool value)
{
	bind(parameters, BoolGetDatum(value), false);
}

/* Adds a text, where NULL stands for null. */
void
bpm_bind_text(BpmParameters *parameters, const char *value)
{
	bind(parameters, value ? CStringGetTextDatum(value) : (Datum) 0, value == NULL);
}

/* Adds a value passed by reference, where 0 stands for null. */
void
bpm_bind_datum(BpmParameters *parameters, Datum value)
{
	bind(parameters, value, value == 0);
}

/* Runs a statement that reads, and returns its number of rows. */
int
bpm_planning_read(BpmLedger *ledger, const BpmStatement *statement, BpmParameters *parameters)
{
	return bpm_ledger_execute(ledger, statement, 0, parameters ? parameters->values : NULL,
							  parameters ? parameters->nulls : NULL);
}

/* Executes a statement and stays in the current memory context, which SPI leaves for its own. */
int
bpm_run_here(BpmLedger *ledger, const BpmStatement *statement, Datum *values, const char *nulls)
{
	MemoryContext here = CurrentMemoryContext;
	int			rows = bpm_ledger_execute(ledger, statement, 0, values, nulls);

	MemoryContextSwitchTo(here);
	return rows;
}

/* The same for what is committed now, whatever the isolation level: the caller holds the locks. */
int
bpm_planning_read_latest(BpmLedger *ledger, const BpmStatement *statement,
						 BpmParameters *parameters)
{
	return bpm_ledger_execute_latest(ledger, statement, 0, parameters->values,
									 parameters->nulls, false);
}

/* Accepts what the one statement that holds the permit writes. */
static bool
accept_statement(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	return true;
}

/* Runs one statement of ours that writes a guarded table, and returns how many rows it wrote. */
int
bpm_planning_write(BpmLedger *ledger, const char *table, const BpmStatement *statement,
				   Datum *values, const char *nulls)
{
	BpmPermit	permit = {0};

	permit.accept = accept_statement;
	permit.many = true;
	return bpm_guarded_execute(ledger, table, 0, &permit, statement, values, nulls, false);
}

/* The same with collected parameters. */
int
bpm_planning_store(BpmLedger *ledger, const char *table, const BpmStatement *statement,
				   BpmParameters *parameters)
{
	return bpm_planning_write(ledger, table, statement, parameters->values, parameters->nulls);
}
