/*
 * chinese_amount.c
 *	  Reads an amount as people write it, in Arabic or Chinese digits or both.
 *
 *	amount	  = [sign] [currency] number [元] [角] [分] [整], or the same in brackets
 *	number	  = sections closed by 万 and 亿, largest first
 *	section	  = digits with 千 百 十, or an Arabic number
 *
 * Money is not guessed: a text with two readings is refused.  So a place left out
 * in Chinese digits has to be marked by 零, and capital digits (壹贰叁) always carry
 * their places.  docs/types.md lists the rules one by one.
 *
 * Like chinese_reader.c, this uses nothing of the server but the integer types.
 */
#include "postgres.h"

#include "types/chinese_reader.h"

/* What both checks of places say. */
static const char *const reason_places =
"A place that is left out has to be marked by 零, and places go from large to small.";

/* A number while it is read. */
typedef struct Number
{
	int128		total;			/* closed by 万 and 亿, scaled */
	int128		section;		/* not closed yet, scaled */
	int64		above;			/* what closed the section before; 0 if none */
	int64		place;			/* last place filled in the section; WAN if none */
	int64		lead;			/* first place filled in the section */
	int			width;			/* of an Arabic section or its Arabic end */
	bool		arabic;			/* the section ends in an Arabic number or a fraction */
	bool		positional;		/* digits without places: 一七二零 */
	bool		zero;			/* 零 has just been read */
	bool		lead_zero;		/* 零 stood before the section */
	bool		fraction;
} Number;

/* Advances over a token of this kind if it is next. */
static bool
accept(Reader *reader, TokenKind kind)
{
	if (reader->token.kind != kind)
		return false;
	bpm_reader_advance(reader);
	return true;
}

/* Gives a single digit, Arabic or Chinese, or -1. */
static int
single_digit(const Token *token)
{
	if (token->kind == TOKEN_DIGIT)
		return (int) token->value;
	if (token->kind == TOKEN_NUMBER && token->width == 1 && !token->fraction)
		return (int) (token->scaled / SCALE);
	return -1;
}

/* Puts a digit at its place, which has to be the next one unless 零 stands between. */
static bool
fill_place(Reader *reader, Number *number, int digit, int64 place)
{
	int128		step = place;

	if (number->place == WAN)
	{
		/* 十三万五 is 135000, but only where the text ends. */
		if (place == 1 && number->above > 0 && !number->zero && reader->token.kind == TOKEN_END)
			step = place = number->above / 10;
		number->lead = place;
		number->lead_zero = number->zero;
	}
	else if (number->zero ? place >= number->place / 10 : place != number->place / 10)
	{
		/* 一百二 is 120, again only at the end. */
		if (place != 1 || number->zero || number->place <= 10 || reader->token.kind != TOKEN_END)
			return bpm_reader_fail(reader, reason_places);
		step = number->place / 10;
	}
	number->section += digit * step * SCALE;
	number->place = place;
	number->zero = false;
	return true;
}

/* Gives 10^exponent, or zero where that is of no interest. */
static int64
power_of_10(int exponent)
{
	int64		power = 1;

	if (exponent > 8)
		return 0;
	while (exponent-- > 0)
		power *= 10;
	return power;
}

/* Takes an Arabic number of several digits into the section. */
static bool
take_arabic(Reader *reader, Number *number)
{
	Token		token = reader->token;
	int128		limit = (int128) number->place * SCALE;

	bpm_reader_advance(reader);
	number->fraction |= token.fraction;
	if (number->place == WAN)
	{
		number->lead_zero = number->zero;
		number->width = token.width;
		if (reader->token.kind == TOKEN_PLACE)
		{
			bpm_reader_multiply(reader, &token.scaled, reader->token.value);
			bpm_reader_advance(reader);
		}
	}
	else
	{
		/* 四千230, but not 四千23, which could be 4023 or 4230. */
		if (token.scaled >= limit ||
			(!number->zero && reader->token.kind == TOKEN_END &&
			 power_of_10(token.width) != number->place))
			return bpm_reader_fail(reader, "An Arabic number after a place has to fill the places below it.");
		number->width = 0;
	}
	number->section += token.scaled;
	number->place = 1;
	number->zero = false;
	number->arabic = true;
	return true;
}

/* Takes digits that carry no places, as in 一七二零; capital ones may not do that. */
static bool
take_positional(Reader *reader, Number *number)
{
	while (reader->token.kind == TOKEN_DIGIT)
	{
		if (reader->token.capital)
			return bpm_reader_fail(reader, "Capital digits need their places (拾, 佰, 仟).");
		bpm_reader_multiply(reader, &number->section, 10);
		number->section += reader->token.value * SCALE;
		bpm_reader_advance(reader);
	}
	number->positional = true;
	number->arabic = true;
	number->place = 1;
	return true;
}

/* Takes the digits behind 点. */
static bool
take_decimals(Reader *reader, Number *number)
{
	int64		weight = SCALE;

	if (number->fraction || number->zero || number->place == WAN)
		return bpm_reader_fail(reader, "点 has to stand between digits.");
	bpm_reader_advance(reader);
	if (reader->token.kind != TOKEN_DIGIT)
		return bpm_reader_fail(reader, "点 has to stand between digits.");
	for (; reader->token.kind == TOKEN_DIGIT; bpm_reader_advance(reader))
	{
		weight /= 10;
		number->section += reader->token.value * weight;
		if (weight == 0 && reader->token.value > 0)
			reader->decimals = true;
	}
	number->fraction = true;
	number->place = 1;
	return true;
}

/* Takes one digit with its place, or 零, or 十 alone. */
static bool
take_digit_token(Reader *reader, Number *number)
{
	int			digit = single_digit(&reader->token);
	int64		place = 1;

	if (reader->token.kind == TOKEN_PLACE)
	{
		if (reader->token.value != 10)
			return bpm_reader_fail(reader, "百 and 千 need a digit before them.");
		digit = 1;
	}
	else
		bpm_reader_advance(reader);
	if (digit == 0)
	{
		if (number->zero || (number->place == WAN && number->above == 0))
			return bpm_reader_fail(reader, "零 has to stand between two places.");
		number->zero = true;
		return true;
	}
	if (reader->token.kind == TOKEN_PLACE)
	{
		place = reader->token.value;
		bpm_reader_advance(reader);
	}
	return fill_place(reader, number, digit, place);
}

/* Reads what stands below 万: at its end the token is no part of it. */
static bool
read_section(Reader *reader, Number *number)
{
	bool		first = number->above == 0;

	number->section = 0;
	number->place = WAN;
	number->arabic = false;
	if (first && reader->token.kind == TOKEN_DIGIT &&
		(reader->next.kind == TOKEN_DIGIT ||
		 (reader->token.value == 0 && reader->next.kind != TOKEN_PLACE && reader->next.kind != TOKEN_BIG)))
	{
		if (!take_positional(reader, number))
			return false;
	}
	for (;;)
	{
		bool		done = number->arabic || number->fraction;

		if (reader->token.kind == TOKEN_POINT)
		{
			if (!take_decimals(reader, number))
				return false;
		}
		else if (reader->token.kind == TOKEN_NUMBER &&
				 (single_digit(&reader->token) < 0 ||
				  (first && number->place == WAN && single_digit(&reader->token) == 0)))
		{
			if (done || !take_arabic(reader, number))
				return bpm_reader_fail(reader, "Two numbers stand side by side.");
		}
		else if (single_digit(&reader->token) >= 0 || reader->token.kind == TOKEN_PLACE)
		{
			if (done)
				return bpm_reader_fail(reader, "Two numbers stand side by side.");
			if (!take_digit_token(reader, number))
				return false;
		}
		else
			return true;
	}
}

/* Checks that a section, times what closes it, fits below the one before. */
static bool
check_gap(Reader *reader, Number *number, int64 factor)
{
	int128		lead = (int128) number->lead * factor;
	bool		fits;

	if (number->above == 0)
		return true;
	if (!number->arabic)
		fits = number->lead_zero ? lead <= number->above / 10 : lead == number->above / 10;
	else if (number->width > 0 && !number->lead_zero && reader->token.kind == TOKEN_END)
		fits = power_of_10(number->width) == number->above;
	else
		fits = number->section * factor < (int128) number->above * SCALE;
	return fits || bpm_reader_fail(reader, reason_places);
}

/* Closes a section by 万 or 亿. */
static bool
close_section(Reader *reader, Number *number, int64 unit)
{
	bool		empty = number->place == WAN;

	/* 万亿 and 亿亿 are the only pairs; digits without places cannot be counted in 万. */
	if ((empty && (unit != YI || number->above == 0)) || number->zero ||
		(number->positional && !number->fraction && number->section != 0) ||
		(unit == WAN && number->above == WAN))
		return bpm_reader_fail(reader, "万 and 亿 need a number before them, and go from large to small.");
	if (!empty && !check_gap(reader, number, unit == YI ? 1 : unit))
		return false;
	if (unit == YI)
	{
		number->total += number->section;
		bpm_reader_multiply(reader, &number->total, YI);
	}
	else
	{
		bpm_reader_multiply(reader, &number->section, WAN);
		number->total += number->section;
	}
	number->above = unit;
	number->lead_zero = false;
	number->width = 0;
	bpm_reader_advance(reader);
	return true;
}

/* Reads a whole number with its 万 and 亿. */
static bool
read_number(Reader *reader, Number *number)
{
	memset(number, 0, sizeof(Number));
	for (;;)
	{
		if (!read_section(reader, number))
			return false;
		if (reader->token.kind != TOKEN_BIG)
			break;
		if (!close_section(reader, number, reader->token.value))
			return false;
	}
	if (number->zero || (number->place == WAN && number->above == 0))
		return bpm_reader_fail(reader, "A number is missing.");
	if (number->place != WAN)
	{
		if (!check_gap(reader, number, 1))
			return false;
		number->total += number->section;
	}
	return true;
}

/* Reads what may follow 元: 角 and 分, and 零 where the 角 is left out. */
static bool
read_cents(Reader *reader, int128 *value)
{
	static const struct
	{
		TokenKind	kind;
		int64		fen;
	}			units[] = {{TOKEN_JIAO, 10}, {TOKEN_FEN, 1}};

	if (reader->token.kind == TOKEN_DIGIT && reader->token.value == 0 &&
		reader->next.kind != TOKEN_JIAO && reader->next.kind != TOKEN_FEN)
	{
		bpm_reader_advance(reader);
		if (single_digit(&reader->token) < 1)
			return bpm_reader_fail(reader, "A number is missing after 零.");
	}
	for (int i = 0; i < (int) lengthof(units); i++)
	{
		if (single_digit(&reader->token) < 0 || reader->next.kind != units[i].kind)
			continue;
		*value += single_digit(&reader->token) * units[i].fen * SCALED_FEN;
		bpm_reader_advance(reader);
		bpm_reader_advance(reader);
	}
	return true;
}

/* Reads number [元] [角] [分] [整]. */
static bool
read_money(Reader *reader, int128 *value)
{
	Number		number;

	*value = 0;
	if (single_digit(&reader->token) < 0 ||
		(reader->next.kind != TOKEN_JIAO && reader->next.kind != TOKEN_FEN))
	{
		if (!read_number(reader, &number))
			return false;
		*value = number.total;
		if (accept(reader, TOKEN_YUAN) && !number.fraction && !read_cents(reader, value))
			return false;
	}
	else if (!read_cents(reader, value))
		return false;
	/* What has 分 is not followed by 整. */
	if (*value % (10 * SCALED_FEN) == 0)
		accept(reader, TOKEN_WHOLE);
	return true;
}

/* Reads signs, currency and brackets around the money. */
static bool
read_amount(Reader *reader, int128 *value)
{
	bool		brackets = accept(reader, TOKEN_OPEN);
	bool		negative = accept(reader, TOKEN_MINUS);
	bool		sign = negative || accept(reader, TOKEN_PLUS);
	bool		currency = accept(reader, TOKEN_CURRENCY);

	if (!sign)
	{
		negative = accept(reader, TOKEN_MINUS);
		sign = negative || accept(reader, TOKEN_PLUS);
	}
	if (brackets && sign)
		return bpm_reader_fail(reader, "Brackets and a sign exclude each other.");
	if (!read_money(reader, value))
		return false;
	if (!currency)
		accept(reader, TOKEN_CURRENCY);
	if (brackets && !accept(reader, TOKEN_CLOSE))
		return bpm_reader_fail(reader, "A closing bracket is missing.");
	if (negative || brackets)
		*value = -*value;
	return reader->token.kind == TOKEN_END || bpm_reader_fail(reader, "Something follows that belongs to no amount.");
}

/* Reads a text as an amount; on a syntax fault, reason is a sentence that says why. */
BpmAmountFault
bpm_chinese_amount_parse(const char *text, size_t length, BpmFen *fen, const char **reason)
{
	Reader		reader = {.position = text, .end = text + length};
	int128		value;

	bpm_reader_advance(&reader);
	bpm_reader_advance(&reader);
	if (!read_amount(&reader, &value) || reader.reason != NULL)
	{
		*reason = reader.reason;
		return BPM_AMOUNT_SYNTAX;
	}
	if (reader.decimals || value % SCALED_FEN != 0)
		return BPM_AMOUNT_DECIMALS;
	value /= SCALED_FEN;
	if (reader.range || value > PG_INT64_MAX || value < PG_INT64_MIN)
		return BPM_AMOUNT_RANGE;
	*fen = (BpmFen) value;
	return BPM_AMOUNT_OK;
}
