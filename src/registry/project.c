/*
 * project.c
 *	  Projects, as far as a budget line needs them.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "base/errors.h"
#include "base/rows.h"
#include "base/text.h"
#include "registry/registry_private.h"

/* Makes sure that a category holds in a division today. */
void
bpm_registry_category(BpmLedger *ledger, BpmCode division, const char *category)
{
	static const BpmStatement in_force = {
		"SELECT pg_catalog.bool_or(category" EQ "$2),"
		"       pg_catalog.string_agg(category" CAT "' '" CAT "name, ', ' ORDER BY category)"
		"  FROM @ledger@.profile_category AS c"
		" WHERE (c.profile" EQ "'standard' AND c.version" EQ
		"        (SELECT pg_catalog.max(p.version) FROM @ledger@.profile p WHERE p.profile" EQ "'standard'))"
		"    OR EXISTS (SELECT 1 FROM @ledger@.profile_binding b"
		"       WHERE b.division" COVERS "$1 AND b.profile" EQ "c.profile AND b.version" EQ "c.version"
		"         AND b.valid_from" LE "CURRENT_DATE"
		"         AND (b.valid_to IS NULL OR b.valid_to" GT "CURRENT_DATE))", "ct"
	};
	Datum		values[] = {Int64GetDatum(division), CStringGetTextDatum(category)};
	BpmOwnerScope scope;
	bool		isnull;

	bpm_reading_begin(ledger, &scope);
	bpm_ledger_execute(ledger, &in_force, 0, values, NULL);
	if (!DatumGetBool(bpm_row_datum(0, 1, &isnull)) || isnull)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("project category \"%s\" does not hold in this division", category),
				 errdetail("Categories (项目类别) here are: %s.",
						   bpm_result_text(0, 2) ? bpm_result_text(0, 2) : "none"),
				 errhint("Use one of these, or apply a profile that brings it.")));
	bpm_reading_end(&scope);
}

/* Refuses a malformed code, and one that is in use. */
static void
check_new_code(BpmLedger *ledger, const char *official_code)
{
	static const BpmStatement find = {
		"SELECT name FROM @ledger@.project WHERE official_code" EQ "$1", "t"
	};
	Datum		value = CStringGetTextDatum(official_code);
	BpmOwnerScope scope;
	bool		found;

	if (strlen(official_code) > 21 ||
		strspn(official_code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz_.-") != strlen(official_code))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("official code \"%s\" is not a project code", official_code),
				 errdetail("Codes of projects (项目代码) have 1 to 21 digits, Latin letters, or any of \"_.-\".")));

	/*
	 * Its name is not said: the caller may not be allowed to see that
	 * project.
	 */
	bpm_reading_begin(ledger, &scope);
	found = bpm_ledger_execute(ledger, &find, 0, &value, NULL) > 0;
	bpm_reading_end(&scope);
	if (found)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("project \"%s\" already exists", official_code),
				 errhint("Use another official code.")));
}

/* Returns the project that another one is to stand below: it cannot end before it, so it takes a duty for both. */
static int64
open_parent(BpmWork *work, const char *official_code)
{
	static const BpmStatement place = {
		"SELECT division, unit FROM @ledger@.project WHERE project_id" EQ "$1", "l"
	};
	Datum		value = Int64GetDatum(bpm_registry_project(work->ledger, official_code));
	BpmCode		division;
	BpmCode		unit;
	bool		isnull;

	bpm_ledger_execute(work->ledger, &place, 0, &value, NULL);
	division = DatumGetInt64(bpm_row_datum(0, 1, &isnull));
	unit = DatumGetInt64(bpm_row_datum(0, 2, &isnull));
	bpm_work_require(work, division, unit);
	return DatumGetInt64(value);
}

/* Makes a project of a unit and returns its id. */
PG_FUNCTION_INFO_V1(bpm_register_project);
Datum
bpm_register_project(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.project"
		" (official_code, name, unit, division, category, setup_year, parent_id, level)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, COALESCE((SELECT p.level OPERATOR(pg_catalog.+) 1::pg_catalog.int2"
		"   FROM @ledger@.project p WHERE p.project_id" EQ "$7), 1::pg_catalog.int2)) RETURNING project_id", "ttcctil"
	};
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *official_code = bpm_text_argument(fcinfo, 1, "official_code");
	char	   *name = bpm_text_argument(fcinfo, 2, "name");
	char	   *unit_code = bpm_text_argument(fcinfo, 3, "unit");
	char	   *category = bpm_text_argument(fcinfo, 4, "category");
	int			setup_year = bpm_int_argument(fcinfo, 5, "setup_year");
	char	   *parent = bpm_optional_argument(fcinfo, 6);
	BpmCode		unit;
	BpmCode		division;
	Datum		values[7];
	int64		project;
	bool		isnull;

	bpm_work_begin(&work, ledger, "register_project");
	check_new_code(ledger, official_code);
	bpm_check_length("name of the project", name, 200);
	if (setup_year < 1949 || setup_year > 9999)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("setup year %d is out of range", setup_year),
				 errdetail("A setup year (立项年度) lies between 1949 and 9999.")));
	bpm_registry_unit(ledger, unit_code, &unit, &division);
	bpm_work_require(&work, division, unit);
	bpm_registry_category(ledger, division, category);
	values[0] = CStringGetTextDatum(official_code);
	values[1] = CStringGetTextDatum(name);
	values[2] = Int64GetDatum(unit);
	values[3] = Int64GetDatum(division);
	values[4] = CStringGetTextDatum(category);
	values[5] = Int32GetDatum(setup_year);
	values[6] = parent ? Int64GetDatum(open_parent(&work, parent)) : (Datum) 0;
	bpm_ledger_execute(ledger, &insert, 0, values, parent ? NULL : "      n");
	project = DatumGetInt64(bpm_row_datum(0, 1, &isnull));
	bpm_work_end(&work);
	PG_RETURN_INT64(project);
}

/* Tells whether the profile of a division wants projects admitted before money is given. */
static bool
pool_setting(BpmLedger *ledger, BpmCode division)
{
	Jsonb	   *setting = bpm_registry_setting(ledger, division, "project.pool_required", bpm_server_today());
	JsonbValue	value;

	return setting != NULL && JB_ROOT_IS_SCALAR(setting) &&
		JsonbExtractScalar(&setting->root, &value) && value.type == jbvBool && value.val.boolean;
}

/*
 * Tells whether a project has to be in the pool before it gets money in a division
 * (先有项目再安排预算): the profile says so, and it is of the target category (特定目标类).
 */
bool
bpm_registry_pool_required(BpmLedger *ledger, int64 project, BpmCode division)
{
	static const BpmStatement target = {
		"WITH RECURSIVE wider (category) AS (SELECT category FROM @ledger@.project WHERE project_id" EQ "$1 UNION"
		" SELECT c.parent FROM wider w JOIN @ledger@.profile_category c ON c.category" EQ "w.category"
		" WHERE c.parent IS NOT NULL) SELECT 1 FROM wider w WHERE w.category" EQ "'3'", "l"
	};
	Datum		value = Int64GetDatum(project);
	BpmOwnerScope scope;
	bool		found;

	bpm_reading_begin(ledger, &scope);
	found = bpm_ledger_execute(ledger, &target, 0, &value, NULL) > 0;
	bpm_reading_end(&scope);
	return found && pool_setting(ledger, division);
}
