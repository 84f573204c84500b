/*
 * buffer_key.c
 *	  The keys that postings of a call have used, or that others used before it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/rows.h"
#include "ledger/buffer_private.h"

/* From so many on, looking keys up is worth a plan of its own. */
#define MANY_KEYS	100

/* Gives a number for a key on a line; two that share one are told apart by the journal. */
static int64
key_number(int64 line, const char *key)
{
	return (int64) hash_bytes_extended((const unsigned char *) key, strlen(key), (uint64) line);
}

/* Notes the key of a posting, whose repetition must not post again. */
void
bpm_buffer_note_key(BpmBuffer *buffer, const BpmPosting *posting)
{
	int64		number;

	if (posting->request.key == NULL)
		return;
	number = key_number(posting->wanted[0], posting->request.key);
	hash_search(buffer->keys, &number, HASH_ENTER, NULL);
}

/* Tells whether the posting's key may be used already: in the journal, or by an entry that waits. */
bool
bpm_buffer_knows_key(BpmBuffer *buffer, const BpmPosting *posting)
{
	int64		number;

	if (posting->request.key == NULL)
		return false;
	number = key_number(posting->wanted[0], posting->request.key);
	return hash_search(buffer->keys, &number, HASH_FIND, NULL) != NULL;
}

static const BpmStatement used_keys = {
	"SELECT u.line, u.key FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u (line, key)"
	" CROSS JOIN LATERAL (SELECT 1 FROM @ledger@.journal_@year@ j"
	"  WHERE j.line_id OPERATOR(pg_catalog.=) u.line AND j.key OPERATOR(pg_catalog.=) u.key"
	"  OFFSET 0) AS j", "xs"
};

/* Finds which of the keys on these locked lines of one year were used before. */
static void
find_keys_of_year(BpmBuffer *buffer, int year, int64 *lines, Datum *keys, int count)
{
	Datum		values[2];
	int			found;

	values[0] = bpm_id_array(lines, count);
	values[1] = PointerGetDatum(construct_array(keys, count, TEXTOID, -1, false, TYPALIGN_INT));
	if (count > MANY_KEYS)
		bpm_ledger_plan_anew(buffer->ledger, &used_keys, year);
	found = bpm_reach_rows(buffer->ledger, &used_keys, year, values);
	for (int i = 0; i < found; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		int64		number = key_number(DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull)),
										bpm_row_string(row, desc, 2));

		hash_search(buffer->keys, &number, HASH_ENTER, NULL);
	}
	SPI_freetuptable(SPI_tuptable);
	if (found > MANY_KEYS)
		bpm_prepare_replays(buffer->ledger, year);
}

/* Finds which of these keys on locked lines were used before; lines of no year are passed over. */
void
bpm_buffer_find_keys(BpmBuffer *buffer, const int64 *lines, char **keys, int count)
{
	int64	   *chosen = palloc(count * sizeof(int64));
	Datum	   *texts = palloc(count * sizeof(Datum));
	bool	   *done = palloc0(count * sizeof(bool));

	for (int i = 0; i < count; i++)
	{
		int			year = BPM_LINE_YEAR(lines[i]);
		int			n = 0;
		bool		locked;

		if (done[i] || bpm_buffer_line(buffer, lines[i], &locked) == NULL)
			continue;
		for (int j = i; j < count; j++)
		{
			if (BPM_LINE_YEAR(lines[j]) != year)
				continue;
			done[j] = true;
			chosen[n] = lines[j];
			texts[n++] = CStringGetTextDatum(keys[j]);
		}
		find_keys_of_year(buffer, year, chosen, texts, n);
	}
	pfree(chosen);
	pfree(texts);
	pfree(done);
}
