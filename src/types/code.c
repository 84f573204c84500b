/*
 * code.c
 *	  budget_code (编码): a place in a tree, 1 to 17 digits in an int64.
 *
 * The representation is described in types.h; comparison is in compare.c.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "types/types_private.h"

/* power_of_11[k] = 11^k: the size of the subtree of a code of 17 - k digits. */
static const int64 power_of_11[BPM_CODE_MAX_DIGITS + 1] = {
	INT64CONST(1),
	INT64CONST(11),
	INT64CONST(121),
	INT64CONST(1331),
	INT64CONST(14641),
	INT64CONST(161051),
	INT64CONST(1771561),
	INT64CONST(19487171),
	INT64CONST(214358881),
	INT64CONST(2357947691),
	INT64CONST(25937424601),
	INT64CONST(285311670611),
	INT64CONST(3138428376721),
	INT64CONST(34522712143931),
	INT64CONST(379749833583241),
	INT64CONST(4177248169415651),
	INT64CONST(45949729863572161),
	INT64CONST(505447028499293771)
};

/*
 * Gives how many of the 17 places stay free below a code.  Divisors are
 * constants, which compile to multiplications.
 */
static inline int
free_places(BpmCode code)
{
	int			places = 0;

	if (code % INT64CONST(45949729863572161) == 0)
		return 16;
	if (code % INT64CONST(214358881) == 0)
	{
		code /= INT64CONST(214358881);
		places += 8;
	}
	if (code % INT64CONST(14641) == 0)
	{
		code /= INT64CONST(14641);
		places += 4;
	}
	if (code % INT64CONST(121) == 0)
	{
		code /= INT64CONST(121);
		places += 2;
	}
	return places + (code % 11 == 0);
}

/* Reads 1 to 17 ASCII digits and nothing else. */
static bool
parse_code(const char *text, size_t length, BpmCode *code)
{
	*code = 0;
	if (length < 1 || length > BPM_CODE_MAX_DIGITS)
		return false;
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		*code += (text[i] - '0' + 1) * power_of_11[BPM_CODE_MAX_DIGITS - 1 - i];
	}
	return true;
}

/* Reports that a text is no code, softly where the caller can take that. */
static Datum
refuse_text(const char *text, Node *escontext)
{
	ereturn(escontext, (Datum) 0,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s: \"%s\"", "budget_code", text),
			 errdetail("A budget code is 1 to %d digits.", BPM_CODE_MAX_DIGITS)));
}

/* Converts a text of digits, or raises an error. */
BpmCode
bpm_code_from_text(const char *text)
{
	BpmCode		code;

	if (!parse_code(text, strlen(text), &code))
		refuse_text(text, NULL);
	return code;
}

/* budget_code_in(cstring) gives the code written, or an error. */
PG_FUNCTION_INFO_V1(bpm_budget_code_in);
Datum
bpm_budget_code_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	BpmCode		code;

	if (!parse_code(text, strlen(text), &code))
		return refuse_text(text, fcinfo->context);
	PG_RETURN_INT64(code);
}

/* Writes the digits of a code into a buffer; returns their number. */
static int
print_code(BpmCode code, char text[BPM_CODE_TEXT_SIZE])
{
	int			digits = bpm_code_digits(code);

	code /= power_of_11[BPM_CODE_MAX_DIGITS - digits];
	for (int i = digits - 1; i >= 0; i--)
	{
		text[i] = '0' + code % 11 - 1;
		code /= 11;
	}
	text[digits] = '\0';
	return digits;
}

/* Writes the digits of a code; the result is palloc'd. */
char *
bpm_code_to_text(BpmCode code)
{
	char	   *text = palloc(BPM_CODE_TEXT_SIZE);

	print_code(code, text);
	return text;
}

/* budget_code_out(budget_code) writes the digits. */
PG_FUNCTION_INFO_V1(bpm_budget_code_out);
Datum
bpm_budget_code_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(bpm_code_to_text(PG_GETARG_INT64(0)));
}

/* True if an integer from outside is the representation of some code. */
static bool
is_code(int64 value)
{
	if (value < power_of_11[BPM_CODE_MAX_DIGITS - 1] ||
		value >= power_of_11[BPM_CODE_MAX_DIGITS])
		return false;
	for (value /= power_of_11[free_places(value)]; value > 0; value /= 11)
		if (value % 11 == 0)
			return false;
	return true;
}

/* budget_code_recv(internal): eight bytes, big-endian, checked like the text. */
PG_FUNCTION_INFO_V1(bpm_budget_code_recv);
Datum
bpm_budget_code_recv(PG_FUNCTION_ARGS)
{
	int64		value = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));

	if (!is_code(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s: " INT64_FORMAT, "budget_code", value)));
	PG_RETURN_INT64(value);
}

/* budget_code_send(budget_code): eight bytes, big-endian. */
PG_FUNCTION_INFO_V1(bpm_budget_code_send);
Datum
bpm_budget_code_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint64(&message, PG_GETARG_INT64(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* budget_code_from_text(text) serves the assignment cast. */
PG_FUNCTION_INFO_V1(bpm_budget_code_from_text);
Datum
bpm_budget_code_from_text(PG_FUNCTION_ARGS)
{
	text	   *input = PG_GETARG_TEXT_PP(0);
	BpmCode		code;

	if (!parse_code(VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input), &code))
		refuse_text(text_to_cstring(input), NULL);
	PG_RETURN_INT64(code);
}

/* budget_code_to_text(budget_code) serves the assignment cast. */
PG_FUNCTION_INFO_V1(bpm_budget_code_to_text);
Datum
bpm_budget_code_to_text(PG_FUNCTION_ARGS)
{
	char		digits[BPM_CODE_TEXT_SIZE];
	int			length = print_code(PG_GETARG_INT64(0), digits);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(digits, length));
}

/* Gives the number of digits of a code. */
int
bpm_code_digits(BpmCode code)
{
	return BPM_CODE_MAX_DIGITS - free_places(code);
}

/* digits(budget_code) gives their number, 1 to 17. */
PG_FUNCTION_INFO_V1(bpm_digits);
Datum
bpm_digits(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(bpm_code_digits(PG_GETARG_INT64(0)));
}

/* Gives the last code of a subtree: the code filled up with nines. */
BpmCode
bpm_code_last(BpmCode code)
{
	return code + power_of_11[free_places(code)] - 1;
}

/* True if the ancestor is the code itself or stands above it. */
bool
bpm_code_covers(BpmCode ancestor, BpmCode code)
{
	return code >= ancestor && code <= bpm_code_last(ancestor);
}

/* covers(budget_code, budget_code) is @>; it cannot fail. */
PG_FUNCTION_INFO_V1(bpm_covers);
Datum
bpm_covers(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(bpm_code_covers(PG_GETARG_INT64(0), PG_GETARG_INT64(1)));
}

/* covered_by(budget_code, budget_code) is <@; it cannot fail. */
PG_FUNCTION_INFO_V1(bpm_covered_by);
Datum
bpm_covered_by(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(bpm_code_covers(PG_GETARG_INT64(1), PG_GETARG_INT64(0)));
}

/* last(budget_code) bounds the range scan of a subtree; it cannot fail. */
PG_FUNCTION_INFO_V1(bpm_last);
Datum
bpm_last(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(bpm_code_last(PG_GETARG_INT64(0)));
}

/* Gives the first digits of a code, or the code itself if it has no more. */
BpmCode
bpm_code_prefix(BpmCode code, int digits)
{
	return code - code % power_of_11[BPM_CODE_MAX_DIGITS - digits];
}

/* prefix(budget_code, integer) cuts a code to at most so many digits. */
PG_FUNCTION_INFO_V1(bpm_prefix);
Datum
bpm_prefix(PG_FUNCTION_ARGS)
{
	int32		digits = PG_GETARG_INT32(1);

	if (digits < 1 || digits > BPM_CODE_MAX_DIGITS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a budget code cannot have %d digits", digits),
				 errdetail("A budget code is 1 to %d digits.", BPM_CODE_MAX_DIGITS)));
	PG_RETURN_INT64(bpm_code_prefix(PG_GETARG_INT64(0), digits));
}

/* Makes budget_code[] of the type that the calling function is declared to return. */
static Datum
codes_to_array(FunctionCallInfo fcinfo, Datum *codes, int count)
{
	Oid			type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));

	return PointerGetDatum(construct_array(codes, count, type, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * prefixes(budget_code) gives every code that covers this one, itself last: what
 * an index is asked for when the question is who stands above.
 */
PG_FUNCTION_INFO_V1(bpm_prefixes);
Datum
bpm_prefixes(PG_FUNCTION_ARGS)
{
	BpmCode		code = PG_GETARG_INT64(0);
	int			digits = bpm_code_digits(code);
	Datum		codes[BPM_CODE_MAX_DIGITS];

	for (int i = 0; i < digits; i++)
		codes[i] = Int64GetDatum(bpm_code_prefix(code, i + 1));
	return codes_to_array(fcinfo, codes, digits);
}

/* The digits that a code has at each level of a scheme. */
typedef struct Scheme
{
	int			count;
	int			digits[BPM_CODE_MAX_DIGITS];
} Scheme;

/* Reads the widths of the levels, refusing what is no scheme. */
static void
read_scheme(ArrayType *widths, Scheme *scheme)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	int			digits = 0;

	deconstruct_array(widths, INT4OID, sizeof(int32), true, TYPALIGN_INT,
					  &elements, &nulls, &count);
	scheme->count = count;
	for (int i = 0; i < count; i++)
	{
		int32		width = nulls[i] ? 0 : DatumGetInt32(elements[i]);

		if (width < 1 || width > BPM_CODE_MAX_DIGITS - digits)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid width of level %d of a budget code", i + 1),
					 errdetail("Every width is at least 1, and together they are at most %d.",
							   BPM_CODE_MAX_DIGITS)));
		digits += width;
		scheme->digits[i] = digits;
	}
	if (count == 0 || ARR_NDIM(widths) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("widths of a budget code must be a one-dimensional array with at least one level")));
}

/* Gives the level, counted from 1, at which a code ends; it must end at one. */
static int
level_of(BpmCode code, const Scheme *scheme)
{
	int			digits = bpm_code_digits(code);

	for (int i = 0; i < scheme->count; i++)
		if (scheme->digits[i] == digits)
			return i + 1;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("budget code \"%s\" ends at no level of these widths", bpm_code_to_text(code)),
			 errdetail("It has %d digits; the last level ends at %d.",
					   digits, scheme->digits[scheme->count - 1])));
	return 0;
}

/* level(budget_code, integer[]) counts from 1 at the top. */
PG_FUNCTION_INFO_V1(bpm_level);
Datum
bpm_level(PG_FUNCTION_ARGS)
{
	Scheme		scheme;

	read_scheme(PG_GETARG_ARRAYTYPE_P(1), &scheme);
	PG_RETURN_INT32(level_of(PG_GETARG_INT64(0), &scheme));
}

/* parent(budget_code, integer[]) is NULL for a code of the first level. */
PG_FUNCTION_INFO_V1(bpm_parent);
Datum
bpm_parent(PG_FUNCTION_ARGS)
{
	BpmCode		code = PG_GETARG_INT64(0);
	Scheme		scheme;
	int			level;

	read_scheme(PG_GETARG_ARRAYTYPE_P(1), &scheme);
	level = level_of(code, &scheme);
	if (level == 1)
		PG_RETURN_NULL();
	PG_RETURN_INT64(bpm_code_prefix(code, scheme.digits[level - 2]));
}

/* ancestors(budget_code, integer[]) goes from the top to the parent. */
PG_FUNCTION_INFO_V1(bpm_ancestors);
Datum
bpm_ancestors(PG_FUNCTION_ARGS)
{
	BpmCode		code = PG_GETARG_INT64(0);
	Datum		codes[BPM_CODE_MAX_DIGITS];
	Scheme		scheme;
	int			level;

	read_scheme(PG_GETARG_ARRAYTYPE_P(1), &scheme);
	level = level_of(code, &scheme);
	for (int i = 0; i < level - 1; i++)
		codes[i] = Int64GetDatum(bpm_code_prefix(code, scheme.digits[i]));
	return codes_to_array(fcinfo, codes, level - 1);
}
