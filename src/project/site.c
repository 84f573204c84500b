/*
 * site.c
 *	  Sites of projects (项目现场): checked by PostGIS, versioned, never lost.
 *
 * A geometry comes and goes as EWKB: what it means is left to PostGIS, which the
 * functions of the ledger call.  Who changes a site locks its project first; the
 * project's event that goes with the version holds the digest of the geometry.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/faults.h"
#include "base/guard.h"
#include "base/rows.h"
#include "base/text.h"
#include "base/undo.h"
#include "ledger/arguments.h"
#include "ledger/posting.h"
#include "project/project.h"
#include "registry/registry.h"

#define BOUNDS_SETTING	"project.site_bounds"

/* China with its waters, where no setting says otherwise: west, south, east, north. */
#define BOUNDS \
	"COALESCE((SELECT pg_catalog.array_agg(b.value::pg_catalog.numeric ORDER BY b.ordinality)" \
	" FROM pg_catalog.jsonb_array_elements_text($2) WITH ORDINALITY AS b(value, ordinality))," \
	" '{73,3,136,54}')"

typedef struct Site
{
	int64		id;				/* 0: there is none yet */
	int32		number;
	int32		version;
	char	   *title;
	bool		active;
	bytea	   *place;			/* EWKB */
} Site;

/* An item of load_sites(), as text. */
typedef struct SiteItem
{
	char	   *where;
	char	   *project;
	Site		site;
	char	   *reason;
	bool		unread;			/* it has a geometry that is none */
} SiteItem;

static const BpmStatement find_problems = {
	"SELECT problem, hint FROM @ledger@.geometry_problems($1, " BOUNDS ", false)", "yj"
};
static const BpmStatement read_site = {
	"SELECT site_id, version_no, title, active, @ledger@.geometry_bytes(COALESCE(place_z, place))"
	" FROM @ledger@.project_site WHERE project_id" EQ "$1 AND site_no" EQ "$2", "li"
};
static const BpmStatement insert_version = {
	"INSERT INTO @ledger@.project_site_version (version_id, site_id, project_id, site_no, version_no, title, active,"
	" place, place_z, reason, recorded_at, recorded_by, division, unit)"
	" SELECT $1, $2, $3, $4, $5, $6, $7, g.flat, g.high, $9, $10, $11, $12, $13"
	" FROM @ledger@.read_geometry($8) AS g", "llliitbytztcc"
};
static const BpmStatement insert_site = {
	"INSERT INTO @ledger@.project_site (site_id, project_id, site_no, version_no, title, active, place, place_z,"
	" since, division, unit, colour) SELECT $1, $2, $3, $4, $5, $6, g.flat, g.high, $8, $9, $10, $11"
	" FROM @ledger@.read_geometry($7) AS g", "lliitbyzcct"
};
static const BpmStatement newest_colour = {
	"SELECT colour FROM @ledger@.project_signal WHERE project_id" EQ "$1 ORDER BY as_of DESC, revision DESC LIMIT 1", "l"
};
static const BpmStatement update_site = {
	"UPDATE @ledger@.project_site SET version_no = $2, title = $3, active = $4, place = g.flat, place_z = g.high,"
	" since = $6 FROM @ledger@.read_geometry($5) AS g WHERE site_id" EQ "$1", "litbyz"
};
static const BpmStatement read_items = {
	"SELECT i.ordinality, i.value OPERATOR(pg_catalog.->>) 'project', i.value OPERATOR(pg_catalog.->>) 'site_no',"
	" CASE WHEN pg_catalog.jsonb_typeof(i.value OPERATOR(pg_catalog.->) 'title') OPERATOR(pg_catalog.<>) ALL (ARRAY['string', 'null'])"
	"  THEN '' ELSE i.value OPERATOR(pg_catalog.->>) 'title' END,"
	" i.value OPERATOR(pg_catalog.->>) 'reason',"
	" i.value OPERATOR(pg_catalog.->>) 'geometry'"
	" FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS i(value, ordinality)"
	" ORDER BY 2, i.ordinality", "j"
};

static const BpmStatement write_geometry = {
	"SELECT @ledger@.write_geometry($1)", "t"
};

/* A geometry on its way from text. */
typedef struct Writing
{
	BpmLedger  *ledger;
	const char *text;
	bytea	   *place;
} Writing;

/* Refuses what is no list of objects. */
void
bpm_require_list(Jsonb *items)
{
	if (!JB_ROOT_IS_ARRAY(items) || JB_ROOT_IS_SCALAR(items))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("items must be an array of objects"),
				 errhint("One item is [{...}].")));
}

/* Writes a geometry as EWKB, or raises what PostGIS says of it. */
static void
write_place(void *argument)
{
	Writing    *writing = argument;
	Datum		text = CStringGetTextDatum(writing->text);
	MemoryContext caller = CurrentMemoryContext;
	bool		isnull;
	Datum		place;

	bpm_ledger_execute(writing->ledger, &write_geometry, 0, &text, NULL);
	place = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	MemoryContextSwitchTo(caller);
	writing->place = isnull ? NULL : DatumGetByteaPCopy(place);
}

/*
 * Reads a geometry that may be none; false, with a fault at its place, for what PostGIS cannot read.
 * Its hint is left out: it cuts texts within their characters.
 */
bool
bpm_read_place(BpmLedger *ledger, const char *text, const char *where, bytea **place, BpmFaults *faults)
{
	Writing		writing = {ledger, text};
	ErrorData  *error = text ? bpm_do_or_undo(write_place, &writing) : NULL;

	if (place)
		*place = writing.place;
	if (error)
		bpm_add_fault(faults, where, psprintf("its geometry cannot be read: %s", error->message),
					  "Give GeoJSON, WKB in hexadecimal digits, or EWKT such as SRID=4490;POINT(118.8 32.06).");
	return error == NULL;
}

/* Reads the geometry and the number of an item; what cannot be read is a fault of that item. */
static void
read_item(BpmLedger *ledger, SiteItem *item, char *number, char *geometry, BpmFaults *faults)
{
	item->unread = !bpm_read_place(ledger, geometry, item->where, &item->site.place, faults);
	item->site.number = 1;
	if (number && strspn(number, "0123456789") == strlen(number) && strlen(number) < 9)
		item->site.number = atoi(number);
	else if (number)
		bpm_add_fault(faults, item->where, psprintf("its site_no is \"%s\", no whole number", number), NULL);
}

/* Adds what PostGIS has against a geometry. */
static void
check_geometry(BpmLedger *ledger, BpmCode division, bytea *place, const char *where, BpmFaults *faults)
{
	Datum		values[2];
	char		nulls[] = "  ";
	int			rows;

	values[0] = PointerGetDatum(place);
	bpm_set_datum(values, nulls, 1,
				  PointerGetDatum(bpm_registry_setting(ledger, division, BOUNDS_SETTING, GetSQLCurrentDate())));
	rows = bpm_ledger_execute(ledger, &find_problems, 0, values, nulls);
	for (int i = 0; i < rows; i++)
		bpm_add_fault(faults, where, bpm_row_string(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1),
					  SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2));
}

/* Fills the site of a number of a locked project; its id is 0 where there is none. */
static void
find_site(BpmLedger *ledger, const BpmProject *project, int32 number, Site *site)
{
	Datum		values[2] = {Int64GetDatum(project->id), Int32GetDatum(number)};
	HeapTuple	row;
	TupleDesc	desc;
	bool		isnull;

	memset(site, 0, sizeof(*site));
	site->number = number;
	if (bpm_ledger_execute_latest(ledger, &read_site, 0, values, NULL, false) != 1)
		return;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	site->id = bpm_row_number(row, desc, 1);
	site->version = bpm_row_number(row, desc, 2);
	site->title = SPI_getvalue(row, desc, 3);
	site->active = DatumGetBool(SPI_getbinval(row, desc, 4, &isnull));
	site->place = DatumGetByteaPCopy(SPI_getbinval(row, desc, 5, &isnull));
}

/* Writes the next version of a site. */
static void
store_version(BpmCall *call, const BpmProject *project, const Site *site, const char *reason)
{
	Datum		values[13];
	char		nulls[] = "             ";
	int64		id = bpm_next_id(call->ledger, "site_seq", 0);

	values[0] = Int64GetDatum(id);
	values[1] = Int64GetDatum(site->id);
	values[2] = Int64GetDatum(project->id);
	values[3] = Int32GetDatum(site->number);
	values[4] = Int32GetDatum(site->version);
	bpm_set_text(values, nulls, 5, site->title);
	values[6] = BoolGetDatum(site->active);
	values[7] = PointerGetDatum(site->place);
	bpm_set_text(values, nulls, 8, reason);
	values[9] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[10] = CStringGetTextDatum(call->login);
	values[11] = Int64GetDatum(project->division);
	values[12] = Int64GetDatum(project->unit);
	bpm_write_row(call->ledger, "project_site_version", 0, id, &insert_version, values, nulls, true);
}

/* Gives the newest colour of a project, whatever snapshot the transaction has; NULL: it was never assessed. */
static char *
colour_of(BpmLedger *ledger, int64 project)
{
	Datum		value = Int64GetDatum(project);

	if (bpm_ledger_execute_latest(ledger, &newest_colour, 0, &value, NULL, true) != 1)
		return NULL;
	return bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Makes a site what its newest version says. */
static void
store_site(BpmLedger *ledger, const BpmProject *project, const Site *site)
{
	Datum		values[11];
	char		nulls[] = "           ";
	bool		made = site->version == 1;
	int			at = 0;

	values[at++] = Int64GetDatum(site->id);
	if (made)
	{
		values[at++] = Int64GetDatum(project->id);
		values[at++] = Int32GetDatum(site->number);
	}
	values[at++] = Int32GetDatum(site->version);
	bpm_set_text(values, nulls, at++, site->title);
	values[at++] = BoolGetDatum(site->active);
	values[at++] = PointerGetDatum(site->place);
	values[at++] = TimestampTzGetDatum(GetCurrentTimestamp());
	if (made)
	{
		values[at++] = Int64GetDatum(project->division);
		values[at++] = Int64GetDatum(project->unit);
		bpm_set_text(values, nulls, at++, colour_of(ledger, project->id));
	}
	bpm_write_row(ledger, "project_site", 0, site->id, made ? &insert_site : &update_site, values, nulls, true);
}

/* Records the version as an event of its project, with the digest of the geometry. */
static void
note_version(BpmCall *call, BpmProject *project, const Site *site, const char *reason)
{
	uint8		digest[BPM_DIGEST_LENGTH];
	char		hex[2 * BPM_DIGEST_LENGTH + 1];
	char	   *details;

	bpm_digest_start(call->ledger->digest);
	bpm_digest_bytes(VARDATA_ANY(site->place), VARSIZE_ANY_EXHDR(site->place));
	bpm_digest_finish(digest);
	hex[hex_encode((char *) digest, sizeof(digest), hex)] = '\0';
	details = psprintf("{\"site\": %d, \"version\": %d, \"active\": %s, \"digest\": \"%s\"}",
					   site->number, site->version, site->active ? "true" : "false", hex);
	bpm_call_note(call, project, "site", reason,
				  bpm_jsonb_of(details));
}

/* Stores a site as its next version. */
static void
store_next(BpmCall *call, BpmProject *project, Site *site, const char *reason)
{
	if (site->id == 0)
		site->id = bpm_next_id(call->ledger, "site_seq", 0);
	site->version++;
	store_version(call, project, site, reason);
	store_site(call->ledger, project, site);
	note_version(call, project, site, reason);
}

/* Tells whether a site is what it is asked to be. */
static bool
is_same(const Site *site, const Site *wanted)
{
	return site->active &&
		strcmp(site->title ? site->title : "", wanted->title ? wanted->title : "") == 0 &&
		VARSIZE(site->place) == VARSIZE(wanted->place) &&
		memcmp(site->place, wanted->place, VARSIZE(site->place)) == 0;
}

/* Refuses a site without a reason to change it. */
static void
require_reason(const BpmProject *project, const Site *site, const char *reason)
{
	if (reason == NULL || *reason == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("site %d of project \"%s\" changes only for a reason", site->number,
						project->official_code),
				 errdetail("Its version %d stays as it was.", site->version),
				 errhint("Say why it moves as reason.")));
}

/* Makes a site of a locked project what is asked for; false where it is that already. */
static bool
change_site(BpmCall *call, BpmProject *project, Site *wanted, const char *reason)
{
	Site		site;

	find_site(call->ledger, project, wanted->number, &site);
	if (wanted->title == NULL)
		wanted->title = site.title;
	wanted->active = true;
	wanted->id = site.id;
	wanted->version = site.version;
	if (site.id != 0 && is_same(&site, wanted))
		return false;
	if (site.id != 0)
		require_reason(project, &site, reason);
	store_next(call, project, wanted, reason);
	return true;
}

/* Adds what is wrong with a site apart from its geometry. */
static void
check_names(const Site *site, const char *reason, const char *where, BpmFaults *faults)
{
	if (site->number < 1 || site->number > 9999)
		bpm_add_fault(faults, where, "its number is not between 1 and 9999", NULL);
	if (site->title && (bpm_blank(site->title) || pg_mbstrlen(site->title) > 200))
		bpm_add_fault(faults, where, "its title is no text of 1 to 200 characters", NULL);
	if (reason && (bpm_blank(reason) || pg_mbstrlen(reason) > 200))
		bpm_add_fault(faults, where, "the reason is no text of 1 to 200 characters", NULL);
}

/* set_site(ledger, project, place, site_no, title, reason, actor): where a project is; returns the version. */
PG_FUNCTION_INFO_V1(bpm_set_site);
Datum
bpm_set_site(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	Site		site = {0};
	BpmFaults	faults = {0};
	char	   *reason = bpm_optional_argument(fcinfo, 5);

	bpm_require_argument(fcinfo, 2, "place");
	bpm_require_argument(fcinfo, 3, "site_no");
	site.place = DatumGetByteaPCopy(PG_GETARG_DATUM(2));
	site.number = PG_GETARG_INT32(3);
	site.title = bpm_optional_argument(fcinfo, 4);
	bpm_call_begin(&call, fcinfo, "set_site", bpm_optional_argument(fcinfo, 6));
	bpm_share_signals(&call);
	bpm_call_project(&call, bpm_argument(fcinfo, 1, "project"), &project);
	check_names(&site, reason, NULL, &faults);
	check_geometry(call.ledger, project.division, site.place, NULL, &faults);
	bpm_raise_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("this cannot be a site of project \"%s\"", project.official_code));
	change_site(&call, &project, &site, reason);
	bpm_call_end(&call);
	PG_RETURN_INT32(site.version);
}

/* retire_site(ledger, project, site_no, reason, actor): gives a site up; returns the version. */
PG_FUNCTION_INFO_V1(bpm_retire_site);
Datum
bpm_retire_site(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	Site		site;
	char	   *reason = PG_ARGISNULL(3) ? NULL : bpm_limited_text(fcinfo, 3, "reason", 200);

	bpm_require_argument(fcinfo, 2, "site_no");
	bpm_call_begin(&call, fcinfo, "retire_site", bpm_optional_argument(fcinfo, 4));
	bpm_share_signals(&call);
	bpm_call_project(&call, bpm_argument(fcinfo, 1, "project"), &project);
	find_site(call.ledger, &project, PG_GETARG_INT32(2), &site);
	if (site.id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("project \"%s\" has no site %d", project.official_code, PG_GETARG_INT32(2))));
	if (!site.active)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("site %d of project \"%s\" was given up before", site.number, project.official_code)));
	require_reason(&project, &site, reason);
	site.active = false;
	store_next(&call, &project, &site, reason);
	bpm_call_end(&call);
	PG_RETURN_INT32(site.version);
}

/* Reads the items of load_sites(), in the order in which their projects are to be locked. */
static SiteItem *
take_items(BpmLedger *ledger, Datum items, int *count, BpmFaults *faults)
{
	SPITupleTable *rows;
	SiteItem   *result;

	*count = bpm_ledger_execute(ledger, &read_items, 0, &items, NULL);
	rows = SPI_tuptable;
	result = palloc0(Max(*count, 1) * sizeof(SiteItem));
	for (int i = 0; i < *count; i++)
	{
		HeapTuple	row = rows->vals[i];

		result[i].project = SPI_getvalue(row, rows->tupdesc, 2);
		result[i].where = psprintf("item " INT64_FORMAT " (%s)", bpm_row_number(row, rows->tupdesc, 1),
								   result[i].project ? result[i].project : "no project");
		result[i].site.title = SPI_getvalue(row, rows->tupdesc, 4);
		result[i].reason = SPI_getvalue(row, rows->tupdesc, 5);
		read_item(ledger, &result[i], SPI_getvalue(row, rows->tupdesc, 3), SPI_getvalue(row, rows->tupdesc, 6), faults);
	}
	return result;
}

/* Adds what is wrong with an item of load_sites(). */
static void
check_item(BpmCall *call, const SiteItem *item, BpmFaults *faults)
{
	BpmProject	project;

	check_names(&item->site, item->reason, item->where, faults);
	if (item->site.place == NULL && !item->unread)
		bpm_add_fault(faults, item->where, "it has no geometry", NULL);
	if (item->project == NULL)
		bpm_add_fault(faults, item->where, "it names no project", NULL);
	else if (!bpm_project_read(call->ledger, item->project, false, &project) ||
			 !bpm_call_reads(call, project.division, project.unit))
		bpm_add_fault(faults, item->where, "there is no such project", NULL);
	else if (item->site.place)
		check_geometry(call->ledger, project.division, item->site.place, item->where, faults);
}

/* load_sites(ledger, items, actor): set_site() for many, all or nothing; returns how many versions it made. */
PG_FUNCTION_INFO_V1(bpm_load_sites);
Datum
bpm_load_sites(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmFaults	faults = {0};
	SiteItem   *items;
	int			count;
	int32		made = 0;

	bpm_require_argument(fcinfo, 1, "items");
	bpm_call_begin(&call, fcinfo, "load_sites", bpm_optional_argument(fcinfo, 2));
	bpm_share_signals(&call);
	bpm_require_list(PG_GETARG_JSONB_P(1));
	items = take_items(call.ledger, PG_GETARG_DATUM(1), &count, &faults);
	for (int i = 0; i < count; i++)
		check_item(&call, &items[i], &faults);
	bpm_raise_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("sites cannot be loaded: %d faults", faults.count));
	for (int i = 0; i < count; i++)
	{
		BpmProject	project;

		CHECK_FOR_INTERRUPTS();
		bpm_call_project(&call, items[i].project, &project);
		made += change_site(&call, &project, &items[i].site, items[i].reason);
	}
	bpm_call_end(&call);
	PG_RETURN_INT32(made);
}
