/*
 * rule_private.h
 *	  Shared among the files that read and apply rules.
 */
#ifndef BPM_RULE_PRIVATE_H
#define BPM_RULE_PRIVATE_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

#include "base/ledger.h"

/* Operators that nobody can plant, whatever the caller's search_path says. */
#define EQ		" OPERATOR(pg_catalog.=) "
#define NE		" OPERATOR(pg_catalog.<>) "
#define LT		" OPERATOR(pg_catalog.<) "
#define LE		" OPERATOR(pg_catalog.<=) "
#define GT		" OPERATOR(pg_catalog.>) "
#define GE		" OPERATOR(pg_catalog.>=) "
#define PLUS	" OPERATOR(pg_catalog.+) "
#define MINUS	" OPERATOR(pg_catalog.-) "
#define CAT		" OPERATOR(pg_catalog.||) "
#define CODE_EQ	" OPERATOR(budgetpm.=) "
#define COVERS	" OPERATOR(budgetpm.@>) "

/* As with duties, the day is the server's: a caller may set his own time zone. */
#define TODAY	"(pg_catalog.timezone(pg_catalog.current_setting('log_timezone'), pg_catalog.now()))::pg_catalog.date"

/* rule_json.c */
extern Jsonb *bpm_empty_object(void);
extern Jsonb *bpm_jsonb_member(JsonbContainer *object, const char *key);
extern char *bpm_jsonb_text(JsonbContainer *object, const char *key);
extern List *bpm_jsonb_items(Jsonb *array);
extern Jsonb *bpm_jsonb_join(Jsonb *one, Jsonb *other);
extern void bpm_push_key(JsonbParseState **state, const char *key);
extern void bpm_push_number(JsonbParseState **state, const char *key, int64 number);
extern void bpm_push_text(JsonbParseState **state, const char *key, const char *text);
extern void bpm_push_document(JsonbParseState **state, const char *key, Jsonb *document);

/* rule_define.c */
extern void bpm_refuse_unknown_rule(BpmLedger *ledger, const char *name) pg_attribute_noreturn();

#endif
