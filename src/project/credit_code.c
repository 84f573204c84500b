/*
 * credit_code.c
 *	  Unified social credit codes (统一社会信用代码, GB 32100-2015): 18 characters of
 *	  31, the last one a check character over the others.
 *
 * Codes that were issued fail it now and then, so nothing is refused for one.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "project/contract.h"

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* Says what is wrong with a code, NULL when nothing is. */
const char *
bpm_check_credit_code(const char *code)
{
	int			sum = 0;
	int			weight = 1;
	const char *at;

	if (strlen(code) != 18)
		return "bad_length";
	for (int i = 0; i < 18; i++)
		if (strchr(alphabet, code[i]) == NULL)
			return "bad_character";
	for (int i = 2; i < 8; i++)
		if (code[i] < '0' || code[i] > '9')
			return "bad_division";
	for (int i = 0; i < 17; i++)
	{
		at = strchr(alphabet, code[i]);
		sum += (int) (at - alphabet) * weight;
		weight = weight * 3 % 31;
	}
	return code[17] == alphabet[(31 - sum % 31) % 31] ? NULL : "bad_checksum";
}

/* Says what is wrong with a unified social credit code, NULL when nothing is. */
PG_FUNCTION_INFO_V1(bpm_credit_code_fault);
Datum
bpm_credit_code_fault(PG_FUNCTION_ARGS)
{
	const char *fault = bpm_check_credit_code(text_to_cstring(PG_GETARG_TEXT_PP(0)));

	if (fault == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(fault));
}
