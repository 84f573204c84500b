/*
 * errors.h
 *	  The SQLSTATEs of class ZB (指标, budget indicator).  docs/errors.md holds
 *	  the same table for applications.
 */
#ifndef BPM_ERRORS_H
#define BPM_ERRORS_H

#include "utils/elog.h"

#define ERRCODE_BPM_INSUFFICIENT_FUNDS	MAKE_SQLSTATE('Z', 'B', '0', '0', '1')
#define ERRCODE_BPM_CAP_EXCEEDED		MAKE_SQLSTATE('Z', 'B', '0', '0', '2')
#define ERRCODE_BPM_LINE_CLOSED			MAKE_SQLSTATE('Z', 'B', '0', '0', '3')
#define ERRCODE_BPM_WRONG_YEAR			MAKE_SQLSTATE('Z', 'B', '0', '0', '4')
#define ERRCODE_BPM_WRITE_REFUSED		MAKE_SQLSTATE('Z', 'B', '0', '0', '5')
#define ERRCODE_BPM_KEY_CONFLICT		MAKE_SQLSTATE('Z', 'B', '0', '0', '6')
#define ERRCODE_BPM_WRONG_STATE			MAKE_SQLSTATE('Z', 'B', '0', '0', '7')
#define ERRCODE_BPM_NOT_ALLOWED			MAKE_SQLSTATE('Z', 'B', '0', '0', '8')
#define ERRCODE_BPM_EVIDENCE_BROKEN		MAKE_SQLSTATE('Z', 'B', '0', '0', '9')
#define ERRCODE_BPM_RULE_VIOLATED		MAKE_SQLSTATE('Z', 'B', '0', '1', '0')

#endif
