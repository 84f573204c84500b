/*
 * line_request.h
 *	  What open_line() is asked for, and the digest of what it stores.
 */
#ifndef BPM_LINE_REQUEST_H
#define BPM_LINE_REQUEST_H

#include "postgres.h"

#include "fmgr.h"

#include "ledger/posting.h"

typedef struct BpmLineRequest
{
	/* as asked */
	int			fiscal_year;
	char	   *unit;
	char	   *func;
	char	   *gov_econ;		/* NULL: none, as the next ones */
	char	   *dept_econ;
	char	   *fund_type;
	char	   *title;
	char	   *project;
	int64		parent;			/* 0: a root */
	bool		executable;
	char	   *control;		/* block, warn or off; its first letter counts */
	Jsonb	   *elements;
	char	   *key;
	/* as found */
	int64		id;
	BpmCode		unit_code;
	BpmCode		division;
	BpmCode		func_code;
	BpmCode		gov_econ_code;
	BpmCode		dept_econ_code;
	int64		project_id;
	char	   *source_doc;
	bool		direct;
	bool		direct_given;
	bool		provisional;	/* an element */
	char		year_state;
	int16		closed_month;
	int32	   *caps;
	int			ncaps;
	TimestampTz opened_at;
	const char *opened_by;
} BpmLineRequest;

extern void bpm_read_line_request(FunctionCallInfo fcinfo, BpmLineRequest *request);
extern void bpm_read_line_year(BpmLedger *ledger, BpmLineRequest *request);
extern int64 bpm_open_known_line(BpmLedger *ledger, BpmLineRequest *request);
extern void bpm_line_digest(const char *algorithm, const BpmLineRequest *request,
							uint8 *digest);

#endif
