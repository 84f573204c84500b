/*
 * clause_version.c
 *	  The clauses of a contract, a version as a whole, and who may set which.
 *
 * A version that allows less, or the same, is set by a function.  One that loosens a
 * clause, or may, is set by a case alone: the function refuses it with all that it
 * would loosen.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "base/effect.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/jsonb.h"
#include "base/rows.h"
#include "base/text.h"
#include "ledger/arguments.h"
#include "project/project.h"

#define JSON_TEXT	" OPERATOR(pg_catalog.->>) "
#define HAS			" OPERATOR(pg_catalog.?) "
#define MATCHES		" OPERATOR(pg_catalog.~) "

/* Every fault of clauses, those of one kind in the order of the clauses whatever the plan; shares are fractions from 0 to 1. */
static const BpmStatement clause_faults = {
	"WITH c AS (SELECT o.n, o.value, o.value" JSON_TEXT "'no' AS no, o.value" JSON_TEXT "'kind' AS kind, budgetpm.is_text(o.value OPERATOR(pg_catalog.->) 'title', 200) AS titled,"
	"  CASE WHEN pg_catalog.jsonb_typeof(o.value OPERATOR(pg_catalog.->) 'terms')" EQ "'object'"
	"   THEN o.value OPERATOR(pg_catalog.->) 'terms' ELSE '{}' END AS terms"
	"  FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS o(value, n)),"
	" known (kind, term, required, pattern) AS (VALUES"
	"  ('milestone', 'share', true, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'), ('retention', 'share', true, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'),"
	"  ('advance_cap', 'share', true, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'), ('deadline', 'due_on', true, '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$'),"
	"  ('deadline', 'per_day', true, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'), ('deadline', 'max', false, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'),"
	"  ('document', 'document', true, '^[a-z][a-z0-9_]{0,39}$'), ('document', 'above_share', false, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'),"
	"  ('document', 'each', false, '^true$'), ('document', 'cover', false, '^true$'),"
	"  ('milestone', 'on', false, '^signing$'), ('*', 'milestone', false, '^[1-9][0-9]{0,3}$'), ('*', 'project', false, '^[0-9A-Za-z_.-]{1,21}$'),"
	"  ('*', 'delivery', false, '^(any|all)$'), ('*', 'document', false, '^[a-z][a-z0-9_]{0,39}$'), ('*', 'until', false, '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$')),"
	" named AS (SELECT c.*, 'clause ' " CAT "COALESCE(c.no, 'at ' " CAT "c.n::pg_catalog.text) AS name FROM c)"
	" SELECT name " CAT "' has no number from 1 to 999' FROM named WHERE NOT COALESCE(no" MATCHES "'^[1-9][0-9]{0,2}$', false)"
	" UNION ALL (SELECT 'number ' " CAT "no " CAT "' is there twice' FROM named WHERE no IS NOT NULL GROUP BY no HAVING pg_catalog.count(*)" GT "1"
	"  ORDER BY pg_catalog.min(n))"
	" UNION ALL SELECT name " CAT "': kind \"' " CAT "COALESCE(kind, 'null') " CAT "'\" is not milestone, retention, advance_cap, document or deadline'"
	"  FROM named WHERE NOT COALESCE(kind" EQ "ANY ('{milestone,retention,advance_cap,document,deadline}'), false)"
	" UNION ALL SELECT name " CAT "' has no title of 1 to 200 characters' FROM named"
	"  WHERE NOT titled"
	" UNION ALL (SELECT n.name " CAT "' has no \"' " CAT "k.term " CAT "'\"' FROM named n JOIN known k ON k.kind" EQ "n.kind"
	"  WHERE k.required AND NOT n.terms" HAS "k.term ORDER BY n.n, k.term COLLATE pg_catalog.\"C\")"
	" UNION ALL (SELECT n.name " CAT "': \"' " CAT "t.key " CAT "'\" = ' " CAT "COALESCE(t.value, 'null') " CAT "' is not a term of ' " CAT "COALESCE(n.kind, 'null')"
	"  FROM named n CROSS JOIN LATERAL pg_catalog.jsonb_each_text(n.terms) WITH ORDINALITY AS t(key, value, at)"
	"  WHERE NOT EXISTS (SELECT 1 FROM known k WHERE (k.kind" EQ "n.kind OR k.kind" EQ "'*') AND k.term" EQ "t.key"
	"   AND COALESCE(t.value" MATCHES "k.pattern, false)) ORDER BY n.n, t.at)"
	/* As a text it would be read as the same, and ask for nothing. */
	" UNION ALL (SELECT n.name " CAT "': \"' " CAT "t.term " CAT "'\" is the text \"true\", not true' FROM named n"
	"  CROSS JOIN pg_catalog.unnest('{cover,each}'::pg_catalog.text[]) AS t(term)"
	"  WHERE n.terms OPERATOR(pg_catalog.->) t.term" EQ "'\"true\"' ORDER BY n.n, t.term COLLATE pg_catalog.\"C\")"
	" UNION ALL (SELECT n.name " CAT "': \"' " CAT "t.key " CAT "'\" = ' " CAT "t.value " CAT "' is no day of the calendar'"
	"  FROM named n CROSS JOIN LATERAL pg_catalog.jsonb_each_text(n.terms) WITH ORDINALITY AS t(key, value, at)"
	"  WHERE t.key" EQ "ANY ('{until,due_on}')"
	"   AND NOT budgetpm.is_day(t.value)"
	"  ORDER BY n.n, t.at)"
	" UNION ALL (SELECT n.name " CAT "': there is no project \"' " CAT "(n.terms" JSON_TEXT "'project') " CAT "'\"' FROM named n"
	"  WHERE n.terms" HAS "'project' AND NOT EXISTS (SELECT 1 FROM @ledger@.project p WHERE p.official_code" EQ "(n.terms" JSON_TEXT "'project'))"
	"  ORDER BY n.n)"
	" UNION ALL SELECT name " CAT "' says nothing that it waits for' FROM named WHERE kind" EQ "ANY ('{milestone,retention,advance_cap,deadline}')"
	"  AND NOT terms OPERATOR(pg_catalog.?|) '{on,milestone,delivery,document,until}'"
	" UNION ALL SELECT 'the shares of the milestones make ' " CAT "s.total::pg_catalog.text " CAT "', not 1' FROM"
	"  (SELECT pg_catalog.sum((terms" JSON_TEXT "'share')::pg_catalog.numeric) AS total FROM named WHERE kind" EQ "'milestone'"
	"    AND terms" JSON_TEXT "'share'" MATCHES "'^[0-9.]+$') s WHERE s.total" NE "1", "j"
};

/* Milestones that clauses $1 wait for and that their projects, $2 unless named, have not yet, with those that $2 has. */
static const BpmStatement absent_milestones = {
	"SELECT c.value" JSON_TEXT "'no', c.value OPERATOR(pg_catalog.#>>) '{terms,milestone}', p.official_code,"
	" CASE WHEN p.project_id" EQ "$2 THEN COALESCE((SELECT 'Its milestones are ' " CAT "pg_catalog.string_agg(m.milestone_no::pg_catalog.text, ', ' ORDER BY m.milestone_no) " CAT "'.'"
	"   FROM @ledger@.milestone m WHERE m.project_id" EQ "p.project_id), 'It has none yet.') END"
	" FROM pg_catalog.jsonb_array_elements($1) AS c(value) LEFT JOIN @ledger@.project p ON CASE WHEN (c.value OPERATOR(pg_catalog.->) 'terms')" HAS "'project'"
	"  THEN p.official_code" EQ "(c.value OPERATOR(pg_catalog.#>>) '{terms,project}') ELSE p.project_id" EQ "$2 END"
	" WHERE (c.value OPERATOR(pg_catalog.->) 'terms')" HAS "'milestone' AND NOT EXISTS (SELECT 1 FROM @ledger@.milestone m"
	"  WHERE m.project_id" EQ "p.project_id AND m.milestone_no::pg_catalog.text" EQ "(c.value OPERATOR(pg_catalog.#>>) '{terms,milestone}'))"
	" ORDER BY 1", "jl"
};

/*
 * What clauses $2 loosen of the newest version of contract $1, unless it is a draft.  A limit of a request is
 * the least of what the clauses allow: one more limits more.  Only shares of milestones
 * are added up, so that a new one beside others opens money.
 */
static const BpmStatement loosened = {
	"WITH was AS (SELECT k.clause_no, k.kind, k.title, k.terms FROM @ledger@.contract_clause k JOIN @ledger@.contract g ON g.contract_id" EQ "k.contract_id"
	"  AND g.state" NE "'draft' WHERE k.contract_id" EQ "$1 AND k.version" EQ
	"  (SELECT pg_catalog.max(v.version) FROM @ledger@.contract_clause v WHERE v.contract_id" EQ "$1)),"
	" is_now AS (SELECT (o.value" JSON_TEXT "'no')::pg_catalog.int4 AS clause_no, o.value" JSON_TEXT "'kind' AS kind,"
	"  o.value OPERATOR(pg_catalog.->) 'terms' AS terms FROM pg_catalog.jsonb_array_elements($2) AS o(value)),"
	" pair AS (SELECT w.clause_no, w.kind, w.terms AS was, n.terms AS now, 'clause ' " CAT "w.clause_no::pg_catalog.text " CAT "' (' " CAT "w.title " CAT "')' AS name"
	"  FROM was w LEFT JOIN is_now n ON n.clause_no" EQ "w.clause_no AND n.kind" EQ "w.kind),"
	" found AS (SELECT clause_no, name " CAT "' is left out' AS fault FROM pair WHERE now IS NULL"
	" UNION ALL SELECT n.clause_no, 'clause ' " CAT "n.clause_no::pg_catalog.text " CAT "' is one more milestone' FROM is_now n WHERE n.kind" EQ "'milestone'"
	"  AND (n.terms" JSON_TEXT "'share')::pg_catalog.numeric" GT "0 AND EXISTS (SELECT 1 FROM was w WHERE w.kind" EQ "'milestone')"
	"  AND NOT EXISTS (SELECT 1 FROM was w WHERE w.kind" EQ "'milestone' AND w.clause_no" EQ "n.clause_no)"
	/* Numbers that only go up, or only down. */
	" UNION ALL SELECT p.clause_no, p.name " CAT "': \"' " CAT "t.term " CAT "'\" ' " CAT "COALESCE(p.was" JSON_TEXT "t.term, t.absent) " CAT "' becomes ' " CAT
	"   COALESCE(p.now" JSON_TEXT "t.term, t.absent)"
	"  FROM pair p JOIN (VALUES ('milestone', 'share', '0', 1), ('advance_cap', 'share', '0', 1), ('document', 'above_share', '0', 1),"
	"   ('retention', 'share', '0', -1), ('deadline', 'per_day', '0', -1), ('deadline', 'max', '1', -1)) AS t(kind, term, absent, sign) ON t.kind" EQ "p.kind"
	"  WHERE p.now IS NOT NULL AND pg_catalog.sign(COALESCE(p.now" JSON_TEXT "t.term, t.absent)::pg_catalog.numeric" MINUS
	"   COALESCE(p.was" JSON_TEXT "t.term, t.absent)::pg_catalog.numeric)" EQ "t.sign::pg_catalog.numeric"
	/* Days, which sort as they are written: late where the deadline is, early where the wait ends. */
	" UNION ALL SELECT p.clause_no, p.name " CAT "': \"due_on\" ' " CAT "(p.was" JSON_TEXT "'due_on') " CAT "' becomes ' " CAT "(p.now" JSON_TEXT "'due_on')"
	"  FROM pair p WHERE (p.now" JSON_TEXT "'due_on')" GT "(p.was" JSON_TEXT "'due_on')"
	" UNION ALL SELECT p.clause_no, p.name " CAT "': \"until\" ' " CAT "(p.was" JSON_TEXT "'until') " CAT "' becomes ' " CAT "COALESCE(p.now" JSON_TEXT "'until', 'no day')"
	"  FROM pair p WHERE p.now IS NOT NULL AND p.was" HAS "'until' AND NOT COALESCE((p.now" JSON_TEXT "'until')" GE "(p.was" JSON_TEXT "'until'), false)"
	/* Conditions: what was waited for is still waited for. */
	" UNION ALL SELECT p.clause_no, p.name " CAT "': \"' " CAT "t.term " CAT "'\" ' " CAT "COALESCE(p.was" JSON_TEXT "t.term, 'none') " CAT "' becomes ' " CAT "COALESCE(p.now" JSON_TEXT "t.term, 'none')"
	"  FROM pair p CROSS JOIN pg_catalog.unnest('{milestone,project,delivery,document,each,cover}'::pg_catalog.text[]) AS t(term)"
	"  WHERE p.now IS NOT NULL AND (p.was" JSON_TEXT "t.term) IS DISTINCT FROM (p.now" JSON_TEXT "t.term)"
	"   AND CASE WHEN t.term" EQ "'project' THEN p.was" HAS "'milestone' WHEN t.term" EQ "'cover' THEN true"
	"    WHEN t.term" EQ "'delivery' AND (p.now" JSON_TEXT "t.term)" EQ "'all' THEN false ELSE p.was" HAS "t.term END)"
	" SELECT fault FROM found ORDER BY clause_no, fault", "lj"
};

/* A version that somebody sets. */
typedef struct NewVersion
{
	const BpmContract *contract;
	const char *contract_no;
	Datum		clauses;
	const char *document;
	DateADT		valid_from;		/* BPM_NO_DATE: none is given */
	int64		case_id;		/* that approved it; 0: none did */
	const char *actor;
} NewVersion;

/* Warns of milestones that are not there: they may be set later, and until then nothing is paid by these clauses. */
static void
warn_milestones(BpmLedger *ledger, const NewVersion *version)
{
	Datum		values[2] = {version->clauses};
	char		nulls[] = "  ";
	int			rows;
	SPITupleTable *table;

	bpm_set_id(values, nulls, 1, version->contract->project);
	rows = bpm_ledger_execute(ledger, &absent_milestones, 0, values, nulls);
	table = SPI_tuptable;

	for (int i = 0; i < rows; i++)
	{
		char	   *clause = bpm_row_string(table->vals[i], table->tupdesc, 1);
		char	   *milestone = bpm_row_string(table->vals[i], table->tupdesc, 2);
		char	   *project = SPI_getvalue(table->vals[i], table->tupdesc, 3);
		char	   *known = SPI_getvalue(table->vals[i], table->tupdesc, 4);

		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 project ? errmsg("clause %s waits for milestone %s, which project \"%s\" has not", clause, milestone, project)
				 : errmsg("clause %s waits for milestone %s, and neither it nor the contract is of a project", clause, milestone),
				 known ? errdetail_internal("%s", known) : 0,
				 errhint("Nothing is paid by this clause until the milestone is set and reached.")));
	}
}

/* Refuses what is not an array of clauses, with every fault. */
static void
check_clauses(BpmLedger *ledger, const NewVersion *version)
{
	Datum		value = version->clauses;
	Jsonb	   *clauses = DatumGetJsonbP(version->clauses);

	if (!bpm_is_array(clauses) || JB_ROOT_COUNT(clauses) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("clauses must be an array that is not empty"),
				 errhint("Give each as {\"no\": 1, \"kind\": \"retention\", \"title\": \"质保金\", \"terms\": {\"share\": 0.05, \"until\": \"2027-06-30\"}}.")));
	bpm_refuse_rows(ledger, &clause_faults, &value, NULL, ERRCODE_INVALID_PARAMETER_VALUE,
					psprintf("clauses of contract \"%s\" are not right", version->contract_no));
}

/* Refuses to loosen clauses without an approval, and tells all that would be loosened. */
static void
check_loosened(BpmLedger *ledger, const NewVersion *version)
{
	Datum		values[] = {Int64GetDatum(version->contract->id), version->clauses};
	int			rows;
	StringInfoData list;

	rows = bpm_ledger_execute_latest(ledger, &loosened, 0, values, NULL, true);
	if (rows == 0)
		return;
	initStringInfo(&list);
	for (int i = 0; i < rows; i++)
		appendStringInfo(&list, "%s%s", i ? "; " : "", bpm_row_string(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	ereport(ERROR,
			(errcode(ERRCODE_BPM_NOT_ALLOWED),
			 errmsg("clauses of contract \"%s\" are loosened through an approval only", version->contract_no),
			 errdetail("%s.", list.data),
			 errhint("Start a case of a flow whose effect is contract_clauses, such as the template contract_supplement.")));
}

/* Refuses a case that is older than the clauses: what it approved replaces others than those that it saw. */
static void
check_case_age(BpmLedger *ledger, const NewVersion *version)
{
	static const BpmStatement newer = {
		"SELECT pg_catalog.max(k.version) FROM @ledger@.contract_clause k JOIN @ledger@.approval_case c ON c.case_id" EQ "$2"
		" WHERE k.contract_id" EQ "$1 AND k.set_at" GT "c.started_at HAVING pg_catalog.count(*)" GT "0", "ll"
	};
	Datum		values[] = {Int64GetDatum(version->contract->id), Int64GetDatum(version->case_id)};

	if (bpm_ledger_execute_latest(ledger, &newer, 0, values, NULL, true) == 1)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("clauses of contract \"%s\" were set since case " INT64_FORMAT " began", version->contract_no, version->case_id),
				 errdetail("Version " INT64_FORMAT " came in between, and what was approved replaces another one.",
						   bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)),
				 errhint("Start a new case from the clauses as they are now.")));
}

/* Stores the next version of a contract's clauses; returns its number. */
static int
store_version(BpmLedger *ledger, const NewVersion *version)
{
	static const BpmStatement lock = {"SELECT 1 FROM @ledger@.contract c WHERE c.contract_id" EQ "$1 FOR NO KEY UPDATE", "l"};
	static const BpmStatement last = {
		"SELECT COALESCE(pg_catalog.max(k.version), 0) FROM @ledger@.contract_clause k WHERE k.contract_id" EQ "$1", "l"
	};
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.contract_clause (contract_id, version, clause_no, kind, title, terms, document, set_by, set_at,"
		" division, unit, valid_from, case_id) SELECT $1, $2, (o.value" JSON_TEXT "'no')::pg_catalog.int4, o.value" JSON_TEXT "'kind',"
		" o.value" JSON_TEXT "'title', o.value OPERATOR(pg_catalog.->) 'terms', $4, $5, $6, $7, $8, $9, $10"
		" FROM pg_catalog.jsonb_array_elements($3) AS o(value)", "lijttzccdl"
	};
	Datum		values[10];
	char		nulls[] = "          ";
	int			number;
	DateADT		from = version->valid_from;

	check_clauses(ledger, version);
	values[0] = Int64GetDatum(version->contract->id);
	bpm_ledger_execute(ledger, &lock, 0, values, NULL);
	if (version->case_id)
		check_case_age(ledger, version);
	else
		check_loosened(ledger, version);
	/* Looked at under the lock: two who set clauses at once come one after the other. */
	bpm_ledger_execute_latest(ledger, &last, 0, values, NULL, true);
	number = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1) + 1;
	if (from == BPM_NO_DATE && number > 1)
		from = GetSQLCurrentDate();
	values[1] = Int32GetDatum(number);
	values[2] = version->clauses;
	values[3] = CStringGetTextDatum(version->document);
	values[4] = CStringGetTextDatum(version->actor);
	values[5] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[6] = Int64GetDatum(version->contract->division);
	values[7] = Int64GetDatum(version->contract->unit);
	values[8] = DateADTGetDatum(from);
	nulls[8] = from == BPM_NO_DATE ? 'n' : ' ';
	bpm_set_id(values, nulls, 9, version->case_id);
	bpm_insert_rows(ledger, "contract_clause", &insert, values, nulls, true);
	warn_milestones(ledger, version);
	return number;
}

/* Sets the clauses of a contract, where they loosen none; returns the number of the version. */
PG_FUNCTION_INFO_V1(bpm_set_contract_clauses);
Datum
bpm_set_contract_clauses(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmContract contract;
	NewVersion	version = {&contract};
	int			number;

	version.contract_no = bpm_argument(fcinfo, 1, "contract_no");
	bpm_require_argument(fcinfo, 2, "clauses");
	version.clauses = PG_GETARG_DATUM(2);
	bpm_require_argument(fcinfo, 3, "document");
	version.document = bpm_limited_text(fcinfo, 3, "document", 200);
	version.valid_from = PG_ARGISNULL(4) ? BPM_NO_DATE : bpm_past_day(fcinfo, 4, "valid_from");
	bpm_call_begin(&call, fcinfo, "set_contract_clauses", NULL);
	bpm_call_contract(&call, version.contract_no, &contract);
	bpm_call_require(&call, contract.division, contract.unit);
	version.actor = call.login;
	number = store_version(call.ledger, &version);
	bpm_call_end(&call);
	PG_RETURN_INT32(number);
}

/* Reads the day from which a case's version counts; none where it gives none. */
static DateADT
day_given(const BpmEffectCall *call)
{
	char	   *text = bpm_jsonb_text(&call->arguments->root, "valid_from");
	DateADT		day;

	if (text == NULL)
		return BPM_NO_DATE;
	if (!bpm_read_day(text, &day))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("valid_from \"%s\" is not a day as YYYY-MM-DD", text)));
	if (day > GetSQLCurrentDate())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("valid_from must not be a day that has not come, as %s is", text)));
	return bpm_calendar_day("valid_from", day);
}

/* The effect contract_clauses: sets the clauses of a contract of the place where the decision was made. */
static Jsonb *
run_effect(BpmLedger *ledger, const BpmEffectCall *call)
{
	JsonbValue	key = {.type = jbvString,.val.string.val = "clauses",.val.string.len = strlen("clauses")};
	JsonbValue *clauses = findJsonbValueFromContainer(&call->arguments->root, JB_FOBJECT, &key);
	BpmContract contract;
	NewVersion	version = {&contract};
	JsonbValue	result;

	version.contract_no = bpm_jsonb_text(&call->arguments->root, "contract");
	version.document = bpm_jsonb_text(&call->arguments->root, "document");
	if (version.contract_no == NULL || !bpm_find_contract(ledger, version.contract_no, &contract))
		bpm_no_such_contract(ledger, version.contract_no ? version.contract_no : "");
	if (!bpm_code_covers(call->division, contract.division) ||
		(call->unit != 0 && !bpm_code_covers(call->unit, contract.unit)))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("contract \"%s\" is not of the place that case " INT64_FORMAT " belongs to",
						version.contract_no, call->case_id)));
	if (clauses == NULL || version.document == NULL || bpm_blank(version.document) ||
		pg_mbstrlen(version.document) > 200)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("case " INT64_FORMAT " has no clauses, or no document of 1 to 200 characters", call->case_id)));
	version.clauses = JsonbPGetDatum(JsonbValueToJsonb(clauses));
	version.valid_from = day_given(call);
	version.case_id = call->case_id;
	version.actor = call->actor;
	result.type = jbvNumeric;
	result.val.numeric = int64_to_numeric(store_version(ledger, &version));
	return JsonbValueToJsonb(&result);
}

/* Says what is wrong with the arguments of contract_clauses in a definition. */
static char *
check_effect(BpmLedger *ledger, Jsonb *arguments)
{
	static const char *const names[] = {"contract", "clauses", "document"};

	for (int i = 0; i < (int) lengthof(names); i++)
	{
		JsonbValue	key = {.type = jbvString,.val.string.val = unconstify(char *, names[i]),.val.string.len = strlen(names[i])};

		if (findJsonbValueFromContainer(&arguments->root, JB_FOBJECT, &key) == NULL)
			return psprintf("\"%s\" is missing", names[i]);
	}
	return NULL;
}

/* Registers the effect; called when the library is loaded. */
void
bpm_clause_init(void)
{
	static const BpmEffect effect = {"contract_clauses", run_effect, check_effect};

	bpm_register_effect(&effect);
}
