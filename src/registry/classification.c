/*
 * classification.c
 *	  Whether a code may stand on a line of a fiscal year.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/errors.h"
#include "base/rows.h"
#include "registry/registry_private.h"

/* Finds the edition that is in force in a year, and whether only leaves count. */
static int
edition_of_year(BpmLedger *ledger, const char *scheme, int fiscal_year, bool *leaf_only)
{
	static const BpmStatement find = {
		"SELECT e.edition, s.leaf_only"
		"  FROM @ledger@.classification_scheme s"
		"  LEFT JOIN @ledger@.classification_edition e ON e.scheme" EQ "s.scheme"
		"   AND e.first_year" LE "$2 AND (e.last_year IS NULL OR e.last_year" GE "$2)"
		" WHERE s.scheme" EQ "$1 ORDER BY e.first_year DESC LIMIT 1", "ti"
	};
	Datum		values[] = {CStringGetTextDatum(scheme), Int32GetDatum(fiscal_year)};
	bool		isnull;
	int			edition;

	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("classification scheme \"%s\" is not in ledger %s", scheme, ledger->schema),
				 errdetail("%s.classification_scheme has no such row.", ledger->schema),
				 errhint("Register it with %s.register_scheme().", ledger->schema)));
	edition = DatumGetInt32(bpm_row_datum(0, 1, &isnull));
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("classification scheme \"%s\" has no edition for fiscal year %d",
						scheme, fiscal_year),
				 errdetail("Every edition of it begins later or has ended."),
				 errhint("Load one with %s.load_classification().", ledger->schema)));
	*leaf_only = DatumGetBool(bpm_row_datum(0, 2, &isnull));
	return edition;
}

/* Says which editions hold the code, and what the cross-walk makes of it. */
static void
refuse_unknown(BpmLedger *ledger, const char *scheme, int fiscal_year, int edition,
			   const char *official_code)
{
	static const BpmStatement others = {
		"SELECT pg_catalog.string_agg(edition::pg_catalog.text, ', ' ORDER BY edition)"
		"  FROM @ledger@.classification WHERE scheme" EQ "$1 AND official_code" EQ "$2", "tt"
	};
	static const BpmStatement successors = {
		"WITH RECURSIVE walked(edition, code) AS ("
		" SELECT edition, code FROM @ledger@.classification"
		"  WHERE scheme" EQ "$1 AND official_code" EQ "$2"
		" UNION"
		" SELECT w.to_edition, w.to_code FROM walked"
		"   JOIN @ledger@.classification_walk w ON w.scheme" EQ "$1"
		"    AND w.from_edition" EQ "walked.edition AND w.from_code" CODE_EQ "walked.code)"
		" SELECT pg_catalog.string_agg(c.official_code" CAT "' '" CAT "c.name, ', ' ORDER BY c.official_code)"
		"   FROM walked JOIN @ledger@.classification c ON c.scheme" EQ "$1"
		"    AND c.edition" EQ "walked.edition AND c.code" CODE_EQ "walked.code"
		"  WHERE walked.edition" EQ "$3", "tti"
	};
	Datum		values[] = {CStringGetTextDatum(scheme), CStringGetTextDatum(official_code),
	Int32GetDatum(edition)};
	char	   *held;
	char	   *follow;

	bpm_ledger_execute(ledger, &others, 0, values, NULL);
	held = bpm_result_text(0, 1);
	bpm_ledger_execute(ledger, &successors, 0, values, NULL);
	follow = bpm_result_text(0, 1);
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("code \"%s\" of classification scheme \"%s\" is not valid in fiscal year %d",
					official_code, scheme, fiscal_year),
			 held ? errdetail("Fiscal year %d goes by edition %d; the code is of edition %s.",
							  fiscal_year, edition, held) :
			 errdetail("Fiscal year %d goes by edition %d; no edition has the code.",
					   fiscal_year, edition),
			 follow ? errhint("Its successor by the cross-walk is: %s.", follow) :
			 errhint("Use a code of edition %d; %s.classification lists them.",
					 edition, ledger->schema)));
}

/* Refuses a code that has others below it, and names one of those. */
static void
refuse_inner(BpmLedger *ledger, const char *scheme, int edition, const char *official_code,
			 BpmCode code)
{
	static const BpmStatement below = {
		"SELECT official_code, name FROM @ledger@.classification"
		" WHERE scheme" EQ "$1 AND edition" EQ "$2 AND is_leaf AND code OPERATOR(budgetpm.<@) $3"
		" ORDER BY code LIMIT 1", "tic"
	};
	Datum		values[] = {CStringGetTextDatum(scheme), Int32GetDatum(edition),
	Int64GetDatum(code)};
	int			found = bpm_ledger_execute(ledger, &below, 0, values, NULL);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("code \"%s\" of classification scheme \"%s\" is not a lowest-level code",
					official_code, scheme),
			 errdetail("Scheme \"%s\" lets only lowest-level codes (末级科目) stand on a line; edition %d has codes below this one.",
					   scheme, edition),
			 found ? errhint("Use one below it, such as %s (%s).",
							 bpm_result_text(0, 1), bpm_result_text(0, 2)) : 0));
}

/* Finds a code in the edition that its fiscal year goes by; a leaf, if asked and the scheme says so. */
static BpmCode
find_code(BpmLedger *ledger, const char *scheme, int fiscal_year, const char *official_code,
		  bool for_line)
{
	static const BpmStatement find = {
		"SELECT code, is_leaf FROM @ledger@.classification"
		" WHERE scheme" EQ "$1 AND official_code" EQ "$2 AND edition" EQ "$3", "tti"
	};
	BpmOwnerScope scope;
	bool		leaf_only;
	bool		isnull;
	int			edition;
	Datum		values[3];
	BpmCode		code;

	bpm_reading_begin(ledger, &scope);
	edition = edition_of_year(ledger, scheme, fiscal_year, &leaf_only);
	values[0] = CStringGetTextDatum(scheme);
	values[1] = CStringGetTextDatum(official_code);
	values[2] = Int32GetDatum(edition);
	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) == 0)
		refuse_unknown(ledger, scheme, fiscal_year, edition, official_code);
	code = DatumGetInt64(bpm_row_datum(0, 1, &isnull));
	if (for_line && leaf_only && !DatumGetBool(bpm_row_datum(0, 2, &isnull)))
		refuse_inner(ledger, scheme, edition, official_code, code);
	bpm_reading_end(&scope);
	return code;
}

/* Finds a code that may stand on a line of the year: a leaf where the scheme says so. */
BpmCode
bpm_registry_classification(BpmLedger *ledger, const char *scheme, int fiscal_year,
							const char *official_code)
{
	return find_code(ledger, scheme, fiscal_year, official_code, true);
}

/* Finds a code of any level, which stands for its subtree. */
BpmCode
bpm_registry_subtree(BpmLedger *ledger, const char *scheme, int fiscal_year,
					 const char *official_code)
{
	return find_code(ledger, scheme, fiscal_year, official_code, false);
}

/* Returns true, or refuses as open_line() would. */
PG_FUNCTION_INFO_V1(bpm_check_classification);
Datum
bpm_check_classification(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));

	bpm_check_reader(ledger);
	bpm_registry_classification(ledger, bpm_text_argument(fcinfo, 1, "scheme"),
								bpm_int_argument(fcinfo, 2, "fiscal_year"),
								bpm_text_argument(fcinfo, 3, "code"));
	PG_RETURN_BOOL(true);
}
