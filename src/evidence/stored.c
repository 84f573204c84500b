/*
 * stored.c
 *	  Digests as columns hold them.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"

#include "evidence/digest.h"

/* Gives a digest as bytea. */
Datum
bpm_digest_datum(const uint8 *digest)
{
	bytea	   *bytes = palloc(VARHDRSZ + BPM_DIGEST_LENGTH);

	SET_VARSIZE(bytes, VARHDRSZ + BPM_DIGEST_LENGTH);
	memcpy(VARDATA(bytes), digest, BPM_DIGEST_LENGTH);
	return PointerGetDatum(bytes);
}

/* Tells whether a stored digest is this one. */
bool
bpm_digest_matches(Datum stored, const uint8 *digest)
{
	bytea	   *bytes = DatumGetByteaPP(stored);

	return VARSIZE_ANY_EXHDR(bytes) == BPM_DIGEST_LENGTH &&
		memcmp(VARDATA_ANY(bytes), digest, BPM_DIGEST_LENGTH) == 0;
}

/* Copies a digest of a row; zeros, which are nobody's digest, where there is none. */
void
bpm_row_digest(HeapTuple row, TupleDesc desc, int column, uint8 *digest)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, desc, column, &isnull);
	bytea	   *bytes = isnull ? NULL : DatumGetByteaPP(value);

	memset(digest, 0, BPM_DIGEST_LENGTH);
	if (bytes && VARSIZE_ANY_EXHDR(bytes) == BPM_DIGEST_LENGTH)
		memcpy(digest, VARDATA_ANY(bytes), BPM_DIGEST_LENGTH);
}
