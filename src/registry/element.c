/*
 * element.c
 *	  line.elements against the catalogue of elements.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/rows.h"
#include "registry/registry_private.h"

typedef struct Element
{
	char	   *element;
	char	   *name;
	char	   *kind;
	char	   *scheme;
	char	   *line_column;
	char	   *max_length;
	Jsonb	   *choices;
	bool		required;
	bool		given;
} Element;

/* Reads the catalogue; the rows live in SPI's memory. */
static Element *
read_catalogue(BpmLedger *ledger, int *count)
{
	static const BpmStatement all = {
		"SELECT element, name, kind, scheme, line_column, max_length, choices, required"
		"  FROM @ledger@.element ORDER BY number, element", ""
	};
	Element    *catalogue;

	*count = bpm_ledger_execute(ledger, &all, 0, NULL, NULL);
	catalogue = palloc0(Max(*count, 1) * sizeof(Element));
	for (int i = 0; i < *count; i++)
	{
		bool		isnull;
		Datum		choices = bpm_row_datum(i, 7, &isnull);

		catalogue[i].choices = isnull ? NULL : DatumGetJsonbPCopy(choices);
		catalogue[i].element = bpm_row_name(i, 1);
		catalogue[i].name = bpm_row_name(i, 2);
		catalogue[i].kind = bpm_row_name(i, 3);
		catalogue[i].scheme = bpm_result_text(i, 4);
		catalogue[i].line_column = bpm_result_text(i, 5);
		catalogue[i].max_length = bpm_result_text(i, 6);
		catalogue[i].required = DatumGetBool(bpm_row_datum(i, 8, &isnull));
	}
	return catalogue;
}

/* Lists the keys that elements may have, for a message. */
static char *
element_keys(Element *catalogue, int count)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < count; i++)
		if (catalogue[i].line_column == NULL)
			appendStringInfo(&list, "%s%s (%s)", list.len ? ", " : "",
							 catalogue[i].element, catalogue[i].name);
	return list.data;
}

/* Returns the element of a key, or refuses the key. */
static Element *
find_element(Element *catalogue, int count, const char *key)
{
	for (int i = 0; i < count; i++)
		if (strcmp(catalogue[i].element, key) == 0)
			return &catalogue[i];
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown element \"%s\"", key),
			 errdetail("Elements of a line are: %s.", element_keys(catalogue, count)),
			 errhint("Use one of these keys, or add a row to table \"element\" of the ledger.")));
}

/* Refuses a value of another type than the kind asks for. */
pg_noreturn static void
refuse_type(Element *element, const char *wanted)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("element \"%s\" must be %s", element->element, wanted),
			 errdetail("Element %s is of kind \"%s\".", element->name, element->kind)));
}

/* Refuses a value that is not one of the choices. */
static void
check_choice(Element *element, const char *value)
{
	StringInfoData list;
	JsonbIterator *iterator = JsonbIteratorInit(&element->choices->root);
	JsonbIteratorToken token;
	JsonbValue	item;

	initStringInfo(&list);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		if (item.val.string.len == strlen(value) &&
			memcmp(item.val.string.val, value, item.val.string.len) == 0)
			return;
		appendStringInfo(&list, "%s\"%.*s\"", list.len ? ", " : "",
						 item.val.string.len, item.val.string.val);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("element \"%s\" cannot be \"%s\"", element->element, value),
			 errdetail("Element %s is one of: %s.", element->name, list.data)));
}

/* Refuses an empty text, and one longer than the catalogue allows. */
static void
check_text(Element *element, const char *value)
{
	if (value[0] == '\0' ||
		pg_mbstrlen(value) > pg_strtoint32(element->max_length))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("element \"%s\" has %d characters", element->element,
						pg_mbstrlen(value)),
				 errdetail("Element %s has 1 to %s characters.", element->name,
						   element->max_length)));
}

/* Checks a value that is a JSON string: codes and dates travel as strings. */
static void
check_string(BpmLedger *ledger, int fiscal_year, Element *element, const char *value)
{
	const char *kind = element->kind;
	BpmCode		unit;
	BpmCode		division;

	if (strcmp(kind, "choice") == 0)
		check_choice(element, value);
	else if (strcmp(kind, "text") == 0)
		check_text(element, value);
	else if (strcmp(kind, "classification") == 0)
		bpm_registry_classification(ledger, element->scheme, fiscal_year, value);
	else if (strcmp(kind, "division") == 0)
		bpm_registry_division(ledger, value);
	else if (strcmp(kind, "unit") == 0)
		bpm_registry_unit(ledger, value, &unit, &division);
	else if (strcmp(kind, "project") == 0)
		bpm_registry_project(ledger, value);
	else if (strcmp(kind, "fund_type") == 0)
		bpm_registry_fund_type(ledger, value);
	else if (strcmp(kind, "date") == 0)
	{
		/* The text form depends on DateStyle, a stored element must not. */
		if (strlen(value) != 10 || strspn(value, "0123456789-") != 10 ||
			value[4] != '-' || value[7] != '-')
			refuse_type(element, "a date as YYYY-MM-DD");
		DirectFunctionCall1(date_in, CStringGetDatum(value));
	}
	else
		refuse_type(element, strcmp(kind, "flag") == 0 ? "true or false" : "a number");
}

/* Refuses a value that its element cannot have, and notes that it was given. */
static void
check_value(BpmLedger *ledger, int fiscal_year, Element *element, JsonbValue *value)
{
	bool		flag = strcmp(element->kind, "flag") == 0;
	bool		number = strcmp(element->kind, "number") == 0 ||
		strcmp(element->kind, "year") == 0;

	if (element->line_column != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("element \"%s\" is not part of elements", element->element),
				 errdetail("Element %s is column \"%s\" of the line.", element->name,
						   element->line_column),
				 errhint("Pass it as an argument of its own.")));
	if (value->type == jbvString)
		check_string(ledger, fiscal_year, element,
					 pnstrdup(value->val.string.val, value->val.string.len));
	else if (!(value->type == jbvBool && flag) && !(value->type == jbvNumeric && number))
		refuse_type(element, flag ? "true or false" : number ? "a number" : "a JSON string");
	element->given = true;
}

/* Makes sure that elements is an object of known keys with values of their kinds. */
void
bpm_registry_elements(BpmLedger *ledger, int fiscal_year, Jsonb *elements)
{
	BpmOwnerScope scope;
	Element    *catalogue;
	int			count;

	bpm_reading_begin(ledger, &scope);
	catalogue = read_catalogue(ledger, &count);
	if (elements != NULL)
	{
		JsonbIterator *iterator = JsonbIteratorInit(&elements->root);
		JsonbIteratorToken token;
		JsonbValue	item;
		Element    *element = NULL;

		if (!JB_ROOT_IS_OBJECT(elements))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("elements must be a JSON object"),
					 errhint("Pass an object such as {\"procurement\": true}.")));
		while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
		{
			if (token == WJB_KEY)
				element = find_element(catalogue, count,
									   pnstrdup(item.val.string.val, item.val.string.len));
			else if (token == WJB_VALUE)
				check_value(ledger, fiscal_year, element, &item);
		}
	}
	for (int i = 0; i < count; i++)
		if (catalogue[i].required && !catalogue[i].given && catalogue[i].line_column == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("element \"%s\" is missing", catalogue[i].element),
					 errdetail("Element %s is required on every line of this ledger.",
							   catalogue[i].name),
					 errhint("Give it in elements.")));
	bpm_reading_end(&scope);
}

/* Returns true, or refuses as open_line() would. */
PG_FUNCTION_INFO_V1(bpm_check_elements);
Datum
bpm_check_elements(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));

	bpm_check_reader(ledger);
	bpm_registry_elements(ledger, bpm_int_argument(fcinfo, 1, "fiscal_year"),
						  PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P(2));
	PG_RETURN_BOOL(true);
}
