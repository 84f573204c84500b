/*
 * digest.h
 *	  Canonical bytes and their digest: what an entry's evidence is made of.
 *
 * Content is a list of fields, each a netstring "<length>:<bytes>,", a null
 * field "-,": no two contents have the same bytes, and an auditor can rebuild
 * them with any tool (docs/evidence.md).
 */
#ifndef BPM_DIGEST_H
#define BPM_DIGEST_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#define BPM_DIGEST_LENGTH	32	/* SHA-256 and SM3 alike */

extern void bpm_digest_start(const char *algorithm);
extern void bpm_digest_null(void);
extern void bpm_digest_bytes(const char *bytes, size_t length);
extern void bpm_digest_cstring(const char *string);
extern void bpm_digest_int64(int64 value);
extern void bpm_digest_optional(int64 value);
extern void bpm_digest_date(DateADT date);
extern void bpm_digest_moment(TimestampTz moment);
extern void bpm_digest_finish(uint8 *digest);
extern void bpm_digest_link(const char *algorithm, const uint8 *previous,
							const uint8 *content, uint8 *digest);

/* Digests as columns hold them. */
extern Datum bpm_digest_datum(const uint8 *digest);
extern bool bpm_digest_matches(Datum stored, const uint8 *digest);
extern void bpm_row_digest(HeapTuple row, TupleDesc desc, int column, uint8 *digest);

#endif
