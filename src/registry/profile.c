/*
 * profile.c
 *	  Profiles: stored by version, bound to a division and what stands below it.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "base/errors.h"
#include "base/rows.h"
#include "registry/registry_private.h"
#include "registry/setting.h"

/* Returns the setting that holds in a division on a day, NULL when no profile has the key. */
PG_FUNCTION_INFO_V1(bpm_setting);
Datum
bpm_setting(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	char	   *division = bpm_text_argument(fcinfo, 1, "division");
	char	   *key = bpm_text_argument(fcinfo, 2, "key");
	DateADT		as_of = bpm_date_argument(fcinfo, 3, "as_of");
	Jsonb	   *value;

	bpm_check_reader(ledger);
	value = bpm_registry_setting(ledger, bpm_registry_division(ledger, division), key, as_of);
	if (value == NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(value);
}

/* Returns the tree key of the division that bears an official code now. */
PG_FUNCTION_INFO_V1(bpm_division_key);
Datum
bpm_division_key(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));

	bpm_check_reader(ledger);
	return Int64GetDatum(bpm_registry_division(ledger,
											   bpm_text_argument(fcinfo, 1, "division")));
}

/* Returns the tree key of the unit that bears an official code now. */
PG_FUNCTION_INFO_V1(bpm_unit_key);
Datum
bpm_unit_key(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmCode		unit;
	BpmCode		division;

	bpm_check_reader(ledger);
	bpm_registry_unit(ledger, bpm_text_argument(fcinfo, 1, "unit"), &unit, &division);
	return Int64GetDatum(unit);
}

/* Returns the number of the project that bears an official code. */
PG_FUNCTION_INFO_V1(bpm_project_key);
Datum
bpm_project_key(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));

	bpm_check_reader(ledger);
	return Int64GetDatum(bpm_registry_project(ledger, bpm_text_argument(fcinfo, 1, "project")));
}

/* Finds a version of a profile, the newest when none is asked for (0). */
static int
find_version(BpmLedger *ledger, const char *profile, int version)
{
	static const BpmStatement find = {
		"SELECT version FROM @ledger@.profile"
		" WHERE profile" EQ "$1 AND ($2" EQ "0 OR version" EQ "$2)"
		" ORDER BY version DESC LIMIT 1", "ti"
	};
	static const BpmStatement list = {
		"SELECT pg_catalog.string_agg(known.profile" CAT "' '" CAT "known.version" CAT
		"' ('" CAT "known.title" CAT "')', ', ' ORDER BY known.profile, known.version)"
		"  FROM @ledger@.profile AS known", ""
	};
	Datum		values[] = {CStringGetTextDatum(profile), Int32GetDatum(version)};
	BpmOwnerScope scope;
	bool		isnull;
	char	   *known;

	bpm_reading_begin(ledger, &scope);
	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) == 0)
	{
		bpm_ledger_execute(ledger, &list, 0, NULL, NULL);
		known = bpm_result_text(0, 1);
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 version ? errmsg("profile \"%s\" has no version %d", profile, version) :
				 errmsg("profile \"%s\" is not in ledger %s", profile, ledger->schema),
				 errdetail("Profiles and their versions are: %s.", known ? known : "none"),
				 errhint("Use one of these, or store another with %s.register_profile().",
						 ledger->schema)));
	}
	version = DatumGetInt32(bpm_row_datum(0, 1, &isnull));
	bpm_reading_end(&scope);
	return version;
}

/* Returns the version that a name and an optional version mean. */
PG_FUNCTION_INFO_V1(bpm_profile_version);
Datum
bpm_profile_version(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	char	   *profile = bpm_text_argument(fcinfo, 1, "profile");

	bpm_check_reader(ledger);
	PG_RETURN_INT32(find_version(ledger, profile, PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2)));
}

/* Stores the next version of a profile and returns its number. */
PG_FUNCTION_INFO_V1(bpm_register_profile);
Datum
bpm_register_profile(PG_FUNCTION_ARGS)
{
	static const BpmStatement lock = {
		"LOCK TABLE @ledger@.profile IN SHARE ROW EXCLUSIVE MODE", ""
	};
	static const BpmStatement head = {
		"INSERT INTO @ledger@.profile (profile, version, title)"
		" SELECT $1, COALESCE(pg_catalog.max(version), 0) OPERATOR(pg_catalog.+) 1, $2"
		"   FROM @ledger@.profile WHERE profile" EQ "$1 RETURNING version", "tt"
	};
	static const BpmStatement settings = {
		"INSERT INTO @ledger@.profile_setting (profile, version, key, value, name)"
		" SELECT $1, $2, key, value OPERATOR(pg_catalog.->) 'value', value OPERATOR(pg_catalog.->>) 'name'"
		"   FROM pg_catalog.jsonb_each($3 OPERATOR(pg_catalog.->) 'settings')", "tij"
	};
	static const BpmStatement categories = {
		"INSERT INTO @ledger@.profile_category (profile, version, category, name, parent)"
		" SELECT $1, $2, category, name, parent"
		"   FROM pg_catalog.jsonb_to_recordset($3 OPERATOR(pg_catalog.->) 'categories')"
		"     AS item(category pg_catalog.text, name pg_catalog.text, parent pg_catalog.text)", "tij"
	};
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *profile = bpm_text_argument(fcinfo, 1, "profile");
	char	   *title = bpm_text_argument(fcinfo, 2, "title");
	Datum		values[3];
	Datum		version;
	bool		isnull;

	bpm_require_argument(fcinfo, 3, "content");
	if (strspn(profile, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(profile) ||
		strlen(profile) > 40 || profile[0] == '_' || (profile[0] >= '0' && profile[0] <= '9'))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" cannot name a profile", profile),
				 errdetail("A name is at most 40 lower-case letters, digits and underscores, beginning with a letter.")));
	bpm_check_length("title of the profile", title, 200);
	bpm_work_begin(&work, ledger, "register_profile");
	bpm_work_require(&work, 0, 0);
	bpm_check_profile_content(profile, PG_GETARG_JSONB_P(3));
	bpm_ledger_execute(ledger, &lock, 0, NULL, NULL);
	values[0] = CStringGetTextDatum(profile);
	values[1] = CStringGetTextDatum(title);
	bpm_ledger_execute(ledger, &head, 0, values, NULL);
	version = bpm_row_datum(0, 1, &isnull);
	values[1] = version;
	values[2] = PG_GETARG_DATUM(3);
	bpm_ledger_execute(ledger, &settings, 0, values, NULL);
	bpm_ledger_execute(ledger, &categories, 0, values, NULL);
	bpm_work_end(&work);
	return version;
}

/* Binds a version from a day until the next binding, and ends the one before. */
static void
bind_profile(BpmLedger *ledger, Datum *values, const char *division)
{
	static const BpmStatement taken = {
		"SELECT profile, version FROM @ledger@.profile_binding"
		" WHERE division" CODE_EQ "$1 AND valid_from" EQ "$2", "cd"
	};
	static const BpmStatement end_former = {
		"UPDATE @ledger@.profile_binding SET valid_to = $2"
		" WHERE division" CODE_EQ "$1 AND valid_from" LT "$2"
		"   AND (valid_to IS NULL OR valid_to" GT "$2)", "cd"
	};
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.profile_binding (division, valid_from, valid_to, profile, version)"
		" SELECT $1, $2, pg_catalog.min(later.valid_from), $3, $4"
		"   FROM @ledger@.profile_binding later"
		"  WHERE later.division" CODE_EQ "$1 AND later.valid_from" GT "$2", "cdti"
	};

	if (bpm_ledger_execute(ledger, &taken, 0, values, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("division \"%s\" already has a profile from %s",
						division, bpm_date_text(DatumGetDateADT(values[1]))),
				 errdetail("It is \"%s\" version %s.", bpm_result_text(0, 1), bpm_result_text(0, 2)),
				 errhint("Apply the other one from a later day.")));
	bpm_ledger_execute(ledger, &end_former, 0, values, NULL);
	bpm_ledger_execute(ledger, &insert, 0, values, NULL);
}

/* Binds a profile to a division and what stands below it, from a day on; returns its version. */
PG_FUNCTION_INFO_V1(bpm_apply_profile);
Datum
bpm_apply_profile(PG_FUNCTION_ARGS)
{
	static const BpmStatement lock = {
		"LOCK TABLE @ledger@.profile_binding IN SHARE ROW EXCLUSIVE MODE", ""
	};
	static const BpmStatement schemes = {
		"INSERT INTO @ledger@.classification_scheme (scheme, name, widths, leaf_only)"
		" SELECT item.scheme, item.name, item.widths, item.leaf_only"
		"   FROM @ledger@.profile_setting s"
		"  CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(s.value)"
		"     AS item(scheme pg_catalog.text, name pg_catalog.text, widths pg_catalog.int4[], leaf_only pg_catalog.bool)"
		"  WHERE s.profile" EQ "$1 AND s.version" EQ "$2 AND s.key" EQ "'registry.schemes'"
		" ON CONFLICT (scheme) DO NOTHING", "ti"
	};
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmWork		work;
	char	   *profile = bpm_text_argument(fcinfo, 1, "profile");
	char	   *division = bpm_optional_argument(fcinfo, 2);
	DateADT		valid_from = bpm_date_argument(fcinfo, 3, "valid_from");
	BpmCode		code;
	int			version;
	Datum		values[4];

	bpm_work_begin(&work, ledger, "apply_profile");
	if (division == NULL)
		division = bpm_root_code(ledger);
	code = bpm_registry_division(ledger, division);
	bpm_work_require(&work, code, 0);
	bpm_ledger_execute(ledger, &lock, 0, NULL, NULL);
	version = find_version(ledger, profile, PG_ARGISNULL(4) ? 0 : PG_GETARG_INT32(4));
	values[0] = Int64GetDatum(code);
	values[1] = DateADTGetDatum(valid_from);
	values[2] = CStringGetTextDatum(profile);
	values[3] = Int32GetDatum(version);
	bind_profile(ledger, values, division);
	bpm_ledger_execute(ledger, &schemes, 0, values + 2, NULL);
	bpm_work_end(&work);
	PG_RETURN_INT32(version);
}
