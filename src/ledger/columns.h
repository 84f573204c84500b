/*
 * columns.h
 *	  Columns of balance and journal in their order, counted from 0; the
 *	  statements name the columns in this same order.
 */
#ifndef BPM_COLUMNS_H
#define BPM_COLUMNS_H

#define BALANCE_LINE			0
#define BALANCE_DIVISION		1
#define BALANCE_UNIT			2
#define BALANCE_BUCKETS			3	/* twelve of them */
#define BALANCE_ENTRY_NO		15
#define BALANCE_POSTED_AT		16
#define BALANCE_HEAD			17
#define BALANCE_CLOSED_MONTH	18
#define BALANCE_CONTROL			19
#define BALANCE_YEAR_STATE		20
#define BALANCE_LINE_STATE		21
#define BALANCE_EXECUTABLE		22
#define BALANCE_CAPS			23
#define BALANCE_COLUMNS			24

/* Their types, as BpmStatement writes them. */
#define BALANCE_TYPES			"lccaaaaaaaaaaaaizyhqqqbk"

#define JOURNAL_LINE			0
#define JOURNAL_ENTRY_NO		1
#define JOURNAL_POSTING			2
#define JOURNAL_KIND			3
#define JOURNAL_AMOUNT			4
#define JOURNAL_AVAILABLE_AFTER	5
#define JOURNAL_DIVISION		6
#define JOURNAL_UNIT			7
#define JOURNAL_POSTED_AT		8
#define JOURNAL_ACCOUNTING_DATE	9
#define JOURNAL_DOCUMENT		10
#define JOURNAL_ACTOR			11
#define JOURNAL_LOGIN			12
#define JOURNAL_KEY				13
#define JOURNAL_MEMO			14
#define JOURNAL_PEER_LINE		15
#define JOURNAL_REFERS_LINE		16
#define JOURNAL_REFERS_ENTRY	17
#define JOURNAL_FROM_OBLIGATION	18
#define JOURNAL_TO_OBLIGATION	19
#define JOURNAL_SEGMENT			20
#define JOURNAL_DIGEST			21
#define JOURNAL_COLUMNS			22

#define JOURNAL_TYPES			"lilvaacczdttttjllilliy"

#define OBLIGATION_ID			0
#define OBLIGATION_LINE			1
#define OBLIGATION_DIVISION		2
#define OBLIGATION_UNIT			3
#define OBLIGATION_STAGE		4
#define OBLIGATION_AMOUNT		5
#define OBLIGATION_DRAWN		6
#define OBLIGATION_RELEASED		7
#define OBLIGATION_RETURNABLE	8
#define OBLIGATION_PREDECESSOR	9
#define OBLIGATION_DOCUMENT		10
#define OBLIGATION_OPENED_AT	11
#define OBLIGATION_COLUMNS		12

#define OBLIGATION_TYPES		"llccvaaaalvz"

#endif
