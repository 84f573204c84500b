/*
 * lookup.c
 *	  Finds what was posted for documents, by the keys that name them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/rows.h"
#include "document/document.h"

/* From so many on, looking keys up is worth a plan of its own. */
#define MANY_KEYS	100

/* A contract's commitment, and what it was carried into (结转) from year to year. */
static const BpmStatement commitments = {
	"WITH RECURSIVE chain (contract, obligation) AS ("
	" SELECT c.contract_id, j.posting_id"
	"  FROM pg_catalog.unnest($1) AS u (contract)"
	"  JOIN @ledger@.contract c ON c.contract_id OPERATOR(pg_catalog.=) u.contract"
	"  JOIN @ledger@.journal j ON j.line_id OPERATOR(pg_catalog.=) c.line_id"
	"   AND j.key OPERATOR(pg_catalog.=) ('contract:' OPERATOR(pg_catalog.||) c.contract_id::pg_catalog.text"
	"   OPERATOR(pg_catalog.||) ':signed')"
	" UNION ALL"
	" SELECT chain.contract, o.obligation_id FROM chain"
	"  JOIN @ledger@.obligation o ON o.predecessor OPERATOR(pg_catalog.=) chain.obligation"
	"   AND o.stage OPERATOR(pg_catalog.=) 'commit')"
	" SELECT chain.contract, o.obligation_id, o.line_id,"
	"  o.amount OPERATOR(budgetpm.-) o.drawn OPERATOR(budgetpm.-) o.released, o.drawn"
	" FROM chain JOIN @ledger@.obligation o"
	"  ON o.obligation_id OPERATOR(pg_catalog.=) chain.obligation", "x"
};

static const BpmStatement postings_of_keys = {
	"SELECT u.n, j.posting_id FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2))"
	" WITH ORDINALITY AS u (line, key, n) CROSS JOIN LATERAL"
	" (SELECT posting_id FROM @ledger@.journal j WHERE j.line_id OPERATOR(pg_catalog.=) u.line"
	"  AND j.key OPERATOR(pg_catalog.=) u.key OFFSET 0) AS j", "xs"
};

/* Finds the commitments of contracts; connected to SPI, as the ledger's owner. */
int
bpm_find_commitments(BpmLedger *ledger, const int64 *contracts, int count,
					 BpmCommitment **found)
{
	Datum		values[1] = {bpm_id_array(contracts, count)};
	int			rows = bpm_ledger_execute(ledger, &commitments, 0, values, NULL);
	bool		isnull;

	*found = palloc(Max(rows, 1) * sizeof(BpmCommitment));
	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		BpmCommitment *commitment = &(*found)[i];

		commitment->contract = DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
		commitment->obligation = DatumGetInt64(SPI_getbinval(row, desc, 2, &isnull));
		commitment->line = DatumGetInt64(SPI_getbinval(row, desc, 3, &isnull));
		commitment->left = DatumGetInt64(SPI_getbinval(row, desc, 4, &isnull));
		commitment->drawn = DatumGetInt64(SPI_getbinval(row, desc, 5, &isnull));
	}
	return rows;
}

/* Finds the posting of each key on its line, 0 where there is none; as the above. */
void
bpm_find_postings(BpmLedger *ledger, const int64 *lines, char **keys, int count,
				  int64 *postings)
{
	Datum	   *texts = palloc(count * sizeof(Datum));
	Datum		values[2];
	int			rows;
	bool		isnull;

	for (int i = 0; i < count; i++)
	{
		texts[i] = CStringGetTextDatum(keys[i]);
		postings[i] = 0;
	}
	values[0] = bpm_id_array(lines, count);
	values[1] = PointerGetDatum(construct_array(texts, count, TEXTOID, -1, false, TYPALIGN_INT));
	if (count > MANY_KEYS)
		bpm_ledger_plan_anew(ledger, &postings_of_keys, 0);
	rows = bpm_reach_rows(ledger, &postings_of_keys, 0, values);
	for (int i = 0; i < rows; i++)
		postings[DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1,
											 &isnull)) - 1] =
			DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull));
}
