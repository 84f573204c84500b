/*
 * load.c
 *	  Classifications as they are loaded: schemes, editions, codes, cross-walks.
 *
 * An edition is loaded whole or in parts, as a JSON array of {"code", "name"}: each
 * check is one statement over all of it, and the first offender is named.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "base/errors.h"
#include "base/jsonb.h"
#include "base/number.h"
#include "base/rows.h"
#include "registry/registry_private.h"

/* The codes being loaded, in their order; $1 everywhere. */
#define ITEMS(alias) \
	" ROWS FROM (pg_catalog.jsonb_to_recordset($1)" \
	" AS (code pg_catalog.text, name pg_catalog.text)) WITH ORDINALITY AS " alias "(code, name, ord) "

/* The code one level up, NULL at the top; $4 holds the lengths of the levels. */
#define ABOVE(code) \
	" pg_catalog.left(" code ", (SELECT pg_catalog.max(width)::pg_catalog.int4" \
	" FROM pg_catalog.unnest($4) AS digits(width) WHERE width" LT "pg_catalog.length(" code "))) "

typedef struct Scheme
{
	char	   *scheme;
	int			levels;
	int			lengths[BPM_CODE_MAX_DIGITS];	/* digits of a code of each level */
} Scheme;

/* Makes a scheme. */
PG_FUNCTION_INFO_V1(bpm_register_scheme);
Datum
bpm_register_scheme(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.classification_scheme (scheme, name, widths, leaf_only)"
		" SELECT $1, $2, pg_catalog.array_agg(width::pg_catalog.int4 ORDER BY ord), $3"
		"   FROM pg_catalog.unnest($4) WITH ORDINALITY AS digits(width, ord)", "ttbx"
	};
	static const BpmStatement find = {
		"SELECT name FROM @ledger@.classification_scheme WHERE scheme" EQ "$1", "t"
	};
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *scheme = bpm_text_argument(fcinfo, 1, "scheme");
	char	   *name = bpm_text_argument(fcinfo, 2, "name");
	ArrayType  *widths;
	Datum	   *items;
	bool	   *nulls;
	int			count;
	int			digits = 0;
	Datum		values[4];

	if (PG_ARGISNULL(3) || PG_ARGISNULL(4))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("arguments \"widths\" and \"leaf_only\" must not be null")));
	widths = PG_GETARG_ARRAYTYPE_P(3);
	deconstruct_array(widths, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &items, &nulls, &count);
	for (int i = 0; i < count && digits <= BPM_CODE_MAX_DIGITS; i++)
	{
		int64		width = nulls[i] ? 0 : DatumGetInt64(items[i]);

		if (width < 1 || width > BPM_CODE_MAX_DIGITS)
			width = BPM_CODE_MAX_DIGITS + 1;
		digits += width;
	}
	if (count < 1 || digits > BPM_CODE_MAX_DIGITS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("widths of classification scheme \"%s\" do not make a code", scheme),
				 errdetail("Each level has at least 1 digit and all of them together at most %d.",
						   BPM_CODE_MAX_DIGITS)));
	bpm_work_begin(&work, ledger, "register_scheme");
	bpm_work_require(&work, 0, 0);
	values[0] = CStringGetTextDatum(scheme);
	values[1] = CStringGetTextDatum(name);
	values[2] = PG_GETARG_DATUM(4);
	values[3] = PointerGetDatum(widths);
	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("classification scheme \"%s\" already exists", scheme),
				 errdetail("It is %s.", bpm_result_text(0, 1)),
				 errhint("Load editions of it, or use another name.")));
	bpm_ledger_execute(ledger, &insert, 0, values, NULL);
	bpm_work_end(&work);
	PG_RETURN_VOID();
}

/* Reads a scheme and the lengths of its codes, or refuses its name. */
static void
read_scheme(BpmLedger *ledger, const char *name, Scheme *scheme)
{
	static const BpmStatement find = {
		"SELECT width FROM @ledger@.classification_scheme, pg_catalog.unnest(widths)"
		"  WITH ORDINALITY AS digits(width, ord) WHERE scheme" EQ "$1 ORDER BY ord", "t"
	};
	Datum		value = CStringGetTextDatum(name);
	int			length = 0;

	scheme->scheme = pstrdup(name);
	scheme->levels = bpm_ledger_execute(ledger, &find, 0, &value, NULL);
	if (scheme->levels == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("classification scheme \"%s\" is not in ledger %s", name, ledger->schema),
				 errdetail("%s.classification_scheme has no such row.", ledger->schema),
				 errhint("Register it with %s.register_scheme().", ledger->schema)));
	for (int i = 0; i < Min(scheme->levels, lengthof(scheme->lengths)); i++)
	{
		bool		isnull;

		length += DatumGetInt32(bpm_row_datum(i, 1, &isnull));
		scheme->lengths[i] = length;
	}
}

/* Lists the lengths of codes, for a message. */
static char *
scheme_lengths(Scheme *scheme)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < scheme->levels; i++)
		appendStringInfo(&list, "%s%d", i ? ", " : "", scheme->lengths[i]);
	return list.data;
}

/* The widths as an array that statements compare lengths with. */
static Datum
lengths_datum(Scheme *scheme)
{
	Datum		items[lengthof(scheme->lengths)];

	for (int i = 0; i < scheme->levels; i++)
		items[i] = Int64GetDatum(scheme->lengths[i]);
	return PointerGetDatum(construct_array(items, scheme->levels, INT8OID, 8,
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* Makes the edition, ending the one before it; one that exists takes more codes, also for year 0. */
static void
open_edition(BpmLedger *ledger, const char *scheme, int edition, int first_year,
			 const char *source)
{
	static const BpmStatement lock = {
		"LOCK TABLE @ledger@.classification_edition IN SHARE ROW EXCLUSIVE MODE", ""
	};
	static const BpmStatement find = {
		"SELECT edition, first_year FROM @ledger@.classification_edition"
		" WHERE scheme" EQ "$1 AND (edition" EQ "$2 OR first_year" EQ "$3)", "tii"
	};
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.classification_edition (scheme, edition, first_year, last_year, source)"
		" SELECT $1, $2, $3, pg_catalog.min(later.first_year) OPERATOR(pg_catalog.-) 1, $4"
		"   FROM @ledger@.classification_edition later"
		"  WHERE later.scheme" EQ "$1 AND later.first_year" GT "$3", "tiit"
	};
	static const BpmStatement end_former = {
		"UPDATE @ledger@.classification_edition SET last_year = $3 OPERATOR(pg_catalog.-) 1"
		" WHERE scheme" EQ "$1 AND edition" NE "$2 AND first_year" LT "$3"
		"   AND (last_year IS NULL OR last_year" GE "$3)", "tii"
	};
	Datum		values[] = {CStringGetTextDatum(scheme), Int32GetDatum(edition),
		Int32GetDatum(first_year), source ? CStringGetTextDatum(source) : (Datum) 0
	};
	bool		isnull;

	bpm_ledger_execute(ledger, &lock, 0, NULL, NULL);
	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) > 0)
	{
		int			found = DatumGetInt32(bpm_row_datum(0, 1, &isnull));
		int			begun = DatumGetInt32(bpm_row_datum(0, 2, &isnull));

		if (first_year != 0 && (found != edition || begun != first_year))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("edition %d of scheme \"%s\" cannot begin with fiscal year %d",
							edition, scheme, first_year),
					 errdetail("Edition %d begins with fiscal year %d.", found, begun),
					 errhint("Two editions begin with different years; further codes of one are loaded with its own first year.")));
		return;
	}
	if (first_year == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("classification scheme \"%s\" has no edition %d", scheme, edition),
				 errdetail("A new edition must say with which fiscal year it begins."),
				 errhint("Load it with %s.load_classification().", ledger->schema)));
	bpm_ledger_execute(ledger, &insert, 0, values, source ? NULL : "   n");
	bpm_ledger_execute(ledger, &end_former, 0, values, NULL);
}

/* Says what is wrong with an item. */
static void
refuse_malformed(Scheme *scheme, const char *code, const char *name)
{
	if (code == NULL || name == NULL || name[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("code \"%s\" of classification scheme \"%s\" has no %s",
						code ? code : "", scheme->scheme, code ? "name" : "code"),
				 errhint("Each item is an object such as {\"code\": \"20502\", \"name\": \"普通教育\"}.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("code \"%s\" does not fit classification scheme \"%s\"", code, scheme->scheme),
			 errdetail("Codes of this scheme have %s digits.", scheme_lengths(scheme))));
}

/* Refuses the first item that is malformed, double, or has nothing above it. */
static void
check_items(BpmLedger *ledger, Scheme *scheme, int edition, Datum *values)
{
	static const BpmStatement malformed = {
		"SELECT code, name FROM" ITEMS("item")
		" WHERE code IS NULL OR name IS NULL OR name" EQ "''"
		"    OR code OPERATOR(pg_catalog.!~) '^[0-9]+$'"
		"    OR NOT pg_catalog.length(code)" EQ "ANY ($4) ORDER BY ord LIMIT 1", "jtix"
	};
	static const BpmStatement duplicate = {
		"SELECT item.code FROM" ITEMS("item") "LEFT JOIN @ledger@.classification c"
		"    ON c.scheme" EQ "$2 AND c.edition" EQ "$3 AND c.official_code" EQ "item.code"
		" GROUP BY item.code HAVING pg_catalog.count(*)" GT "1 OR pg_catalog.count(c.code)" GT "0"
		" ORDER BY pg_catalog.min(item.ord) LIMIT 1", "jti"
	};
	static const BpmStatement orphan = {
		"SELECT child.code, child.above FROM (SELECT code, ord," ABOVE("code") "AS above FROM"
		ITEMS("item") ") AS child"
		" WHERE child.above IS NOT NULL"
		"   AND NOT EXISTS (SELECT 1 FROM @ledger@.classification c WHERE c.scheme" EQ "$2"
		"        AND c.edition" EQ "$3 AND c.official_code" EQ "child.above)"
		"   AND NOT EXISTS (SELECT 1 FROM" ITEMS("item") "WHERE item.code" EQ "child.above)"
		" ORDER BY child.ord LIMIT 1", "jtix"
	};

	if (bpm_ledger_execute(ledger, &malformed, 0, values, NULL) > 0)
		refuse_malformed(scheme, bpm_result_text(0, 1), bpm_result_text(0, 2));
	if (bpm_ledger_execute(ledger, &duplicate, 0, values, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("code \"%s\" is already in edition %d of classification scheme \"%s\"",
						bpm_result_text(0, 1), edition, scheme->scheme),
				 errdetail("It is there, or twice among the items.")));
	if (bpm_ledger_execute(ledger, &orphan, 0, values, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("code \"%s\" of classification scheme \"%s\" has no parent",
						bpm_result_text(0, 1), scheme->scheme),
				 errdetail("Code \"%s\" is neither in edition %d nor among the items.",
						   bpm_result_text(0, 2), edition),
				 errhint("Load the upper level too.")));
}

/* Loads codes into an edition, making it where it is new; returns how many. */
PG_FUNCTION_INFO_V1(bpm_load_classification);
Datum
bpm_load_classification(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.classification (scheme, edition, code, official_code, name, is_leaf)"
		" SELECT $2, $3, item.code::budgetpm.budget_code, item.code, item.name, upper.above IS NULL"
		"   FROM" ITEMS("item") "LEFT JOIN (SELECT DISTINCT" ABOVE("code") "AS above FROM"
		ITEMS("below") ") AS upper ON upper.above" EQ "item.code", "jtix"
	};
	static const BpmStatement no_leaves = {
		"UPDATE @ledger@.classification SET is_leaf = false"
		" WHERE scheme" EQ "$2 AND edition" EQ "$3 AND is_leaf"
		"   AND official_code" EQ "ANY (SELECT" ABOVE("code") "FROM" ITEMS("item") ")", "jtix"
	};
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *name = bpm_text_argument(fcinfo, 1, "scheme");
	int			edition = bpm_int_argument(fcinfo, 2, "edition");
	int			first_year = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT32(3);
	char	   *source = bpm_optional_argument(fcinfo, 5);
	Scheme		scheme;
	Datum		values[4];
	int			loaded;

	if (PG_ARGISNULL(4) || !bpm_is_array(PG_GETARG_JSONB_P(4)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("items must be a JSON array"),
				 errhint("Pass [{\"code\": \"20502\", \"name\": \"普通教育\"}, ...].")));
	if (edition < 1949 || edition > 9999 ||
		(first_year != 0 && (first_year < 1949 || first_year > 9999)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("edition %d beginning with fiscal year %d is out of range", edition, first_year),
				 errdetail("Editions and fiscal years are years from 1949 to 9999.")));
	bpm_check_length("source", source, 300);
	bpm_work_begin(&work, ledger, "load_classification");
	bpm_work_require(&work, 0, 0);
	read_scheme(ledger, name, &scheme);
	open_edition(ledger, name, edition, first_year, source);
	values[0] = PG_GETARG_DATUM(4);
	values[1] = CStringGetTextDatum(name);
	values[2] = Int32GetDatum(edition);
	values[3] = lengths_datum(&scheme);
	check_items(ledger, &scheme, edition, values);
	loaded = bpm_ledger_execute(ledger, &insert, 0, values, NULL);
	bpm_ledger_execute(ledger, &no_leaves, 0, values, NULL);
	bpm_work_end(&work);
	PG_RETURN_INT32(loaded);
}

/* Returns the key of a code in an edition, or refuses the code. */
static BpmCode
code_of_edition(BpmLedger *ledger, const char *scheme, int edition, const char *official_code)
{
	static const BpmStatement find = {
		"SELECT code FROM @ledger@.classification"
		" WHERE scheme" EQ "$1 AND official_code" EQ "$2 AND edition" EQ "$3", "tti"
	};
	Datum		values[] = {CStringGetTextDatum(scheme), CStringGetTextDatum(official_code),
	Int32GetDatum(edition)};
	bool		isnull;

	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("code \"%s\" is not in edition %d of classification scheme \"%s\"",
						official_code, edition, scheme),
				 errdetail("A cross-walk joins codes that both editions have."),
				 errhint("Load both editions first.")));
	return DatumGetInt64(bpm_row_datum(0, 1, &isnull));
}

/* Refuses a row after which more than the whole of a code's money would go elsewhere. */
static void
check_shares(BpmLedger *ledger, Datum *values, const char *official_code)
{
	static const BpmStatement total = {
		"SELECT pg_catalog.sum(share), pg_catalog.sum(share)" GT "1"
		"  FROM @ledger@.classification_walk"
		" WHERE scheme" EQ "$1 AND from_edition" EQ "$2 AND from_code" CODE_EQ "$3"
		"   AND to_edition" EQ "$4", "tici"
	};
	bool		isnull;

	bpm_ledger_execute(ledger, &total, 0, values, NULL);
	if (DatumGetBool(bpm_row_datum(0, 2, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("shares of code \"%s\" make more than 1", official_code),
				 errdetail("With this row they make %s.", bpm_result_text(0, 1))));
}

/* Refuses a share that is no part of a whole; NaN is greater than every number. */
static void
check_share(FunctionCallInfo fcinfo, int number)
{
	Numeric		share;

	bpm_require_argument(fcinfo, number, "share");
	share = PG_GETARG_NUMERIC(number);
	if (bpm_numeric_sign(share) <= 0 || bpm_exceeds(share, int64_to_numeric(1)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("share %s is out of range",
						bpm_numeric_text(share)),
				 errdetail("A share lies above 0 and is at most 1.")));
}

/* Adds one row to the cross-walk between two editions. */
PG_FUNCTION_INFO_V1(bpm_add_walk);
Datum
bpm_add_walk(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.classification_walk"
		" (scheme, from_edition, from_code, to_edition, to_code, share)"
		" VALUES ($1, $2, $3, $4, $5, $6)", "ticicn"
	};
	static const BpmStatement find = {
		"SELECT 1 FROM @ledger@.classification_walk"
		" WHERE scheme" EQ "$1 AND from_edition" EQ "$2 AND from_code" CODE_EQ "$3"
		"   AND to_edition" EQ "$4 AND to_code" CODE_EQ "$5", "ticic"
	};
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *scheme = bpm_text_argument(fcinfo, 1, "scheme");
	int			from_edition = bpm_int_argument(fcinfo, 2, "from_edition");
	char	   *from_code = bpm_text_argument(fcinfo, 3, "from_code");
	int			to_edition = bpm_int_argument(fcinfo, 4, "to_edition");
	char	   *to_code = bpm_text_argument(fcinfo, 5, "to_code");
	Datum		values[6];

	check_share(fcinfo, 6);
	bpm_work_begin(&work, ledger, "add_walk");
	bpm_work_require(&work, 0, 0);
	values[0] = CStringGetTextDatum(scheme);
	values[1] = Int32GetDatum(from_edition);
	values[2] = Int64GetDatum(code_of_edition(ledger, scheme, from_edition, from_code));
	values[3] = Int32GetDatum(to_edition);
	values[4] = Int64GetDatum(code_of_edition(ledger, scheme, to_edition, to_code));
	values[5] = PG_GETARG_DATUM(6);
	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("cross-walk from \"%s\" to \"%s\" already exists", from_code, to_code)));
	bpm_ledger_execute(ledger, &insert, 0, values, NULL);
	check_shares(ledger, values, from_code);
	bpm_work_end(&work);
	PG_RETURN_VOID();
}
