/*
 * jsonb.h
 *	  Small documents made and taken apart.
 */
#ifndef BPM_JSONB_H
#define BPM_JSONB_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

extern Jsonb *bpm_jsonb_of(const char *text);
extern char *bpm_jsonb_out(Jsonb *document);
extern bool bpm_is_array(Jsonb *document);
extern Jsonb *bpm_empty_object(void);
extern Jsonb *bpm_jsonb_value(const JsonbValue *value);
extern Jsonb *bpm_jsonb_member(JsonbContainer *object, const char *key);
extern char *bpm_jsonb_text(JsonbContainer *object, const char *key);
extern char *bpm_jsonb_scalar(JsonbContainer *object, const char *key);
extern List *bpm_jsonb_keys(JsonbContainer *object);
extern List *bpm_jsonb_items(Jsonb *array);
extern Jsonb *bpm_jsonb_join(Jsonb *one, Jsonb *other);
extern Jsonb *bpm_jsonb_with(Jsonb *object, const char *key, Jsonb *value);

/* What is added to the object that a state writes. */
extern void bpm_push_key(JsonbParseState **state, const char *key);
extern void bpm_push_number(JsonbParseState **state, const char *key, int64 number);
extern void bpm_push_numeric(JsonbParseState **state, const char *key, Numeric number);
extern void bpm_push_text(JsonbParseState **state, const char *key, const char *text);
extern void bpm_push_document(JsonbParseState **state, const char *key, Jsonb *document);

#endif
