/*
 * rows.c
 *	  Columns of a row that was read, and parameters of a statement to be run.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/rows.h"

/* Returns a column of a row as text; a null where none can be is damage, not a value. */
char *
bpm_row_string(HeapTuple row, TupleDesc rows, int column)
{
	char	   *string = SPI_getvalue(row, rows, column);

	if (string == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
				 errmsg("column \"%s\" of the ledger holds a null",
						NameStr(TupleDescAttr(rows, column - 1)->attname)),
				 errhint("Run budgetpm.check_ledger().")));
	return string;
}

/* Returns a whole number of any width, an amount, a code or a moment of a row; 0 for null. */
int64
bpm_row_number(HeapTuple row, TupleDesc rows, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, rows, column, &isnull);

	if (isnull)
		return 0;
	switch (TupleDescAttr(rows, column - 1)->attlen)
	{
		case 1:
			return DatumGetChar(value);
		case 2:
			return DatumGetInt16(value);
		case 4:
			return DatumGetInt32(value);
		default:
			return DatumGetInt64(value);
	}
}

/* Returns a text of the last result, NULL for null. */
char *
bpm_result_text(int row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

/* Returns a number of the last result, 0 for null. */
int64
bpm_result_int(int row, int column)
{
	return bpm_row_number(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

/* Sets an id, a code or a moment; null for 0. */
void
bpm_set_id(Datum *values, char *nulls, int at, int64 id)
{
	values[at] = Int64GetDatum(id);
	nulls[at] = id == 0 ? 'n' : ' ';
}

/* Sets a value that is passed by reference; null for 0. */
void
bpm_set_datum(Datum *values, char *nulls, int at, Datum value)
{
	values[at] = value;
	nulls[at] = value == 0 ? 'n' : ' ';
}

/* Sets a text; null for NULL. */
void
bpm_set_text(Datum *values, char *nulls, int at, const char *text)
{
	bpm_set_datum(values, nulls, at, text ? CStringGetTextDatum(text) : (Datum) 0);
}

/* Sets a column of a row that is made, null for NULL. */
void
bpm_put_text(Datum *values, bool *nulls, int at, const char *text)
{
	nulls[at] = text == NULL;
	values[at] = text ? CStringGetTextDatum(text) : (Datum) 0;
}

/* Returns ids as a parameter, in the order in which they are. */
Datum
bpm_id_array(const int64 *ids, int count)
{
	Datum	   *elements = palloc(Max(count, 1) * sizeof(Datum));

	for (int i = 0; i < count; i++)
		elements[i] = Int64GetDatum(ids[i]);
	return PointerGetDatum(construct_array(elements, count, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* Orders ids, for qsort() and bsearch(). */
int
bpm_compare_ids(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return left < right ? -1 : left > right;
}
