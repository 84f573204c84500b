/*
 * setting.c
 *	  Settings and categories of a profile are checked before they are stored: who
 *	  reads a setting months later finds what he can read.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "base/json.h"
#include "base/text.h"
#include "registry/setting.h"

#define MOST_KEY		100		/* characters, as the columns have them */
#define MOST_NAME		200
#define MOST_CATEGORY	40
#define MOST_CATEGORY_NAME	100

#define KEY_HINT \
	"budgetpm.known_settings() lists what there is and what it may be." \
	" A key of your own begins with a word of your own, such as the name of your place."

/* Tells whether a key is lower-case words joined by dots, two of them at least. */
static bool
is_key(const char *key)
{
	int			words = 1;

	if (key[0] < 'a' || key[0] > 'z' || strlen(key) > MOST_KEY)
		return false;
	for (const char *at = key; *at; at++)
	{
		if (*at == '.' && (at[1] == '.' || at[1] == '\0'))
			return false;
		words += *at == '.';
	}
	return words > 1 && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.") == strlen(key);
}

/* Adds what is wrong with a setting: its key, or its value. */
void
bpm_check_setting_value(const char *key, const JsonbValue *value, BpmFaults *faults)
{
	const BpmSettingKind *kind = bpm_find_setting_kind(key);
	char	   *fault;

	if (!is_key(key))
	{
		bpm_fault(faults, key, "a key is lower-case words joined by dots, the first one a module or a word of your own, in at most %d characters", MOST_KEY);
		return;
	}
	fault = kind ? NULL : bpm_setting_key_fault(key);
	if (fault)
		bpm_fault(faults, key, "%s", fault);
	if (kind)
		bpm_shape_faults(kind->shape, value, key, faults);
}

/* Adds a fault where a text is longer than its column. */
static char *
limited_member(const BpmNode *node, const char *key, bool required, int limit)
{
	char	   *text = bpm_node_text(node, key, required);

	if (text && pg_mbstrlen(text) > limit)
		bpm_fault(node->faults, bpm_node_place(node, key), "it has %d characters, more than %d",
				  pg_mbstrlen(text), limit);
	return text;
}

/* Adds what is wrong with one setting of a document, {"value", "name"}. */
static void
check_setting(const BpmNode *settings, const char *key)
{
	BpmNode		setting = {NULL, pstrdup(key), settings->faults};
	JsonbValue	value;

	getKeyJsonValueFromContainer(settings->object, key, strlen(key), &value);
	if (value.type == jbvBinary && JsonContainerIsObject(value.val.binary.data))
		setting.object = value.val.binary.data;
	if (setting.object == NULL ||
		!getKeyJsonValueFromContainer(setting.object, "value", strlen("value"), &value))
	{
		bpm_fault(settings->faults, key, "it must be {\"value\": ..., \"name\": ...}");
		return;
	}
	bpm_check_setting_value(key, &value, settings->faults);
	limited_member(&setting, "name", false, MOST_NAME);
}

/* Adds what is wrong with the categories of a document. */
static void
check_categories(const BpmNode *root)
{
	static const char *const keys[] = {"category", "name", "parent", NULL};
	BpmNode		array;
	int			count = bpm_node_array(root, "categories", &array);
	char	  **known = palloc0(Max(count, 1) * sizeof(char *));

	for (int i = 0; i < count; i++)
	{
		BpmNode		item;

		if (!bpm_node_item(&array, i, &item))
			continue;
		bpm_node_keys(&item, keys);
		known[i] = limited_member(&item, "category", true, MOST_CATEGORY);
		limited_member(&item, "name", true, MOST_CATEGORY_NAME);
		limited_member(&item, "parent", false, MOST_CATEGORY);
		for (int j = 0; j < i && known[i]; j++)
			if (known[j] && strcmp(known[i], known[j]) == 0)
				bpm_fault(root->faults, bpm_node_place(&item, "category"), "\"%s\" is there twice", known[i]);
	}
}

/* Refuses a content that is not what its readers expect, with every fault. */
void
bpm_check_profile_content(const char *profile, Jsonb *content)
{
	static const char *const keys[] = {"settings", "categories", NULL};
	BpmFaults	faults = {0};
	BpmNode		root = {&content->root, "", &faults};
	BpmNode		settings;
	ListCell   *cell;

	if (!JB_ROOT_IS_OBJECT(content))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("content of a profile must be a JSON object"),
				 errhint("Pass {\"settings\": {...}, \"categories\": [...]}.")));
	bpm_node_keys(&root, keys);
	if (bpm_node_object(&root, "settings", &settings))
		foreach(cell, bpm_jsonb_keys(settings.object))
			check_setting(&settings, lfirst(cell));
	check_categories(&root);
	bpm_refuse_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE, psprintf("profile \"%s\" has", profile), 0, KEY_HINT);
}

/* Refuses a row of profile_setting that no registration would have stored. */
PG_FUNCTION_INFO_V1(bpm_check_setting);
Datum
bpm_check_setting(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	BpmFaults	faults = {0};
	HeapTuple	row;
	TupleDesc	desc;
	Datum		value;
	bool		isnull;
	char	   *key;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		!TRIGGER_FIRED_BEFORE(trigger->tg_event) || TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"check_setting\" must be called for each row before it is written")));
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	desc = RelationGetDescr(trigger->tg_relation);
	key = SPI_getvalue(row, desc, SPI_fnumber(desc, "key"));
	value = SPI_getbinval(row, desc, SPI_fnumber(desc, "value"), &isnull);
	if (key != NULL && !isnull)
	{
		JsonbValue	found;
		Jsonb	   *document = DatumGetJsonbP(value);

		if (!JB_ROOT_IS_SCALAR(document) || !JsonbExtractScalar(&document->root, &found))
		{
			found.type = jbvBinary;
			found.val.binary.data = &document->root;
			found.val.binary.len = VARSIZE(document) - VARHDRSZ;
		}
		bpm_check_setting_value(key, &found, &faults);
		bpm_refuse_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE, psprintf("setting \"%s\" has", key), 0, KEY_HINT);
	}
	return PointerGetDatum(row);
}

/* Lists every setting that is declared, what it may be, and what reads it. */
PG_FUNCTION_INFO_V1(bpm_known_settings);
Datum
bpm_known_settings(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (const BpmSettingKind *kind = bpm_setting_kinds; kind->key; kind++)
	{
		Datum		values[4] = {CStringGetTextDatum(kind->key), CStringGetTextDatum(kind->meaning),
		CStringGetTextDatum(bpm_describe_shape(kind->shape))};
		bool		nulls[4] = {false, false, false, kind->reader == NULL};

		values[3] = kind->reader ? CStringGetTextDatum(kind->reader) : (Datum) 0;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
