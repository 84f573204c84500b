/*
 * refusal.h
 *	  What is wrong with a request, as data: raised as an error by who answers
 *	  one request, listed by who answers many.
 */
#ifndef BPM_REFUSAL_H
#define BPM_REFUSAL_H

#include "postgres.h"

typedef struct BpmRefusal
{
	int			sqlstate;		/* 0: none */
	char	   *message;
	char	   *detail;			/* NULL: none, as the hint */
	char	   *hint;
} BpmRefusal;

extern bool bpm_refusal_set(BpmRefusal *refusal, int sqlstate, char *message,
							char *detail, char *hint);
extern void bpm_refusal_raise(const BpmRefusal *refusal);

#endif
