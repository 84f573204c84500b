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
 * Apart from the integer types nothing of the server is used here; text is UTF-8.
 */
#include "postgres.h"

#include "types/types_private.h"

/* Values are counted in 10^-14 yuan: two decimals are exact even times 万亿. */
#define SCALE_DIGITS	14
#define SCALE			INT64CONST(100000000000000)
#define SCALED_FEN		(SCALE / 100)

/* Well above every amount, and still safe to multiply by 亿. */
#define SCALED_LIMIT	((int128) SCALE * SCALE * 1000)

#define WAN				INT64CONST(10000)
#define YI				INT64CONST(100000000)

typedef enum TokenKind
{
	TOKEN_END,
	TOKEN_UNKNOWN,
	TOKEN_NUMBER,				/* Arabic digits */
	TOKEN_DIGIT,
	TOKEN_PLACE,				/* 十 百 千 */
	TOKEN_BIG,					/* 万 亿 */
	TOKEN_POINT,				/* 点 */
	TOKEN_YUAN,
	TOKEN_JIAO,
	TOKEN_FEN,
	TOKEN_WHOLE,				/* 整 */
	TOKEN_MINUS,
	TOKEN_PLUS,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_CURRENCY,
	TOKEN_SPACE
} TokenKind;

typedef struct Token
{
	TokenKind	kind;
	int64		value;			/* of a digit, a place or 万 and 亿 */
	bool		capital;		/* a digit for vouchers: 壹 and not 一 */
	int			width;			/* of a number: digits before the point */
	bool		fraction;		/* of a number: it has a point */
	int128		scaled;			/* of a number */
} Token;

static const struct
{
	const char *text;
	TokenKind	kind;
	int64		value;
	bool		capital;
}			symbols[] = {
	{"零", TOKEN_DIGIT, 0}, {"〇", TOKEN_DIGIT, 0}, {"○", TOKEN_DIGIT, 0},
	{"一", TOKEN_DIGIT, 1}, {"壹", TOKEN_DIGIT, 1, true},
	{"二", TOKEN_DIGIT, 2}, {"贰", TOKEN_DIGIT, 2, true}, {"貳", TOKEN_DIGIT, 2, true},
	{"两", TOKEN_DIGIT, 2}, {"兩", TOKEN_DIGIT, 2},
	{"三", TOKEN_DIGIT, 3}, {"叁", TOKEN_DIGIT, 3, true}, {"叄", TOKEN_DIGIT, 3, true}, {"參", TOKEN_DIGIT, 3, true},
	{"四", TOKEN_DIGIT, 4}, {"肆", TOKEN_DIGIT, 4, true},
	{"五", TOKEN_DIGIT, 5}, {"伍", TOKEN_DIGIT, 5, true},
	{"六", TOKEN_DIGIT, 6}, {"陆", TOKEN_DIGIT, 6, true}, {"陸", TOKEN_DIGIT, 6, true},
	{"七", TOKEN_DIGIT, 7}, {"柒", TOKEN_DIGIT, 7, true},
	{"八", TOKEN_DIGIT, 8}, {"捌", TOKEN_DIGIT, 8, true},
	{"九", TOKEN_DIGIT, 9}, {"玖", TOKEN_DIGIT, 9, true},
	{"十", TOKEN_PLACE, 10}, {"拾", TOKEN_PLACE, 10},
	{"百", TOKEN_PLACE, 100}, {"佰", TOKEN_PLACE, 100},
	{"千", TOKEN_PLACE, 1000}, {"仟", TOKEN_PLACE, 1000},
	{"万", TOKEN_BIG, WAN}, {"萬", TOKEN_BIG, WAN},
	{"亿", TOKEN_BIG, YI}, {"億", TOKEN_BIG, YI},
	{"点", TOKEN_POINT}, {"點", TOKEN_POINT},
	{"元", TOKEN_YUAN}, {"圆", TOKEN_YUAN}, {"圓", TOKEN_YUAN}, {"块", TOKEN_YUAN},
	{"角", TOKEN_JIAO}, {"毛", TOKEN_JIAO}, {"分", TOKEN_FEN},
	{"整", TOKEN_WHOLE}, {"正", TOKEN_WHOLE},
	{"负", TOKEN_MINUS}, {"負", TOKEN_MINUS}, {"-", TOKEN_MINUS}, {"－", TOKEN_MINUS}, {"−", TOKEN_MINUS},
	{"+", TOKEN_PLUS}, {"＋", TOKEN_PLUS},
	{"(", TOKEN_OPEN}, {"（", TOKEN_OPEN}, {")", TOKEN_CLOSE}, {"）", TOKEN_CLOSE},
	{"人民币", TOKEN_CURRENCY}, {"人民幣", TOKEN_CURRENCY}, {"￥", TOKEN_CURRENCY}, {"¥", TOKEN_CURRENCY},
	{"RMB", TOKEN_CURRENCY}, {"CNY", TOKEN_CURRENCY}, {"rmb", TOKEN_CURRENCY}, {"cny", TOKEN_CURRENCY},
	{" ", TOKEN_SPACE}, {"\t", TOKEN_SPACE}, {"\r", TOKEN_SPACE}, {"\n", TOKEN_SPACE},
	{"\u3000", TOKEN_SPACE}, {"\u00a0", TOKEN_SPACE}
};

/* The text with its next two tokens, and the first thing found wrong with it. */
typedef struct Reader
{
	const char *position;
	const char *end;
	Token		token;
	Token		next;
	bool		range;
	bool		decimals;
	const char *reason;			/* of a syntax fault */
} Reader;

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

/* Notes a syntax fault, the first one only, and returns false for the caller. */
static bool
fail(Reader *reader, const char *reason)
{
	if (reader->reason == NULL)
		reader->reason = reason;
	return false;
}

/* Multiplies within the limit, or notes that no amount is so large. */
static void
multiply(Reader *reader, int128 *value, int64 factor)
{
	if (*value > SCALED_LIMIT / factor)
	{
		reader->range = true;
		*value = 0;
	}
	*value *= factor;
}

/* Gives the digit at a position, half or full width, or -1; advances over it. */
static int
take_digit(const char **position, const char *end)
{
	const unsigned char *p = (const unsigned char *) *position;

	if (end - *position >= 1 && p[0] >= '0' && p[0] <= '9')
	{
		*position += 1;
		return p[0] - '0';
	}
	if (end - *position >= 3 && p[0] == 0xEF && p[1] == 0xBC && p[2] >= 0x90 && p[2] <= 0x99)
	{
		*position += 3;
		return p[2] - 0x90;
	}
	return -1;
}

/* Advances over one of two spellings of a mark if it is there. */
static bool
take_mark(const char **position, const char *end, const char *half, const char *full)
{
	const char *marks[] = {half, full};

	for (int i = 0; i < 2; i++)
	{
		size_t		length = strlen(marks[i]);

		if (end - *position >= (ptrdiff_t) length && memcmp(*position, marks[i], length) == 0)
		{
			*position += length;
			return true;
		}
	}
	return false;
}

/* Reads the decimals of an Arabic number; there must be at least one. */
static bool
lex_fraction(Reader *reader, Token *token)
{
	int64		weight = SCALE;
	int			digit = take_digit(&reader->position, reader->end);

	token->fraction = true;
	if (digit < 0)
		return fail(reader, "A decimal point has to be followed by digits.");
	for (; digit >= 0; digit = take_digit(&reader->position, reader->end))
	{
		weight /= 10;
		token->scaled += digit * weight;
		if (weight == 0 && digit > 0)
			reader->decimals = true;
	}
	return true;
}

/* Reads an Arabic number, whose commas must stand every three digits. */
static bool
lex_number(Reader *reader, Token *token)
{
	int			digit;
	int			group = 0;
	bool		commas = false;

	token->kind = TOKEN_NUMBER;
	for (;;)
	{
		while ((digit = take_digit(&reader->position, reader->end)) >= 0)
		{
			multiply(reader, &token->scaled, 10);
			token->scaled += digit * SCALE;
			token->width++;
			group++;
		}
		if (commas ? group != 3 : (group > 3 || group == 0))
			break;
		if (!take_mark(&reader->position, reader->end, ",", "，"))
			break;
		commas = true;
		group = 0;
	}
	if (commas && group != 3)
		return fail(reader, "Commas have to stand every three digits.");
	if (take_mark(&reader->position, reader->end, ".", "．"))
		return lex_fraction(reader, token);
	return true;
}

/* Reads the next symbol of the table; what is not in it is unknown. */
static void
lex_symbol(Reader *reader, Token *token)
{
	size_t		left = reader->end - reader->position;

	token->kind = TOKEN_UNKNOWN;
	for (int i = 0; i < (int) lengthof(symbols); i++)
	{
		size_t		length = strlen(symbols[i].text);

		if (length > left || memcmp(reader->position, symbols[i].text, length) != 0)
			continue;
		token->kind = symbols[i].kind;
		token->value = symbols[i].value;
		token->capital = symbols[i].capital;
		reader->position += length;
		return;
	}
	fail(reader, "It contains a character that no amount has.");
}

/* Moves on by one token, skipping spaces between tokens. */
static void
advance(Reader *reader)
{
	Token	   *token = &reader->next;

	reader->token = reader->next;
	if (reader->token.kind == TOKEN_UNKNOWN)
		return;
	do
	{
		const char *position = reader->position;

		memset(token, 0, sizeof(Token));
		if (position == reader->end)
			token->kind = TOKEN_END;
		else if (take_digit(&position, reader->end) >= 0 ||
				 take_mark(&position, reader->end, ".", "．"))
		{
			if (!lex_number(reader, token))
				token->kind = TOKEN_UNKNOWN;
		}
		else
			lex_symbol(reader, token);
	} while (token->kind == TOKEN_SPACE);
}

/* Advances over a token of this kind if it is next. */
static bool
accept(Reader *reader, TokenKind kind)
{
	if (reader->token.kind != kind)
		return false;
	advance(reader);
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
			return fail(reader, "A place that is left out has to be marked by 零, and places go from large to small.");
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

	advance(reader);
	number->fraction |= token.fraction;
	if (number->place == WAN)
	{
		number->lead_zero = number->zero;
		number->width = token.width;
		if (reader->token.kind == TOKEN_PLACE)
		{
			multiply(reader, &token.scaled, reader->token.value);
			advance(reader);
		}
	}
	else
	{
		/* 四千230, but not 四千23, which could be 4023 or 4230. */
		if (token.scaled >= limit ||
			(!number->zero && reader->token.kind == TOKEN_END &&
			 power_of_10(token.width) != number->place))
			return fail(reader, "An Arabic number after a place has to fill the places below it.");
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
			return fail(reader, "Capital digits need their places (拾, 佰, 仟).");
		multiply(reader, &number->section, 10);
		number->section += reader->token.value * SCALE;
		advance(reader);
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
		return fail(reader, "点 has to stand between digits.");
	advance(reader);
	if (reader->token.kind != TOKEN_DIGIT)
		return fail(reader, "点 has to stand between digits.");
	for (; reader->token.kind == TOKEN_DIGIT; advance(reader))
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
			return fail(reader, "百 and 千 need a digit before them.");
		digit = 1;
	}
	else
		advance(reader);
	if (digit == 0)
	{
		if (number->zero || (number->place == WAN && number->above == 0))
			return fail(reader, "零 has to stand between two places.");
		number->zero = true;
		return true;
	}
	if (reader->token.kind == TOKEN_PLACE)
	{
		place = reader->token.value;
		advance(reader);
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
				return fail(reader, "Two numbers stand side by side.");
		}
		else if (single_digit(&reader->token) >= 0 || reader->token.kind == TOKEN_PLACE)
		{
			if (done)
				return fail(reader, "Two numbers stand side by side.");
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
	return fits || fail(reader, "A place that is left out has to be marked by 零, and places go from large to small.");
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
		return fail(reader, "万 and 亿 need a number before them, and go from large to small.");
	if (!empty && !check_gap(reader, number, unit == YI ? 1 : unit))
		return false;
	if (unit == YI)
	{
		number->total += number->section;
		multiply(reader, &number->total, YI);
	}
	else
	{
		multiply(reader, &number->section, WAN);
		number->total += number->section;
	}
	number->above = unit;
	number->lead_zero = false;
	number->width = 0;
	advance(reader);
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
		return fail(reader, "A number is missing.");
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
		advance(reader);
		if (single_digit(&reader->token) < 1)
			return fail(reader, "A number is missing after 零.");
	}
	for (int i = 0; i < (int) lengthof(units); i++)
	{
		if (single_digit(&reader->token) < 0 || reader->next.kind != units[i].kind)
			continue;
		*value += single_digit(&reader->token) * units[i].fen * SCALED_FEN;
		advance(reader);
		advance(reader);
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
		return fail(reader, "Brackets and a sign exclude each other.");
	if (!read_money(reader, value))
		return false;
	if (!currency)
		accept(reader, TOKEN_CURRENCY);
	if (brackets && !accept(reader, TOKEN_CLOSE))
		return fail(reader, "A closing bracket is missing.");
	if (negative || brackets)
		*value = -*value;
	return reader->token.kind == TOKEN_END || fail(reader, "Something follows that belongs to no amount.");
}

/* Reads a text as an amount; on a syntax fault, reason is a sentence that says why. */
BpmAmountFault
bpm_chinese_amount_parse(const char *text, size_t length, BpmFen *fen, const char **reason)
{
	Reader		reader = {.position = text, .end = text + length};
	int128		value;

	advance(&reader);
	advance(&reader);
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
