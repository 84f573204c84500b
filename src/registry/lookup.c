/*
 * lookup.c
 *	  From the official codes that clients send to the keys that rows carry.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"

#include "base/errors.h"
#include "base/rows.h"
#include "registry/registry_private.h"

/* Connects to SPI as the ledger's owner: a clerk need not hold SELECT on the registry. */
void
bpm_reading_begin(BpmLedger *ledger, BpmOwnerScope *scope)
{
	bpm_owner_enter(ledger, scope);
	SPI_connect();
}

/* Gives back what bpm_reading_begin() took; by-reference results are gone after it. */
void
bpm_reading_end(BpmOwnerScope *scope)
{
	SPI_finish();
	bpm_owner_leave(scope);
}

/* Returns a field of the last result that cannot be null. */
char *
bpm_row_name(int row, int column)
{
	return bpm_row_string(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

/* Returns a field of the last result. */
Datum
bpm_row_datum(int row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

/* Returns the official code of the ledger's root division, in the caller's memory. */
char *
bpm_root_code(BpmLedger *ledger)
{
	static const BpmStatement find = {"SELECT root_code FROM @ledger@.ledger", ""};
	MemoryContext caller = CurrentMemoryContext;
	BpmOwnerScope scope;
	char	   *code;

	bpm_reading_begin(ledger, &scope);
	bpm_ledger_execute(ledger, &find, 0, NULL, NULL);
	code = MemoryContextStrdup(caller, bpm_row_name(0, 1));
	bpm_reading_end(&scope);
	return code;
}

/* Refuses a caller who may not read the ledger's registers, before they are read for him. */
void
bpm_check_reader(BpmLedger *ledger)
{
	AclResult	result = pg_class_aclcheck(ledger->relid, GetUserId(), ACL_SELECT);

	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_TABLE, get_rel_name(ledger->relid));
}

/* Passes a node that lives; of one that is no more it names the one that took over. */
static bool
check_living(BpmLedger *ledger, const char *what, const char *official_code, BpmRefusal *refusal)
{
	char	   *valid_to = bpm_result_text(0, 3);
	char	   *successor = bpm_result_text(0, 4);

	if (valid_to == NULL)
		return true;
	return bpm_refusal_set(refusal, ERRCODE_FOREIGN_KEY_VIOLATION,
						   psprintf("%s \"%s\" no longer exists", what, official_code),
						   psprintf("It ended on %s.", valid_to),
						   successor ? psprintf("Use \"%s\" (%s), which took over.",
												successor, bpm_result_text(0, 5)) :
						   psprintf("Use a %s that exists; %s.%s lists them.", what,
									ledger->schema, what));
}

/* Finds the one unit that bears an official code now, and its division. */
void
bpm_registry_unit(BpmLedger *ledger, const char *official_code,
				  BpmCode *unit, BpmCode *division)
{
	static const BpmStatement find = {
		"SELECT u.code, u.division, u.valid_to, s.official_code, s.name"
		"  FROM @ledger@.unit u LEFT JOIN @ledger@.unit s ON s.code" CODE_EQ "u.successor"
		" WHERE u.official_code" EQ "$1"
		" ORDER BY u.valid_to DESC NULLS FIRST LIMIT 1", "t"
	};
	Datum		values[] = {CStringGetTextDatum(official_code)};
	BpmOwnerScope scope;
	BpmRefusal	refusal;
	bool		isnull;

	bpm_reading_begin(ledger, &scope);
	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("unit \"%s\" is not in ledger %s", official_code, ledger->schema),
				 errdetail("No unit (预算单位) has this official code."),
				 errhint("Register it with %s.register_unit().", ledger->schema)));
	if (!check_living(ledger, "unit", official_code, &refusal))
		bpm_refusal_raise(&refusal);
	*unit = DatumGetInt64(bpm_row_datum(0, 1, &isnull));
	*division = DatumGetInt64(bpm_row_datum(0, 2, &isnull));
	bpm_reading_end(&scope);
}

/* Finds the one division that bears an official code now; false says why there is none. */
bool
bpm_registry_find_division(BpmLedger *ledger, const char *official_code, BpmCode *division,
						   BpmRefusal *refusal)
{
	static const BpmStatement find = {
		"SELECT d.code, d.level, d.valid_to, s.official_code, s.name"
		"  FROM @ledger@.division d LEFT JOIN @ledger@.division s ON s.code" CODE_EQ "d.successor"
		" WHERE d.official_code" EQ "$1"
		" ORDER BY d.valid_to DESC NULLS FIRST LIMIT 1", "t"
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum		values[] = {CStringGetTextDatum(official_code)};
	BpmOwnerScope scope;
	bool		found;
	bool		isnull;

	bpm_reading_begin(ledger, &scope);
	found = bpm_ledger_execute(ledger, &find, 0, values, NULL) != 0;
	/* What is said of it outlives the reading. */
	MemoryContextSwitchTo(caller);
	if (found)
		*division = DatumGetInt64(bpm_row_datum(0, 1, &isnull));
	found = found ? check_living(ledger, "division", official_code, refusal) :
		bpm_refusal_set(refusal, ERRCODE_FOREIGN_KEY_VIOLATION,
						psprintf("division \"%s\" is not in ledger %s", official_code, ledger->schema),
						pstrdup("No division (财政区划) has this official code."),
						psprintf("Register it with %s.register_division().", ledger->schema));
	bpm_reading_end(&scope);
	return found;
}

/* Finds the one division that bears an official code now, or raises why there is none. */
BpmCode
bpm_registry_division(BpmLedger *ledger, const char *official_code)
{
	BpmCode		division = 0;
	BpmRefusal	refusal;

	if (!bpm_registry_find_division(ledger, official_code, &division, &refusal))
		bpm_refusal_raise(&refusal);
	return division;
}

/* Makes sure that a fund type exists. */
void
bpm_registry_fund_type(BpmLedger *ledger, const char *fund_type)
{
	static const BpmStatement find = {
		"SELECT 1 FROM @ledger@.fund_type WHERE fund_type" EQ "$1", "t"
	};
	static const BpmStatement list = {
		"SELECT pg_catalog.string_agg(fund_type" CAT "' '" CAT "name, ', ' ORDER BY fund_type)"
		"  FROM @ledger@.fund_type", ""
	};
	Datum		values[] = {CStringGetTextDatum(fund_type)};
	BpmOwnerScope scope;
	char	   *known;

	bpm_reading_begin(ledger, &scope);
	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) == 0)
	{
		bpm_ledger_execute(ledger, &list, 0, NULL, NULL);
		known = bpm_result_text(0, 1);
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("fund type \"%s\" is not in ledger %s", fund_type, ledger->schema),
				 errdetail("Known fund types (资金性质) are: %s.", known ? known : "none"),
				 errhint("Use one of these, or add a row to %s.fund_type.", ledger->schema)));
	}
	bpm_reading_end(&scope);
}

/* Refuses a project that is not there, or that the caller may not see. */
void
bpm_no_such_project(BpmLedger *ledger, const char *official_code)
{
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("project \"%s\" is not in ledger %s", official_code, ledger->schema),
			 errdetail("No project (预算项目) has this official code."),
			 errhint("Register it with %s.register_project().", ledger->schema)));
}

/* Finds a project by its official code. */
int64
bpm_registry_project(BpmLedger *ledger, const char *official_code)
{
	static const BpmStatement find = {
		"SELECT project_id FROM @ledger@.project WHERE official_code" EQ "$1", "t"
	};
	Datum		values[] = {CStringGetTextDatum(official_code)};
	BpmOwnerScope scope;
	int64		project;
	bool		isnull;

	bpm_reading_begin(ledger, &scope);
	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) == 0)
		bpm_no_such_project(ledger, official_code);
	project = DatumGetInt64(bpm_row_datum(0, 1, &isnull));
	bpm_reading_end(&scope);
	return project;
}

/*
 * Returns the setting that holds in a division on a day, in the caller's memory:
 * of the nearest profile upwards that has the key, then of profile standard, then NULL.
 */
Jsonb *
bpm_registry_setting(BpmLedger *ledger, BpmCode division, const char *key, DateADT as_of)
{
	static const BpmStatement find = {
		"SELECT value FROM ("
		" SELECT s.value, b.division, b.version"
		"   FROM @ledger@.profile_binding b"
		"   JOIN @ledger@.profile_setting s ON s.profile" EQ "b.profile AND s.version" EQ "b.version"
		"  WHERE b.division" COVERS "$1 AND s.key" EQ "$2"
		"    AND b.valid_from" LE "$3 AND (b.valid_to IS NULL OR b.valid_to" GT "$3)"
		" UNION ALL"
		" SELECT value, NULL, version FROM @ledger@.profile_setting"
		"  WHERE profile" EQ "'standard' AND key" EQ "$2"
		") AS candidate ORDER BY division DESC NULLS LAST, version DESC LIMIT 1", "ctd"
	};
	Datum		values[] = {Int64GetDatum(division), CStringGetTextDatum(key),
	DateADTGetDatum(as_of)};
	MemoryContext caller = CurrentMemoryContext;
	BpmOwnerScope scope;
	Jsonb	   *value = NULL;

	bpm_reading_begin(ledger, &scope);
	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) > 0)
	{
		bool		isnull;
		Datum		found = bpm_row_datum(0, 1, &isnull);
		MemoryContext spi = MemoryContextSwitchTo(caller);

		value = DatumGetJsonbPCopy(found);
		MemoryContextSwitchTo(spi);
	}
	bpm_reading_end(&scope);
	return value;
}
