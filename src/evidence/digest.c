/*
 * digest.c
 *	  SHA-256 and SM3 through libcrypto, with the algorithm fetched once a backend.
 */
#include "postgres.h"

#include <openssl/evp.h>

#include "common/int.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "evidence/digest.h"

/* Fetching an algorithm costs more than hashing an entry with it. */
static EVP_MD_CTX *context = NULL;
static EVP_MD *fetched = NULL;
static char fetched_name[16];

/* Returns the name OpenSSL knows the algorithm by, or refuses it. */
static const char *
library_name(const char *algorithm)
{
	if (strcmp(algorithm, "sha256") == 0)
		return "SHA256";
	if (strcmp(algorithm, "sm3") == 0)
		return "SM3";
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("digest algorithm \"%s\" is not known", algorithm),
			 errhint("Use sha256 or sm3.")));
}

/* Makes the algorithm the current one; false when this OpenSSL lacks it. */
static bool
fetch_algorithm(const char *algorithm)
{
	EVP_MD	   *found;

	if (fetched && strcmp(fetched_name, algorithm) == 0)
		return true;
	found = EVP_MD_fetch(NULL, library_name(algorithm), NULL);
	if (found == NULL)
		return false;
	EVP_MD_free(fetched);
	fetched = found;
	strlcpy(fetched_name, algorithm, sizeof(fetched_name));
	return true;
}

/* Reports an algorithm that is known but cannot be had here. */
static void
digest_failed(const char *algorithm)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("digest algorithm \"%s\" is not available in this server's OpenSSL", algorithm),
			 errhint("Install an OpenSSL that has it, or make the ledger with another digest.")));
}

/* Begins a content; one content at a time is built in a backend. */
void
bpm_digest_start(const char *algorithm)
{
	if (!fetch_algorithm(algorithm))
		digest_failed(algorithm);
	if (context == NULL)
		context = EVP_MD_CTX_new();
	if (context == NULL || EVP_DigestInit_ex(context, fetched, NULL) != 1)
		digest_failed(algorithm);
}

/* Adds raw bytes to the content being built. */
static void
feed(const void *bytes, size_t length)
{
	if (EVP_DigestUpdate(context, bytes, length) != 1)
		elog(ERROR, "could not compute digest");
}

/* Adds a null field. */
void
bpm_digest_null(void)
{
	feed("-,", 2);
}

/* Adds a field of any bytes. */
void
bpm_digest_bytes(const char *bytes, size_t length)
{
	char		prefix[MAXINT8LEN + 2];
	int			digits = pg_lltoa((int64) length, prefix);

	prefix[digits++] = ':';
	feed(prefix, digits);
	feed(bytes, length);
	feed(",", 1);
}

/* Adds a text field, or a null one. */
void
bpm_digest_cstring(const char *string)
{
	if (string == NULL)
		bpm_digest_null();
	else
		bpm_digest_bytes(string, strlen(string));
}

/* Adds a number in decimal. */
void
bpm_digest_int64(int64 value)
{
	char		digits[MAXINT8LEN + 1];

	bpm_digest_bytes(digits, pg_lltoa(value, digits));
}

/* Adds a number, where 0 stands for null. */
void
bpm_digest_optional(int64 value)
{
	if (value == 0)
		bpm_digest_null();
	else
		bpm_digest_int64(value);
}

/* Adds a date in ISO form, whatever DateStyle says. */
void
bpm_digest_date(DateADT date)
{
	int			year,
				month,
				day;
	char		iso[32];

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	snprintf(iso, sizeof(iso), "%04d-%02d-%02d", year, month, day);
	bpm_digest_cstring(iso);
}

/* Adds a moment in microseconds since 1970, so that no time zone setting is part of the evidence. */
void
bpm_digest_moment(TimestampTz moment)
{
	bpm_digest_int64(moment + INT64CONST(10957) * USECS_PER_DAY);
}

/* Ends the content and gives its digest. */
void
bpm_digest_finish(uint8 *digest)
{
	unsigned int length = 0;

	if (EVP_DigestFinal_ex(context, digest, &length) != 1 || length != BPM_DIGEST_LENGTH)
		elog(ERROR, "could not compute digest");
}

/* A link of a chain: H(previous || H(content)), over the bare 64 bytes. */
void
bpm_digest_link(const char *algorithm, const uint8 *previous, const uint8 *content,
				uint8 *digest)
{
	bpm_digest_start(algorithm);
	feed(previous, BPM_DIGEST_LENGTH);
	feed(content, BPM_DIGEST_LENGTH);
	bpm_digest_finish(digest);
}

/* Says whether the server's OpenSSL has the algorithm. */
PG_FUNCTION_INFO_V1(bpm_digest_available);
Datum
bpm_digest_available(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(fetch_algorithm(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}

/* The digest of bytes under one of a ledger's algorithms. */
PG_FUNCTION_INFO_V1(bpm_digest);
Datum
bpm_digest(PG_FUNCTION_ARGS)
{
	char	   *algorithm = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bytea	   *content = PG_GETARG_BYTEA_PP(1);
	bytea	   *result = palloc(VARHDRSZ + BPM_DIGEST_LENGTH);

	bpm_digest_start(algorithm);
	feed(VARDATA_ANY(content), VARSIZE_ANY_EXHDR(content));
	SET_VARSIZE(result, VARHDRSZ + BPM_DIGEST_LENGTH);
	bpm_digest_finish((uint8 *) VARDATA(result));
	PG_RETURN_BYTEA_P(result);
}
