/*
 * amount_text.c
 *	  capital_amount() writes capital characters (大写金额), parse_amount() reads what
 *	  people write.
 *
 * The rules are those of the central bank for bills and vouchers (《支付结算办法》,
 * annex 1, 正确填写票据和结算凭证的基本规定).  Where it allows two forms, the shorter is
 * written: no 零 where a group's last place is zero but the next group's first is
 * not, none between 元 and a 角 that is not zero, no 整 after 角.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "types/types_private.h"

static const char *const capital_digits[] = {
	"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"
};

/* Appends 1 to 9999; zeros between digits become one 零. */
static void
append_group(StringInfo out, int group)
{
	static const struct
	{
		int			size;
		const char *name;
	}			places[] = {{1000, "仟"}, {100, "佰"}, {10, "拾"}, {1, ""}};
	bool		begun = false;
	bool		zero = false;

	for (int i = 0; i < (int) lengthof(places); i++)
	{
		int			digit = group / places[i].size % 10;

		if (digit == 0)
		{
			zero = begun;
			continue;
		}
		appendStringInfo(out, "%s%s%s", zero ? "零" : "", capital_digits[digit], places[i].name);
		begun = true;
		zero = false;
	}
}

/* Appends a positive number by 亿 and 万; the 亿 are counted the same way: 万亿, 亿亿. */
static void
append_number(StringInfo out, uint64 number)
{
	static const struct
	{
		uint64		size;
		const char *name;
	}			units[] = {{100000000, "亿"}, {10000, "万"}};

	for (int i = 0; i < (int) lengthof(units); i++)
	{
		if (number < units[i].size)
			continue;
		append_number(out, number / units[i].size);
		appendStringInfoString(out, units[i].name);
		number %= units[i].size;
		if (number == 0)
			return;
		if (number < units[i].size / 10)
			appendStringInfoString(out, "零");
	}
	append_group(out, (int) number);
}

/* capital_amount(amount) writes it so that the central bank's rules are kept. */
PG_FUNCTION_INFO_V1(bpm_capital_amount);
Datum
bpm_capital_amount(PG_FUNCTION_ARGS)
{
	BpmFen		fen = PG_GETARG_INT64(0);
	uint64		magnitude = fen < 0 ? 0 - (uint64) fen : (uint64) fen;
	uint64		yuan = magnitude / 100;
	int			jiao = magnitude / 10 % 10;
	int			cents = magnitude % 10;
	StringInfoData out;

	initStringInfo(&out);
	if (fen < 0)
		appendStringInfoString(&out, "负");
	if (yuan > 0)
	{
		append_number(&out, yuan);
		appendStringInfoString(&out, "元");
	}
	if (magnitude == 0)
		appendStringInfoString(&out, "零元");
	if (jiao > 0)
		appendStringInfo(&out, "%s角", capital_digits[jiao]);
	else if (cents > 0 && yuan > 0)
		appendStringInfoString(&out, "零");
	if (cents > 0)
		appendStringInfo(&out, "%s分", capital_digits[cents]);
	if (jiao == 0 && cents == 0)
		appendStringInfoString(&out, "整");
	PG_RETURN_TEXT_P(cstring_to_text(pg_any_to_server(out.data, out.len, PG_UTF8)));
}

/* parse_amount(text) reads an amount only if there is one way to read it. */
PG_FUNCTION_INFO_V1(bpm_parse_amount);
Datum
bpm_parse_amount(PG_FUNCTION_ARGS)
{
	char	   *written = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *utf8 = pg_server_to_any(written, strlen(written), PG_UTF8);
	const char *reason = NULL;
	BpmFen		fen = 0;

	switch (bpm_chinese_amount_parse(utf8, strlen(utf8), &fen, &reason))
	{
		case BPM_AMOUNT_OK:
			break;
		case BPM_AMOUNT_RANGE:
			bpm_amount_out_of_range();
			break;
		case BPM_AMOUNT_DECIMALS:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"%s\" has parts of a fen", written),
					 errdetail("The smallest unit is the fen (0.01 yuan), and nothing is rounded silently.")));
			break;
		case BPM_AMOUNT_SYNTAX:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("cannot read \"%s\" as an amount", written),
					 errdetail("%s", pg_any_to_server(reason, strlen(reason), PG_UTF8))));
	}
	PG_RETURN_INT64(fen);
}
