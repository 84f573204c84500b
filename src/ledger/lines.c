/*
 * lines.c
 *	  Opens lines, and reads what never changes about them.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "cap/cap.h"
#include "ledger/arguments.h"
#include "ledger/entry.h"
#include "ledger/line_request.h"
#include "registry/registry.h"

static const BpmStatement line_facts = {
	"SELECT parent_id, division, unit, func, gov_econ, fund_type::pg_catalog.text, direct,"
	" source_doc, (elements OPERATOR(pg_catalog.->) 'procurement') OPERATOR(pg_catalog.=) 'true'"
	" FROM @ledger@.line WHERE line_id OPERATOR(pg_catalog.=) $1", "l"
};

/* Reads the elements of a line that operations ask about; false if there is none. */
bool
bpm_line_facts(BpmLedger *ledger, int64 line, BpmLineFacts *facts)
{
	Datum		values[1] = {Int64GetDatum(line)};
	HeapTuple	row;
	TupleDesc	desc;
	bool		isnull;

	if (bpm_ledger_execute(ledger, &line_facts, 0, values, NULL) != 1)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	facts->id = line;
	facts->parent = bpm_row_number(row, desc, 1);
	facts->division = bpm_row_number(row, desc, 2);
	facts->unit = bpm_row_number(row, desc, 3);
	facts->func = bpm_row_number(row, desc, 4);
	facts->gov_econ = bpm_row_number(row, desc, 5);
	strlcpy(facts->fund_type, bpm_row_string(row, desc, 6), sizeof(facts->fund_type));
	facts->direct = DatumGetBool(SPI_getbinval(row, desc, 7, &isnull));
	facts->source_doc = SPI_getvalue(row, desc, 8);
	facts->procurement = DatumGetBool(SPI_getbinval(row, desc, 9, &isnull)) && !isnull;
	SPI_freetuptable(SPI_tuptable);
	return true;
}

/* The state is read under a lock that set_year_state() waits for. */
static const BpmStatement year_of_line = {
	"SELECT state::pg_catalog.text, closed_month::pg_catalog.int4 FROM @ledger@.fiscal_year"
	" WHERE fiscal_year OPERATOR(pg_catalog.=) $1 FOR SHARE", "i"
};

/* Reads the year of the new line under a lock, or refuses it. */
void
bpm_read_line_year(BpmLedger *ledger, BpmLineRequest *request)
{
	Datum		values[1] = {Int32GetDatum(request->fiscal_year)};
	char	   *state;
	bool		isnull;

	if (bpm_ledger_execute(ledger, &year_of_line, 0, values, NULL) != 1)
		bpm_no_such_year(ledger, request->fiscal_year);
	state = bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	request->closed_month = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0],
														SPI_tuptable->tupdesc, 2, &isnull));
	if (strcmp(state, "preparing") != 0 && strcmp(state, "open") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_YEAR),
				 errmsg("fiscal year %d is %s", request->fiscal_year, state),
				 errdetail("Lines are opened while a year is preparing or open.")));
	request->year_state = state[0];
}

/*
 * Returns the project that a line is opened for.  One that has ended gets no line, and
 * where a project comes before its budget one that is not in the pool gets none; but
 * money that it holds in a year before goes on to a line of the next.
 */
static int64
fundable_project(BpmLedger *ledger, const BpmLineRequest *request)
{
	static const BpmStatement read = {
		"SELECT p.stage::pg_catalog.text, EXISTS (SELECT 1 FROM @ledger@.line l"
		"  JOIN @ledger@.fiscal_year y ON y.fiscal_year OPERATOR(pg_catalog.=) l.fiscal_year"
		"   AND y.state OPERATOR(pg_catalog.<>) 'closed'"
		"  JOIN @ledger@.balance b ON b.line_id OPERATOR(pg_catalog.=) l.line_id"
		"  WHERE l.project_id OPERATOR(pg_catalog.=) p.project_id AND l.fiscal_year OPERATOR(pg_catalog.<) $2"
		"   AND (b.available OPERATOR(budgetpm.+) b.frozen OPERATOR(budgetpm.+) b.pending_out OPERATOR(budgetpm.+)"
		"    b.precommitted OPERATOR(budgetpm.+) b.committed OPERATOR(budgetpm.+) b.requested)"
		"    OPERATOR(budgetpm.>) '0'::budgetpm.amount)"
		" FROM @ledger@.project p WHERE p.project_id OPERATOR(pg_catalog.=) $1", "li"
	};
	Datum		values[2];
	char	   *stage;
	bool		isnull;

	values[0] = Int64GetDatum(bpm_registry_project(ledger, request->project));
	values[1] = Int32GetDatum(request->fiscal_year);
	bpm_ledger_execute(ledger, &read, 0, values, NULL);
	stage = bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull)))
		return DatumGetInt64(values[0]);
	if (strcmp(stage, "cancelled") == 0 || strcmp(stage, "closed") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("project \"%s\" is %s and gets no money", request->project, stage)));
	if ((strcmp(stage, "proposed") == 0 || strcmp(stage, "reviewed") == 0) &&
		bpm_registry_pool_required(ledger, DatumGetInt64(values[0]), request->division))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("project \"%s\" is %s, and a line needs an admitted project", request->project, stage),
				 errdetail("A project comes before its budget (先有项目再安排预算): setting project.pool_required holds here."),
				 errhint("Have it admitted (入库), or take it over (take_over_projects()) if it ran before this ledger did.")));
	return DatumGetInt64(values[0]);
}

/* Replaces official codes by keys, each checked in the line's year. */
static void
look_up_codes(BpmLedger *ledger, BpmLineRequest *request)
{
	bpm_registry_unit(ledger, request->unit, &request->unit_code, &request->division);
	request->func_code = bpm_registry_classification(ledger, "function",
													 request->fiscal_year, request->func);
	request->gov_econ_code = request->gov_econ == NULL ? 0 :
		bpm_registry_classification(ledger, "gov_economic", request->fiscal_year,
									request->gov_econ);
	request->dept_econ_code = request->dept_econ == NULL ? 0 :
		bpm_registry_classification(ledger, "dept_economic", request->fiscal_year,
									request->dept_econ);
	bpm_registry_fund_type(ledger, request->fund_type);
	request->project_id = request->project == NULL ? 0 :
		fundable_project(ledger, request);
}

/* Refuses the parent with what is wrong with it. */
static void
refuse_parent(BpmLineRequest *request, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_RULE_VIOLATED),
			 errmsg("line " INT64_FORMAT " cannot be the parent of this line", request->parent),
			 errdetail_internal("%s", problem),
			 errhint("Allotment stays inside one government, fund type and year; between governments use send_transfer().")));
}

/* A line takes over what its parent says, so its opener must be one who may read that. */
static void
read_parent(BpmLedger *ledger, BpmLineRequest *request, BpmLineFacts *facts)
{
	BpmOwnerScope scope;
	bool		found;

	bpm_owner_enter(ledger, &scope);
	found = bpm_line_facts(ledger, request->parent, facts);
	bpm_owner_leave(&scope);
	if (!found)
		refuse_parent(request, "It does not exist.");
	bpm_authorize_line(ledger, "open_line", BPM_RIGHT_READ, request->parent,
					   facts->division, facts->unit);
}

/* 上级指标文号 and the direct mark come from the parent and cannot differ from it. */
static void
inherit_from_parent(BpmLedger *ledger, BpmLineRequest *request)
{
	BpmLineFacts facts;

	if (request->parent == 0)
		return;
	read_parent(ledger, request, &facts);
	if (BPM_LINE_YEAR(request->parent) != request->fiscal_year)
		refuse_parent(request, "It belongs to another fiscal year.");
	if (facts.division != request->division)
		refuse_parent(request, "It belongs to another government.");
	if (strcmp(facts.fund_type, request->fund_type) != 0)
		refuse_parent(request, "It has another fund type.");
	if (request->source_doc &&
		(facts.source_doc == NULL || strcmp(facts.source_doc, request->source_doc) != 0))
		refuse_parent(request, "It has another 上级指标文号.");
	if (request->direct_given && request->direct != facts.direct)
		refuse_parent(request, "It differs in the mark of direct money (直达).");
	request->source_doc = facts.source_doc;
	request->direct = facts.direct;
}

static const BpmStatement insert_line = {
	"INSERT INTO @ledger@.line (line_id, fiscal_year, parent_id, division, unit, func,"
	" gov_econ, dept_econ, fund_type, project_id, title, executable, source_doc, direct,"
	" elements, key, opened_at, opened_by, control)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
	" COALESCE($15, '{}'::pg_catalog.jsonb), $16, $17, $18, $19::pg_catalog.\"char\")"
	" ON CONFLICT (fiscal_year, key) WHERE key IS NOT NULL DO NOTHING",
	"lilccccctltbtbjtztt"
};

/* Stores the line; false when its key opened one before. */
static bool
store_line(BpmLedger *ledger, const BpmLineRequest *request)
{
	Datum		values[19];
	char		nulls[19];

	memset(nulls, ' ', sizeof(nulls));
	values[0] = Int64GetDatum(request->id);
	values[1] = Int32GetDatum(request->fiscal_year);
	bpm_set_id(values, nulls, 2, request->parent);
	values[3] = Int64GetDatum(request->division);
	values[4] = Int64GetDatum(request->unit_code);
	values[5] = Int64GetDatum(request->func_code);
	bpm_set_id(values, nulls, 6, request->gov_econ_code);
	bpm_set_id(values, nulls, 7, request->dept_econ_code);
	values[8] = CStringGetTextDatum(request->fund_type);
	bpm_set_id(values, nulls, 9, request->project_id);
	values[10] = CStringGetTextDatum(request->title);
	values[11] = BoolGetDatum(request->executable);
	bpm_set_text(values, nulls, 12, request->source_doc);
	values[13] = BoolGetDatum(request->direct);
	bpm_set_datum(values, nulls, 14, PointerGetDatum(request->elements));
	bpm_set_text(values, nulls, 15, request->key);
	values[16] = TimestampTzGetDatum(request->opened_at);
	values[17] = CStringGetTextDatum(request->opened_by);
	values[18] = PointerGetDatum(cstring_to_text_with_len(request->control, 1));
	return bpm_write_row(ledger, "line", 0, request->id, &insert_line, values, nulls, true) == 1;
}

/* Stores the line's empty balance with the first link of its chain. */
static void
store_balance(BpmLedger *ledger, const BpmLineRequest *request)
{
	BpmLine		line = {0};

	line.id = request->id;
	line.division = request->division;
	line.unit = request->unit_code;
	line.posted_at = request->opened_at;
	bpm_line_digest(ledger->digest, request, line.head);
	line.closed_month = request->closed_month;
	line.control = request->control[0];
	line.year_state = request->year_state;
	line.line_state = request->provisional ? 'p' : 'o';
	line.executable = request->executable;
	line.caps = request->caps;
	line.ncaps = request->ncaps;
	bpm_insert_balance(ledger, &line);
}

static const BpmStatement line_of_key = {
	"SELECT line_id, title::pg_catalog.text, unit, func, fund_type::pg_catalog.text,"
	" parent_id, gov_econ, dept_econ, project_id, executable, source_doc::pg_catalog.text,"
	" direct, elements::pg_catalog.text, division, control FROM @ledger@.line"
	" WHERE fiscal_year OPERATOR(pg_catalog.=) $1 AND key OPERATOR(pg_catalog.=) $2", "it"
};

/* Returns a text, empty for NULL. */
static const char *
or_empty(const char *string)
{
	return string ? string : "";
}

/* Names what a repeated key's request says differently, NULL if nothing. */
static const char *
line_difference(const BpmLineRequest *request, HeapTuple row, TupleDesc desc)
{
	bool		isnull;

	if (strcmp(bpm_row_string(row, desc, 2), request->title) != 0)
		return "title";
	if (bpm_row_number(row, desc, 3) != request->unit_code)
		return "unit";
	if (bpm_row_number(row, desc, 4) != request->func_code)
		return "function code";
	if (strcmp(bpm_row_string(row, desc, 5), request->fund_type) != 0)
		return "fund type";
	if (bpm_row_number(row, desc, 6) != request->parent)
		return "parent";
	if (bpm_row_number(row, desc, 7) != request->gov_econ_code ||
		bpm_row_number(row, desc, 8) != request->dept_econ_code)
		return "economic code";
	if (bpm_row_number(row, desc, 9) != request->project_id)
		return "project";
	if (DatumGetBool(SPI_getbinval(row, desc, 10, &isnull)) != request->executable)
		return "executable";
	if (strcmp(or_empty(SPI_getvalue(row, desc, 11)), or_empty(request->source_doc)) != 0)
		return "上级指标文号";
	if (DatumGetBool(SPI_getbinval(row, desc, 12, &isnull)) != request->direct)
		return "mark of direct money";
	if (bpm_row_string(row, desc, 15)[0] != request->control[0])
		return "control mode";
	if (strcmp(bpm_row_string(row, desc, 13),
			   request->elements ? bpm_memo_text(request->elements) : "{}") != 0)
		return "set of elements";
	return NULL;
}

/* Keys are shared by all who open lines in a year: a line elsewhere is not shown. */
static void
refuse_key(const BpmLineRequest *request, const char *difference, int64 line, bool visible)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_KEY_CONFLICT),
			 visible ? errmsg("key \"%s\" opened a line with another %s in %d", request->key,
							  difference, request->fiscal_year)
			 : errmsg("key \"%s\" opened another line in %d", request->key, request->fiscal_year),
			 visible ? errdetail("Line " INT64_FORMAT " holds the key.", line) : 0,
			 errhint("Give each line a key of its own.")));
}

/* The line that the key opened before; the same key for another line is an error. */
static int64
replay_line(BpmLedger *ledger, const BpmLineRequest *request, BpmOwnerScope *scope)
{
	Datum		values[2];
	HeapTuple	row;
	TupleDesc	desc;
	const char *difference;
	int64		line;
	bool		visible;

	values[0] = Int32GetDatum(request->fiscal_year);
	values[1] = CStringGetTextDatum(request->key);
	if (bpm_ledger_execute(ledger, &line_of_key, 0, values, NULL) != 1)
		elog(ERROR, "line of key \"%s\" is not visible", request->key);
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	line = bpm_row_number(row, desc, 1);
	difference = line_difference(request, row, desc);
	bpm_owner_leave(scope);
	visible = bpm_has_duty(ledger, BPM_RIGHT_READ, bpm_row_number(row, desc, 14),
						   bpm_row_number(row, desc, 3));
	bpm_owner_enter(ledger, scope);
	if (difference)
		refuse_key(request, difference, line, visible);
	return line;
}

/* The new line joins the caps by rule that cover it; its year is locked against new ones. */
static void
join_caps(BpmLedger *ledger, BpmLineRequest *request)
{
	BpmCapPlace place;

	place.division = request->division;
	place.unit = request->unit_code;
	place.func = request->func_code;
	place.gov_econ = request->gov_econ_code;
	place.dept_econ = request->dept_econ_code;
	place.fund_type = request->fund_type;
	place.project = request->project_id;
	request->ncaps = bpm_caps_of_new_line(ledger, request->fiscal_year, &place,
										  &request->caps);
}

/*
 * Opens a line whose codes and elements were checked, in a year that was read, and
 * returns its id, 0 when its key opened one before; called as the ledger's owner.
 */
int64
bpm_open_known_line(BpmLedger *ledger, BpmLineRequest *request)
{
	join_caps(ledger, request);
	request->id = bpm_next_id(ledger, "line_seq", request->fiscal_year);
	request->opened_at = GetCurrentTimestamp();
	if (!store_line(ledger, request))
		return 0;
	store_balance(ledger, request);
	return request->id;
}

/* Opens the line as the ledger's owner, for a caller who may. */
static int64
open_line(BpmLedger *ledger, BpmLineRequest *request)
{
	BpmOwnerScope scope;
	int64		line;

	bpm_owner_enter(ledger, &scope);
	bpm_read_line_year(ledger, request);
	look_up_codes(ledger, request);
	bpm_registry_elements(ledger, request->fiscal_year, request->elements);
	bpm_owner_leave(&scope);

	/*
	 * That a line may be overspent is for the government's finance to say,
	 * not for a unit.
	 */
	bpm_authorize(ledger, "open_line", request->division,
				  request->control[0] == 'b' ? request->unit_code : 0);
	inherit_from_parent(ledger, request);
	bpm_owner_enter(ledger, &scope);
	line = bpm_open_known_line(ledger, request);
	if (line == 0)
		line = replay_line(ledger, request, &scope);
	bpm_owner_leave(&scope);
	return line;
}

/* Opens a line with its elements checked against its year, and returns its id. */
PG_FUNCTION_INFO_V1(bpm_open_line);
Datum
bpm_open_line(PG_FUNCTION_ARGS)
{
	BpmLineRequest request = {0};
	BpmLedger  *ledger;
	int64		line;

	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize_operation(ledger, "open_line");
	bpm_read_line_request(fcinfo, &request);
	if (request.control[0] != 'b')
		bpm_authorize_operation(ledger, "relax_control");
	request.opened_by = GetUserNameFromId(GetUserId(), false);
	line = open_line(ledger, &request);
	SPI_finish();
	PG_RETURN_INT64(line);
}
