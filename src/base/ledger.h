/*
 * ledger.h
 *	  A ledger as the C code sees it: which schema, whose, under which digest,
 *	  and the saved plans that run on it.
 *
 * Plans are generic but where a statement says otherwise, kept for the life of the
 * backend, and rebuilt when the schema or a rule table changes.
 */
#ifndef BPM_LEDGER_HANDLE_H
#define BPM_LEDGER_HANDLE_H

#include "postgres.h"

#include "executor/spi.h"

#include "base/compat.h"

/* Ledger layouts this library runs; upgrade_ledger() brings older ones forward. */
#define BPM_LAYOUT_NEWEST	1
#define BPM_LAYOUT_OLDEST	1

typedef struct BpmLedger
{
	Oid			relid;			/* <schema>.ledger: the identity of a ledger */
	Oid			namespace;
	Oid			owner;			/* the role whose rights the fixed statements
								 * use */
	char		schema[NAMEDATALEN * 2 + 3];	/* quoted, ready for a
												 * statement */
	char		digest[16];		/* 'sha256' or 'sm3' */
	uint64		generation;		/* grows at each reload: caches built on it
								 * compare this */
	Oid			amount_type;
	Oid			code_type;
	struct BpmLedgerPrivate *private;
} BpmLedger;

/*
 * A fixed statement of the code.  In the text, @ledger@ stands for the quoted
 * schema and @year@ for the fiscal year (partitions are named by it).  One
 * letter an argument: b boolean, i int4, l int8, a amount, c budget_code, t text,
 * d date, f float8 (a coordinate), z timestamptz, j jsonb, y bytea, n numeric, k int4[], x int8[], p tid[], s text[]; of
 * columns also h int2, q "char", v varchar.
 */
typedef struct BpmStatement
{
	const char *text;
	const char *args;
	bool		each_time;		/* planned with its values at each use: it reads whole tables */
	bool		by_key;			/* reaches few rows by an index, also if planned while there were none */
} BpmStatement;

extern void bpm_ledger_init(void);
extern BpmLedger *bpm_ledger_open(Oid relid);
extern Oid	bpm_ledger_function(BpmLedger *ledger, const char *name);
extern bool bpm_ledger_has_year(BpmLedger *ledger, int year);
pg_noreturn extern void bpm_no_such_year(BpmLedger *ledger, int year);
extern Oid	bpm_letter_type(BpmLedger *ledger, char letter);
extern void bpm_ledger_plan_anew(BpmLedger *ledger, const BpmStatement *statement, int year);
extern SPIPlanPtr bpm_ledger_plan(BpmLedger *ledger,
								  const BpmStatement *statement, int year);
extern void bpm_ledger_check_rows(BpmLedger *ledger, const BpmStatement *statement,
								  int year, TupleDesc rows);
extern int	bpm_ledger_execute(BpmLedger *ledger, const BpmStatement *statement,
							   int year, Datum *values, const char *nulls);
extern int	bpm_ledger_execute_latest(BpmLedger *ledger, const BpmStatement *statement,
									  int year, Datum *values, const char *nulls,
									  bool writes);

/* The caller's user id and context while statements run as the ledger's owner. */
typedef struct BpmOwnerScope
{
	Oid			saved_user;
	int			saved_context;
} BpmOwnerScope;

extern void bpm_owner_enter(BpmLedger *ledger, BpmOwnerScope *scope);
extern void bpm_owner_leave(BpmOwnerScope *scope);

#endif
