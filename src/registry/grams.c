/*
 * grams.c
 *	  The character pairs of a name (字符二元组), by which names are compared.
 *
 * Pairs of code points, taken from the text itself: what the database's locale
 * holds for a letter has no part in it, so that Chinese is compared under the C
 * locale as under any other.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* Tells whether a character says nothing about a name: space, punctuation, an invisible one. */
static bool
is_filler(pg_wchar c)
{
	if (c < 0x80)
		return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'));
	return (c >= 0x80 && c <= 0xBF) || (c >= 0x2000 && c <= 0x206F) ||
		(c >= 0x3000 && c <= 0x303F && c != 0x3007) ||
		(c >= 0xFF00 && c <= 0xFF0F) || (c >= 0xFF1A && c <= 0xFF20) ||
		(c >= 0xFF3B && c <= 0xFF40) || (c >= 0xFF5B && c <= 0xFF65) || c == 0xFEFF;
}

/* Gives the wide and the narrow form, the upper and the lower case of a letter the same character. */
static pg_wchar
folded(pg_wchar c)
{
	if (c >= 0xFF01 && c <= 0xFF5E)
		c -= 0xFEE0;
	if (c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
		c += 0x20;
	return c;
}

/* Orders pairs. */
static int
compare_pairs(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return (left > right) - (left < right);
}

/* Returns the different pairs of neighbouring characters of a name, in order; one character alone is a pair with nothing. */
PG_FUNCTION_INFO_V1(bpm_grams);
Datum
bpm_grams(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	int			length = VARSIZE_ANY_EXHDR(name);
	pg_wchar   *wide = palloc((length + 1) * sizeof(pg_wchar));
	int64	   *pairs = palloc((length + 1) * sizeof(int64));
	Datum	   *items;
	int			characters = pg_mb2wchar_with_len(VARDATA_ANY(name), wide, length);
	int			kept = 0;
	int			count = 0;
	int			different = 0;

	for (int i = 0; i < characters; i++)
	{
		pg_wchar	c = folded(wide[i]);

		if (!is_filler(c))
			wide[kept++] = c;
	}
	for (int i = 0; i + 1 < kept; i++)
		pairs[count++] = ((int64) wide[i] << 32) | wide[i + 1];
	if (kept == 1)
		pairs[count++] = (int64) wide[0] << 32;
	qsort(pairs, count, sizeof(int64), compare_pairs);
	items = palloc(Max(count, 1) * sizeof(Datum));
	for (int i = 0; i < count; i++)
		if (i == 0 || pairs[i] != pairs[i - 1])
			items[different++] = Int64GetDatum(pairs[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(items, different, INT8OID, sizeof(int64),
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* Opens a list of pairs; refuses what is no plain list of them. */
static int64 *
pairs_of(ArrayType *array, int *count)
{
	if (ARR_NDIM(array) == 0)
	{
		*count = 0;
		return NULL;
	}
	if (ARR_NDIM(array) != 1 || ARR_HASNULL(array) || ARR_ELEMTYPE(array) != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pairs of characters must be one list without nulls")));
	*count = ARR_DIMS(array)[0];
	return (int64 *) ARR_DATA_PTR(array);
}

/* Returns how many pairs two names share; both lists are in order, as grams() makes them. */
PG_FUNCTION_INFO_V1(bpm_shared_grams);
Datum
bpm_shared_grams(PG_FUNCTION_ARGS)
{
	int			a_count;
	int			b_count;
	const int64 *a = pairs_of(PG_GETARG_ARRAYTYPE_P(0), &a_count);
	const int64 *b = pairs_of(PG_GETARG_ARRAYTYPE_P(1), &b_count);
	int			i = 0;
	int			k = 0;
	int32		shared = 0;

	while (i < a_count && k < b_count)
	{
		int64		left = a[i];
		int64		right = b[k];

		shared += left == right;
		i += left <= right;
		k += right <= left;
	}
	PG_RETURN_INT32(shared);
}
