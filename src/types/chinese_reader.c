/*
 * chinese_reader.c
 *	  Cuts an amount as people write it into tokens: digits of both widths and
 *	  scripts, places, units, signs.
 *
 * Apart from the integer types nothing of the server is used here; text is UTF-8.
 */
#include "postgres.h"

#include "types/chinese_reader.h"

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

/* Notes a syntax fault, the first one only, and returns false for the caller. */
bool
bpm_reader_fail(Reader *reader, const char *reason)
{
	if (reader->reason == NULL)
		reader->reason = reason;
	return false;
}

/* Multiplies within the limit, or notes that no amount is so large. */
void
bpm_reader_multiply(Reader *reader, int128 *value, int64 factor)
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
		return bpm_reader_fail(reader, "A decimal point has to be followed by digits.");
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
			bpm_reader_multiply(reader, &token->scaled, 10);
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
		return bpm_reader_fail(reader, "Commas have to stand every three digits.");
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
	bpm_reader_fail(reader, "It contains a character that no amount has.");
}

/* Moves on by one token, skipping spaces between tokens. */
void
bpm_reader_advance(Reader *reader)
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
