/*
 * record.c
 *	  Rows of this module that carry a digest of what they say, and of what belongs
 *	  to them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/jsonb.h"
#include "base/number.h"
#include "base/rows.h"
#include "evidence/digest.h"
#include "performance/performance.h"
#include "registry/registry.h"

/* What a row is sealed with. */
typedef struct Seal
{
	const char *algorithm;
	const char *belongs;		/* rows of other tables, as text; NULL: none */
} Seal;

/* Adds a column to the digest: numbers and moments as they are stored, the rest as it is written. */
static void
digest_column(HeapTuple row, TupleDesc desc, int column)
{
	Oid			type = TupleDescAttr(desc, column - 1)->atttypid;
	bool		isnull;
	Datum		value = heap_getattr(row, column, desc, &isnull);

	if (isnull)
		bpm_digest_null();
	else if (type == INT8OID || type == TIMESTAMPTZOID)
		bpm_digest_int64(DatumGetInt64(value));
	else if (type == INT4OID || type == DATEOID)
		bpm_digest_int64(DatumGetInt32(value));
	else
	{
		Oid			output;
		bool		varlena;

		getTypeOutputInfo(type, &output, &varlena);
		bpm_digest_cstring(OidOutputFunctionCall(output, value));
	}
}

/* Computes the digest of a row from its first columns, all but the digest itself. */
static void
digest_row(const Seal *seal, HeapTuple row, TupleDesc desc, int columns, int digest_column_no, uint8 *digest)
{
	bpm_digest_start(seal->algorithm);
	for (int i = 1; i <= columns; i++)
		if (i != digest_column_no && !TupleDescAttr(desc, i - 1)->attisdropped)
			digest_column(row, desc, i);
	if (seal->belongs)
		bpm_digest_cstring(seal->belongs);
	bpm_digest_finish(digest);
}

/* Accepts the one new row that is expected, with its digest put in. */
static bool
accept_sealed(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	int			column = SPI_fnumber(desc, "digest");
	uint8		digest[BPM_DIGEST_LENGTH];
	Datum		value;
	bool		isnull = false;

	if (old != NULL || *row == NULL || column <= 0)
		return false;
	digest_row(permit->context, *row, desc, desc->natts, column, digest);
	value = bpm_digest_datum(digest);
	*row = heap_modify_tuple_by_cols(*row, desc, 1, &column, &value, &isnull);
	return true;
}

/* Inserts one row, which carries its digest from then on. */
void
bpm_insert_sealed(BpmLedger *ledger, const char *table, const char *belongs,
				  const BpmStatement *statement, Datum *values, const char *nulls)
{
	Seal		seal = {ledger->digest, belongs};
	BpmPermit	permit = {0};

	permit.accept = accept_sealed;
	permit.context = &seal;
	bpm_guarded_execute(ledger, table, 0, &permit, statement, values, nulls, true);
}

/* Tells whether the row that a statement reads, with what belongs to it as a last column, has the digest it says. */
bool
bpm_seal_holds(BpmLedger *ledger, const BpmStatement *statement, Datum *values)
{
	Seal		seal = {ledger->digest, NULL};
	TupleDesc	desc;
	HeapTuple	row;
	uint8		computed[BPM_DIGEST_LENGTH];
	uint8		stored[BPM_DIGEST_LENGTH];
	int			column;

	if (bpm_ledger_execute(ledger, statement, 0, values, NULL) != 1)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	seal.belongs = SPI_getvalue(row, desc, desc->natts);
	column = SPI_fnumber(desc, "digest");
	digest_row(&seal, row, desc, desc->natts - 1, column, computed);
	bpm_row_digest(row, desc, column, stored);
	return memcmp(stored, computed, BPM_DIGEST_LENGTH) == 0;
}

/* Returns the one text that a statement reads, NULL for null. */
char *
bpm_read_text(BpmLedger *ledger, const BpmStatement *statement, Datum *values, const char *nulls)
{
	if (bpm_ledger_execute(ledger, statement, 0, values, nulls) != 1)
		return NULL;
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Returns a setting of the division's profile as JSON, or the usual value. */
char *
bpm_performance_setting(BpmLedger *ledger, BpmCode division, const char *key, const char *usual)
{
	Jsonb	   *setting = bpm_registry_setting(ledger, division, key, GetSQLCurrentDate());

	return setting ? bpm_jsonb_out(setting) : pstrdup(usual);
}

/* Returns a setting that must be a finite number, or the usual one. */
Datum
bpm_performance_number(BpmLedger *ledger, BpmCode division, const char *key, const char *usual)
{
	Jsonb	   *setting = bpm_registry_setting(ledger, division, key, GetSQLCurrentDate());
	JsonbValue	value;

	if (setting == NULL)
		return NumericGetDatum(bpm_numeric_of(usual));
	if (!JB_ROOT_IS_SCALAR(setting) || !JsonbExtractScalar(&setting->root, &value) || value.type != jbvNumeric)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("setting \"%s\" is not a number", key),
				 errdetail("It is %s.", JsonbToCString(NULL, &setting->root, VARSIZE(setting))),
				 errhint("Store the profile again with %s.register_profile(), and apply it.", ledger->schema)));
	return NumericGetDatum(value.val.numeric);
}

/* Reads whose an indicator or a rule is: a division's, a profile's, or nobody's in particular (0). */
BpmCode
bpm_performance_owner(FunctionCallInfo fcinfo, BpmLedger *ledger, int division, int profile)
{
	static const BpmStatement known = {
		"SELECT profile FROM @ledger@.profile WHERE profile" EQ "$1 LIMIT 1", "t"
	};
	Datum		value = PG_GETARG_DATUM(profile);

	if (!PG_ARGISNULL(profile) && !PG_ARGISNULL(division))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("it belongs to a division or to a profile"),
				 errdetail("Both were given.")));
	if (!PG_ARGISNULL(profile) && bpm_read_text(ledger, &known, &value, NULL) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("profile \"%s\" is not known", bpm_argument(fcinfo, profile, "profile"))));
	return PG_ARGISNULL(division) ? 0 : bpm_registry_division(ledger, bpm_argument(fcinfo, division, "division"));
}

/* Passes an argument of the call on to a statement. */
void
bpm_set_argument(FunctionCallInfo fcinfo, int argument, Datum *values, char *nulls, int at)
{
	values[at] = PG_GETARG_DATUM(argument);
	nulls[at] = PG_ARGISNULL(argument) ? 'n' : ' ';
}

/* Returns an argument that must be a JSON array. */
Jsonb *
bpm_array_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	Jsonb	   *value;

	bpm_require_argument(fcinfo, argument, name);
	value = PG_GETARG_JSONB_P(argument);
	if (!JB_ROOT_IS_ARRAY(value) || JB_ROOT_IS_SCALAR(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be an array of objects", name)));
	return value;
}
