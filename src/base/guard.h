/*
 * guard.h
 *	  Permits: how the code tells the guard triggers which single write of a
 *	  guarded table is its own.
 *
 * A permit opens one relation, once (or for the rows of one statement, where it
 * says many), to the rows that its accept() knows. It is dropped at the end of
 * any (sub)transaction that fails. There is no "we are posting" state for anyone's
 * trigger to exploit.
 */
#ifndef BPM_GUARD_H
#define BPM_GUARD_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"

#include "base/ledger.h"

typedef struct BpmPermit BpmPermit;

/*
 * Tells whether a write is the one expected.  old is NULL for an INSERT; *row is the
 * new row (NULL for a DELETE), which may be replaced, or set to NULL to leave the
 * stored row as it is.  The server has locked the newest version of old before it asks,
 * so that accept() may decide the new content under that lock.
 */
typedef bool (*BpmAccept) (const BpmPermit *permit, TupleDesc desc, HeapTuple old,
						   HeapTuple *row);

struct BpmPermit
{
	Oid			relation;
	const char *columns;		/* types of the columns that accept() reads by
								 * position, NULL: none */
	BpmAccept	accept;
	void	   *context;
	int64		key;			/* of bpm_accept_key, bpm_accept_members */
	bool		many;			/* holds for all rows of one statement */
};

extern void bpm_guard_init(void);
extern void bpm_guard_permit(BpmLedger *ledger, const BpmPermit *permit);
extern bool bpm_guard_used(void);
extern void bpm_guard_done(bool must_be_used);
extern Oid	bpm_year_relation(BpmLedger *ledger, const char *table, int year);
extern Oid	bpm_guarded_relation(BpmLedger *ledger, const char *table, int year);

extern bool bpm_accept_key(const BpmPermit *permit, TupleDesc desc, HeapTuple old,
						   HeapTuple *row);
extern bool bpm_accept_owned(const BpmPermit *permit, TupleDesc desc, HeapTuple old,
							 HeapTuple *row);
extern bool bpm_accept_members(const BpmPermit *permit, TupleDesc desc, HeapTuple old,
							   HeapTuple *row);
extern int	bpm_guarded_execute(BpmLedger *ledger, const char *table, int year,
								BpmPermit *permit, const BpmStatement *statement,
								Datum *values, const char *nulls, bool must_write);
extern int	bpm_write_row(BpmLedger *ledger, const char *table, int year, int64 key,
						  const BpmStatement *statement, Datum *values,
						  const char *nulls, bool must_write);
extern int	bpm_write_owned(BpmLedger *ledger, const char *table, int64 key,
							const BpmStatement *statement, Datum *values,
							const char *nulls);
extern void bpm_insert_rows(BpmLedger *ledger, const char *table,
							const BpmStatement *statement, Datum *values,
							const char *nulls, bool many);

#endif
