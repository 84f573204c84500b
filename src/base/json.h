/*
 * json.h
 *	  Reading JSON documents key by key with every fault kept, and jsonpath.
 */
#ifndef BPM_JSON_H
#define BPM_JSON_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

#include "base/faults.h"
#include "base/jsonb.h"

/* An object or array of a document, where it is, and where its faults go. */
typedef struct BpmNode
{
	JsonbContainer *object;
	char	   *path;			/* "" shows members by their name alone */
	BpmFaults  *faults;
} BpmNode;

extern char *bpm_node_place(const BpmNode *node, const char *key);
extern void bpm_node_keys(const BpmNode *node, const char *const *allowed);
extern bool bpm_node_find(const BpmNode *node, const char *key, JsonbValue *value);
extern char *bpm_node_text(const BpmNode *node, const char *key, bool required);
extern char *bpm_node_word(const BpmNode *node, const char *key, const char *const *words);
extern int64 bpm_node_int(const BpmNode *node, const char *key, int64 missing, int64 least);
extern Numeric bpm_node_number(const BpmNode *node, const char *key);
extern bool bpm_node_bool(const BpmNode *node, const char *key);
extern bool bpm_node_object(const BpmNode *node, const char *key, BpmNode *child);
extern int	bpm_node_array(const BpmNode *node, const char *key, BpmNode *array);
extern bool bpm_node_item(const BpmNode *array, int number, BpmNode *item);
extern bool bpm_node_path(const BpmNode *node, const char *key, char *text, Datum *path);

extern bool bpm_path_match(Datum path, Jsonb *target, Jsonb *variables);
extern Jsonb *bpm_path_query(Datum path, Jsonb *target, Jsonb *variables);
extern Jsonb *bpm_path_all(Datum path, Jsonb *target, Jsonb *variables);
extern Jsonb *bpm_path_first(Datum path, Jsonb *target);
extern List *bpm_path_texts(Datum path, Jsonb *target);
extern bool bpm_jsonb_truth(Jsonb *value);
extern bool bpm_path_true(Datum path, Jsonb *target);

#endif
