/*
 * arguments.h
 *	  Reads and checks the form of what a caller asks for.
 */
#ifndef BPM_ARGUMENTS_H
#define BPM_ARGUMENTS_H

#include "postgres.h"

#include "fmgr.h"

#include "ledger/posting.h"

/* A request as it was written, wherever it came from; texts and numbers are NULL where there is none. */
typedef struct BpmForm
{
	char	   *operation;
	int64		line;			/* the first id that the operation takes */
	int64		other;			/* the second one */
	int64		obligation;		/* 0: none */
	bool		line_given;
	bool		other_given;
	bool		date_given;
	DateADT		accounting_date;
	char	   *amount;			/* numbers as numeric writes them */
	char	   *from_pending;
	char	   *from_frozen;
	char	   *document;
	char	   *detail;
	char	   *key;
	char	   *actor;
	Jsonb	   *memo;
	int64		case_id;		/* whose effect asks; 0: none */
} BpmForm;

extern bool bpm_check_form(const BpmForm *form, BpmRequest *request, BpmRefusal *refusal);
extern bool bpm_read_request(FunctionCallInfo fcinfo, BpmRequest *request,
							 BpmRefusal *refusal);
extern void bpm_require_arguments(FunctionCallInfo fcinfo, const char *const *names);
extern char *bpm_limited_text(FunctionCallInfo fcinfo, int argument,
							  const char *name, int limit);
extern BpmFen bpm_positive_amount(Numeric value, const char *name);

#endif
