/*
 * chinese_reader.h
 *	  The tokens of an amount as people write it: what chinese_reader.c gives to
 *	  chinese_amount.c.
 */
#ifndef BPM_CHINESE_READER_H
#define BPM_CHINESE_READER_H

#include "types/types_private.h"

/* Values are counted in 10^-14 yuan: two decimals are exact even times 万亿. */
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

extern bool bpm_reader_fail(Reader *reader, const char *reason);
extern void bpm_reader_multiply(Reader *reader, int128 *value, int64 factor);
extern void bpm_reader_advance(Reader *reader);

#endif
