/*
 * items.c
 *	  Items of a request: read, checked one and all, stored.
 *
 * An amount is cost of one × quantity, exact, rounded half away from zero to the
 * fen.  One that names an expenditure standard (支出标准) takes its cost, or asks less.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"

#include "base/errors.h"
#include "base/number.h"
#include "planning/private.h"
#include "registry/registry.h"

#define MOST_ITEMS			1000
#define DECIMALS			4
#define WHOLE_DIGITS		16

/* The standard's row that holds in the division on the first day of the year, or the nearest that did. */
static const BpmStatement find_standard = {
	"SELECT unit_cost::pg_catalog.text, measure, func, valid_from::pg_catalog.text,"
	" valid_to::pg_catalog.text,"
	" valid_from" LE "$3 AND (valid_to IS NULL OR valid_to" GT "$3) AS holds"
	" FROM @ledger@.expenditure_standard WHERE standard" EQ "$1 AND division" COVERS "$2"
	" ORDER BY holds DESC, division DESC, valid_from DESC LIMIT 1", "tcd"
};
static const BpmStatement insert_items = {
	"INSERT INTO @ledger@.request_item (version_id, item_no, title, func, gov_econ, dept_econ,"
	" standard, unit_cost, quantity, measure, amount, procurement, division, unit)"
	" SELECT $1, i.item_no, i.title, i.func::budgetpm.budget_code,"
	" i.gov_econ::budgetpm.budget_code, i.dept_econ::budgetpm.budget_code, i.standard,"
	" i.unit_cost::pg_catalog.numeric, i.quantity::pg_catalog.numeric, i.measure,"
	" (i.amount::pg_catalog.numeric)::budgetpm.amount, i.procurement::pg_catalog.bool, $2, $3"
	" FROM ROWS FROM (pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6),"
	" pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9),"
	" pg_catalog.unnest($10), pg_catalog.unnest($11), pg_catalog.unnest($12),"
	" pg_catalog.unnest($13)) WITH ORDINALITY"
	" AS i(title, func, gov_econ, dept_econ, standard, unit_cost, quantity, measure, amount,"
	" procurement, item_no)", "lccssssssssss"
};

/* What an attempt to look a code up is told and gives. */
typedef struct CodeSearch
{
	const char *scheme;
	int			fiscal_year;
	char	   *official_code;
	BpmCode		code;
} CodeSearch;

/* Looks a code up, as open_line() does. */
static void
search_code(BpmLedger *ledger, void *argument)
{
	CodeSearch *search = argument;

	search->code = bpm_registry_classification(ledger, search->scheme, search->fiscal_year,
											   search->official_code);
}

/* Returns the key of an item's code, 0 for none or one that is a fault now. */
static BpmCode
read_code(BpmLedger *ledger, const BpmNode *node, const char *key, const char *scheme,
		  int fiscal_year, bool required, BpmFindings *findings)
{
	CodeSearch	search = {scheme, fiscal_year, bpm_node_text(node, key, required), 0};

	if (search.official_code)
		bpm_attempt(ledger, search_code, &search, false, findings,
					bpm_node_place(node, key));
	return search.code;
}

/* Returns a member's text, of a limited length. */
static char *
read_text(const BpmNode *node, const char *key, bool required, int limit)
{
	char	   *text = bpm_node_text(node, key, required);

	if (text && pg_mbstrlen(text) > limit)
		bpm_fault(node->faults, bpm_node_place(node, key), "has %d characters, more than %d",
				  pg_mbstrlen(text), limit);
	return text;
}

/* Says what is wrong with the digits of a number above zero, or of zero where that may be; NULL when nothing is. */
char *
bpm_wrong_digits(const char *text, int decimals, bool or_zero)
{
	const char *start = text + (*text == '-');
	size_t		whole = strspn(start, "0123456789");
	const char *point = start + whole;
	size_t		after = *point == '.' ? strspn(point + 1, "0123456789") : 0;

	if (whole == 0 || (*point == '.' ? point + 1 + after : point) != text + strlen(text) ||
		(*point == '.' && after == 0))
		return psprintf("\"%s\" is not a number", text);
	while (after > 0 && point[after] == '0')
		after--;
	if (after > decimals)
		return psprintf("%s has %d decimals, more than %d", text, (int) after, decimals);
	if (whole > WHOLE_DIGITS)
		return psprintf("%s has %d digits before the point, more than %d", text, (int) whole,
						WHOLE_DIGITS);
	if (*text == '-' || (!or_zero && strspn(text, "0.") == strlen(text)))
		return psprintf("must be %s, not %s", or_zero ? "zero or above"
						: "above zero", text);
	return NULL;
}

/* Reads a number above zero (or zero), sent as number or text; false for none and for a fault. */
bool
bpm_read_decimal(const BpmNode *node, const char *key, int decimals, bool or_zero,
				 BpmFindings *findings, char **text)
{
	JsonbValue	value;
	char	   *fault = NULL;

	*text = NULL;
	if (!bpm_node_find(node, key, &value))
		return false;
	if (value.type == jbvNumeric)
		*text = numeric_normalize(value.val.numeric);
	else if (value.type == jbvString)
		*text = pnstrdup(value.val.string.val, value.val.string.len);
	else
		fault = pstrdup("must be a number");
	if (fault == NULL)
		fault = bpm_wrong_digits(*text, decimals, or_zero);
	if (fault)
	{
		bpm_finding(findings, ERRCODE_INVALID_PARAMETER_VALUE, bpm_node_place(node, key),
					fault);
		*text = NULL;
	}
	return *text != NULL;
}

/* Tells whether a number is above another one. */
static bool
is_above(const char *number, const char *other)
{
	return bpm_exceeds(bpm_numeric_of(number), bpm_numeric_of(other));
}

/* Takes cost and measure of the standard that an item names, or says why not. */
static void
take_standard(BpmLedger *ledger, const BpmRequestPlace *place, const BpmNode *node, BpmItem *item,
			  BpmFindings *findings)
{
	BpmParameters parameters = {0};
	char	   *where = psprintf("%s.standard", node->path);
	int			year = place->preparation.fiscal_year;
	DateADT		first_day = date2j(year, 1, 1) - POSTGRES_EPOCH_JDATE;
	char	   *cost;
	BpmCode		func;

	bpm_bind_text(&parameters, item->standard);
	bpm_bind_id(&parameters, place->division);
	bpm_bind_int(&parameters, first_day);
	if (bpm_planning_read(ledger, &find_standard, &parameters) == 0)
	{
		bpm_finding(findings, ERRCODE_FOREIGN_KEY_VIOLATION, where,
					psprintf("expenditure standard \"%s\" is not known here", item->standard));
		return;
	}
	if (!bpm_result_int(0, 6))
	{
		char	   *until = bpm_result_text(0, 5);

		bpm_finding(findings, ERRCODE_FOREIGN_KEY_VIOLATION, where,
					psprintf("expenditure standard \"%s\" is not in force on %d-01-01: it is from %s%s%s",
							 item->standard, year, bpm_result_text(0, 4), until ? " to before " : " on",
							 until ? until : ""));
		return;
	}
	cost = bpm_result_text(0, 1);
	func = bpm_result_int(0, 3);
	if (item->measure == NULL)
		item->measure = bpm_result_text(0, 2);
	if (item->unit_cost == NULL)
		item->unit_cost = cost;
	else if (is_above(item->unit_cost, cost))
		bpm_finding(findings, ERRCODE_BPM_RULE_VIOLATED, psprintf("%s.unit_cost", node->path),
					psprintf("%s is above the %s of expenditure standard \"%s\"", item->unit_cost, cost,
							 item->standard));
	if (func != 0 && item->func != 0 && !bpm_code_covers(func, item->func))
		bpm_finding(findings, ERRCODE_BPM_RULE_VIOLATED, where,
					psprintf("expenditure standard \"%s\" is for function %s", item->standard,
							 bpm_code_to_text(func)));
}

/* Works out the amount; one that was given must be equal. */
static void
work_out_amount(const BpmNode *node, BpmItem *item, const char *given, BpmFindings *findings)
{
	char	   *where = psprintf("%s.amount", node->path);
	Numeric		product;
	BpmFen		stated;
	BpmRefusal	refusal;

	if (item->unit_cost == NULL || item->quantity == NULL)
		return;
	product = bpm_rounded(bpm_times(bpm_numeric_of(item->unit_cost), bpm_numeric_of(item->quantity)), 2);
	if (!bpm_fen_parse(numeric_normalize(product), &item->amount, &refusal))
		bpm_finding(findings, refusal.sqlstate, where, refusal.message);
	else if (given && (!bpm_fen_parse(given, &stated, &refusal) || stated != item->amount))
		bpm_finding(findings, ERRCODE_INVALID_PARAMETER_VALUE, where,
					psprintf("%s is not %s × %s = %s", given, item->unit_cost, item->quantity,
							 bpm_fen_to_text(item->amount)));
}

/* Reads the numbers of an item: cost of one and quantity, or the amount alone. */
static void
read_numbers(BpmLedger *ledger, const BpmRequestPlace *place, const BpmNode *node, BpmItem *item,
			 BpmFindings *findings)
{
	int			before = findings->faults.count;
	char	   *given;

	bpm_read_decimal(node, "unit_cost", DECIMALS, false, findings, &item->unit_cost);
	bpm_read_decimal(node, "quantity", DECIMALS, false, findings, &item->quantity);
	bpm_read_decimal(node, "amount", 2, false, findings, &given);
	if (item->standard)
		take_standard(ledger, place, node, item, findings);
	if (findings->faults.count > before)
		return;
	if (item->unit_cost == NULL && item->quantity == NULL && given)
	{
		item->unit_cost = given;
		item->quantity = "1";
	}
	if (item->unit_cost == NULL || item->quantity == NULL)
		bpm_finding(findings, ERRCODE_INVALID_PARAMETER_VALUE, node->path,
					pstrdup("needs unit_cost and quantity, a standard and quantity, or an amount alone"));
	work_out_amount(node, item, given, findings);
}

/* Reads one item; what is wrong with it joins the findings. */
static void
read_item(BpmLedger *ledger, const BpmRequestPlace *place, const BpmNode *node, BpmItem *item,
		  BpmFindings *findings)
{
	static const char *const keys[] = {"title", "func", "gov_econ", "dept_econ", "standard",
		"unit_cost", "quantity", "measure", "amount", "procurement", "item_no",
	"reviewed", NULL};
	int			year = place->preparation.fiscal_year;

	bpm_node_keys(node, keys);
	item->title = read_text(node, "title", true, 200);
	item->func = read_code(ledger, node, "func", "function", year, true, findings);
	item->gov_econ = read_code(ledger, node, "gov_econ", "gov_economic", year, false, findings);
	item->dept_econ = read_code(ledger, node, "dept_econ", "dept_economic", year, false, findings);
	item->standard = read_text(node, "standard", false, 40);
	item->measure = read_text(node, "measure", false, 20);
	item->procurement = bpm_node_bool(node, "procurement");
	read_numbers(ledger, place, node, item, findings);
}

/* Reads the items of a request, numbered from 1; NULL where there are none to read. */
BpmItem *
bpm_read_items(BpmLedger *ledger, const BpmRequestPlace *place, Jsonb *json, BpmFindings *findings,
			   int *count)
{
	BpmItem    *items;

	*count = JB_ROOT_IS_ARRAY(json) && !JB_ROOT_IS_SCALAR(json) ? JB_ROOT_COUNT(json) : 0;
	if (*count == 0 || *count > MOST_ITEMS)
	{
		bpm_fault(&findings->faults, "items", "must be an array of 1 to %d objects", MOST_ITEMS);
		*count = 0;
		return NULL;
	}
	items = palloc0(*count * sizeof(BpmItem));
	for (int i = 0; i < *count; i++)
	{
		JsonbValue *value = getIthJsonbValueFromContainer(&json->root, i);
		BpmNode		node = {NULL, psprintf("item %d", i + 1), &findings->faults};

		if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		{
			bpm_fault(node.faults, node.path, "must be an object");
			continue;
		}
		node.object = value->val.binary.data;
		read_item(ledger, place, &node, &items[i], findings);
	}
	return items;
}

/* Returns the sum of the items; one that no amount holds is a fault. */
BpmFen
bpm_items_total(const BpmItem *items, int count, BpmFindings *findings)
{
	BpmFen		total = 0;

	for (int i = 0; i < count; i++)
		if (pg_add_s64_overflow(total, items[i].amount, &total))
		{
			bpm_finding(findings, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "items",
						pstrdup("their sum is out of range"));
			return 0;
		}
	return total;
}

/* One text column of all items, and its nulls. */
typedef struct ItemColumn
{
	Datum	   *values;
	bool	   *nulls;
} ItemColumn;

/* Sets one field of a column. */
static void
set_field(ItemColumn *column, int row, const char *text)
{
	column->nulls[row] = text == NULL;
	column->values[row] = text ? CStringGetTextDatum(text) : (Datum) 0;
}

/* Sets a field to the digits of a code. */
static void
set_code(ItemColumn *column, int row, BpmCode code)
{
	set_field(column, row, code ? bpm_code_to_text(code) : NULL);
}

/* Stores items that were found right, as those of a version. */
void
bpm_store_items(BpmLedger *ledger, const BpmRequestPlace *place, int64 version, const BpmItem *items,
				int count)
{
	enum
	{
		TITLE, FUNC, GOV_ECON, DEPT_ECON, STANDARD, UNIT_COST, QUANTITY, MEASURE, AMOUNT,
		PROCUREMENT, COLUMNS
	};
	BpmParameters parameters = {0};
	ItemColumn	columns[COLUMNS];
	int			lower = 1;

	for (int i = 0; i < COLUMNS; i++)
	{
		columns[i].values = palloc(count * sizeof(Datum));
		columns[i].nulls = palloc(count * sizeof(bool));
	}
	for (int i = 0; i < count; i++)
	{
		set_field(&columns[TITLE], i, items[i].title);
		set_code(&columns[FUNC], i, items[i].func);
		set_code(&columns[GOV_ECON], i, items[i].gov_econ);
		set_code(&columns[DEPT_ECON], i, items[i].dept_econ);
		set_field(&columns[STANDARD], i, items[i].standard);
		set_field(&columns[UNIT_COST], i, items[i].unit_cost);
		set_field(&columns[QUANTITY], i, items[i].quantity);
		set_field(&columns[MEASURE], i, items[i].measure);
		set_field(&columns[AMOUNT], i, bpm_fen_to_text(items[i].amount));
		set_field(&columns[PROCUREMENT], i, items[i].procurement ? "true" : "false");
	}
	bpm_bind_id(&parameters, version);
	bpm_bind_id(&parameters, place->division);
	bpm_bind_id(&parameters, place->unit);
	for (int i = 0; i < COLUMNS; i++)
		bpm_bind_datum(&parameters,
					   PointerGetDatum(construct_md_array(columns[i].values, columns[i].nulls, 1,
														  &count, &lower, TEXTOID, -1, false,
														  TYPALIGN_INT)));
	bpm_planning_store(ledger, "request_item", &insert_items, &parameters);
}
