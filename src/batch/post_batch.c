/*
 * post_batch.c
 *	  post_batch(): entries as a JSON array, the answer as one JSON object.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "access/access.h"
#include "base/jsonb.h"
#include "batch/batch.h"

#define MAX_MEMBERS		24

/* One member of an entry. */
typedef struct Member
{
	const char *name;
	int			name_length;
	JsonbValue	value;
	bool		taken;			/* some argument is this one */
} Member;

/* An entry as its JSON object has it. */
typedef struct Members
{
	int			count;
	Member		member[MAX_MEMBERS];
} Members;

typedef struct JsonSource
{
	BpmBatchSource source;
	JsonbContainer *entries;
	JsonbIterator *iterator;
	int64		read;			/* entries so far */
	MemoryContext context;		/* of the answer */
	JsonbParseState *postings;	/* arrays of the answer, under construction */
	JsonbParseState *refusals;
} JsonSource;

/* Refuses an entry as a whole. */
static bool
refuse_entry(BpmRefusal *refusal, char *message, char *hint)
{
	return bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE, message, NULL, hint);
}

/* Goes on behind the element that the iterator is in, and collects its members on the way. */
static bool
read_members(JsonbIterator **iterator, Members *members, BpmRefusal *refusal)
{
	JsonbValue	value;
	JsonbIteratorToken token;
	bool		fits = true;

	members->count = 0;
	while ((token = JsonbIteratorNext(iterator, &value, true)) != WJB_END_OBJECT)
	{
		Member	   *member = &members->member[members->count];

		if (token == WJB_KEY)
		{
			fits &= members->count < MAX_MEMBERS;
			if (!fits)
				continue;
			member->name = value.val.string.val;
			member->name_length = value.val.string.len;
			member->taken = false;
		}
		else if (fits)
		{
			member->value = value;
			members->count++;
		}
	}
	return fits ||
		refuse_entry(refusal, psprintf("an entry has at most %d members", MAX_MEMBERS), NULL);
}

/* Finds a member that is not null. */
static JsonbValue *
find_member(Members *members, const char *name)
{
	int			length = strlen(name);

	for (int i = 0; i < members->count; i++)
	{
		Member	   *member = &members->member[i];

		if (member->name_length != length || memcmp(member->name, name, length) != 0)
			continue;
		member->taken = true;
		return member->value.type == jbvNull ? NULL : &member->value;
	}
	return NULL;
}

/* Gives a member's text or number as text, NULL when there is none; false when it is something else. */
static bool
member_text(Members *members, const char *name, char **text, BpmRefusal *refusal)
{
	JsonbValue *value = find_member(members, name);

	*text = NULL;
	if (value == NULL)
		return true;
	if (value->type == jbvString)
		*text = pnstrdup(value->val.string.val, value->val.string.len);
	else if (value->type == jbvNumeric)
		*text = numeric_normalize(value->val.numeric);
	else
		return refuse_entry(refusal, psprintf("%s is neither a text nor a number", name), NULL);
	return true;
}

/* Reads an id; false when it is none. */
static bool
member_id(Members *members, const char *name, bool *given, int64 *id, BpmRefusal *refusal)
{
	char	   *text;

	if (!member_text(members, name, &text, refusal))
		return false;
	*given = text != NULL;
	*id = 0;
	return text == NULL || bpm_read_id(text, id, refusal);
}

/* Reads the date and the memo, the two that are neither texts nor numbers. */
static bool
read_date_and_memo(Members *members, BpmForm *form, BpmRefusal *refusal)
{
	char	   *date;
	JsonbValue *memo = find_member(members, "memo");

	if (!member_text(members, "accounting_date", &date, refusal))
		return false;
	form->date_given = date != NULL;
	form->accounting_date = 0;
	if (date && !bpm_read_date(date, &form->accounting_date, refusal))
		return false;
	form->memo = memo ? JsonbValueToJsonb(memo) : NULL;
	return true;
}

/* Reads what every operation takes. */
static bool
read_common(Members *members, BpmForm *form, BpmRefusal *refusal)
{
	return member_text(members, "amount", &form->amount, refusal) &&
		member_text(members, "document", &form->document, refusal) &&
		member_text(members, "key", &form->key, refusal) &&
		member_text(members, "actor", &form->actor, refusal) &&
		member_text(members, "from_pending", &form->from_pending, refusal) &&
		member_text(members, "from_frozen", &form->from_frozen, refusal);
}

/* Refuses an entry with a member that its operation knows nothing of: a misspelt key would be lost. */
static bool
all_taken(const Members *members, const char *operation, BpmRefusal *refusal)
{
	for (int i = 0; i < members->count; i++)
		if (!members->member[i].taken)
			return refuse_entry(refusal, psprintf("%s takes no \"%s\"", operation,
												  pnstrdup(members->member[i].name,
														   members->member[i].name_length)),
								pstrdup("The members of an entry have the names of the function's arguments."));
	return true;
}

/* Reads what the operation calls its own way, and the rest. */
static bool
read_form(Members *members, const BpmOperation *operation, BpmForm *form, BpmRefusal *refusal)
{
	bool		given;

	form->detail = NULL;
	form->other_given = false;
	return member_id(members, operation->first ? operation->first : "line",
					 &form->line_given, &form->line, refusal) &&
		(operation->other == NULL ||
		 member_id(members, operation->other, &form->other_given, &form->other, refusal)) &&
		(operation->obligation == NULL ||
		 member_id(members, operation->obligation, &given, &form->obligation, refusal)) &&
		(operation->detail == NULL ||
		 member_text(members, operation->detail, &form->detail, refusal)) &&
		read_common(members, form, refusal) &&
		read_date_and_memo(members, form, refusal) &&
		all_taken(members, operation->name, refusal);
}

/* Fills an entry from its members. */
static bool
read_entry(Members *members, BpmBatchEntry *entry)
{
	BpmForm		form = {0};
	const BpmOperation *operation;

	if (!member_text(members, "operation", &form.operation, &entry->refusal))
		return false;
	if (form.operation)
	{
		operation = bpm_look_up_operation(form.operation, &entry->refusal);
		if (operation == NULL || !read_form(members, operation, &form, &entry->refusal))
			return false;
	}
	return bpm_check_form(&form, &entry->request, &entry->refusal);
}

/* Begins with the first entry again. */
static void
rewind_entries(BpmBatchSource *source)
{
	JsonSource *json = (JsonSource *) source;
	MemoryContext old = MemoryContextSwitchTo(json->context);
	JsonbValue	value;

	json->read = 0;
	json->iterator = JsonbIteratorInit(json->entries);
	(void) JsonbIteratorNext(&json->iterator, &value, true);
	MemoryContextSwitchTo(old);
}

/* Gives the next entries. */
static int
next_entries(BpmBatchSource *source, BpmBatchEntry *entries, int limit)
{
	JsonSource *json = (JsonSource *) source;
	Members		members;
	int			count = 0;

	for (; count < limit && json->read < source->count; count++)
	{
		BpmBatchEntry *entry = &entries[count];
		JsonbValue	value;
		JsonbIteratorToken token = JsonbIteratorNext(&json->iterator, &value, false);

		memset(entry, 0, sizeof(BpmBatchEntry));
		entry->number = ++json->read;
		if (token == WJB_BEGIN_OBJECT)
		{
			if (read_members(&json->iterator, &members, &entry->refusal))
				(void) read_entry(&members, entry);
			continue;
		}
		refuse_entry(&entry->refusal, pstrdup("entry is not an object"),
					 pstrdup("An entry is an object such as {\"operation\": \"pay\", \"line\": 2025000000000001, \"amount\": \"100.00\", \"document\": \"凭证1\"}."));
		/* An array is passed over with what is in it. */
		for (int depth = token == WJB_BEGIN_ARRAY; depth > 0;)
		{
			token = JsonbIteratorNext(&json->iterator, &value, true);
			depth -= token == WJB_END_ARRAY;
		}
	}
	return count;
}

/* Adds the posting of an entry to the array of them, null for 0: it was refused. */
static void
push_posting(JsonbParseState **postings, int64 posting)
{
	JsonbValue	value = {.type = jbvNull};

	if (posting != 0)
	{
		value.type = jbvNumeric;
		value.val.numeric = int64_to_numeric(posting);
	}
	pushJsonbValue(postings, WJB_ELEM, &value);
}

/* Adds what became of each entry to the answer. */
static void
answer_entries(BpmBatchSource *source, BpmBatchEntry *entries, int count)
{
	JsonSource *json = (JsonSource *) source;
	MemoryContext old = MemoryContextSwitchTo(json->context);

	for (int i = 0; i < count; i++)
	{
		const BpmRefusal *refusal = &entries[i].refusal;

		push_posting(&json->postings, entries[i].posting);
		if (entries[i].posting != 0)
			continue;
		pushJsonbValue(&json->refusals, WJB_BEGIN_OBJECT, NULL);
		bpm_push_number(&json->refusals, "number", entries[i].number);
		bpm_push_text(&json->refusals, "sqlstate", unpack_sql_state(refusal->sqlstate));
		bpm_push_text(&json->refusals, "message", refusal->message);
		bpm_push_text(&json->refusals, "detail", refusal->detail);
		bpm_push_text(&json->refusals, "hint", refusal->hint);
		pushJsonbValue(&json->refusals, WJB_END_OBJECT, NULL);
	}
	MemoryContextSwitchTo(old);
}

/* Puts the answer together. */
static Jsonb *
whole_answer(const BpmBatch *batch, JsonSource *json)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	bpm_push_number(&state, "posted", batch->posted);
	bpm_push_number(&state, "replayed", batch->replayed);
	bpm_push_number(&state, "refused", batch->refused);
	bpm_push_key(&state, "postings");
	pushJsonbValue(&state, WJB_VALUE, pushJsonbValue(&json->postings, WJB_END_ARRAY, NULL));
	bpm_push_key(&state, "refusals");
	pushJsonbValue(&state, WJB_VALUE, pushJsonbValue(&json->refusals, WJB_END_ARRAY, NULL));
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Makes a source of the elements of an array. */
static void
open_source(JsonSource *json, Jsonb *entries)
{
	if (!JB_ROOT_IS_ARRAY(entries) || JB_ROOT_IS_SCALAR(entries))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("entries must be a JSON array"),
				 errhint("Each element is an object with the name of an operation and its arguments.")));
	memset(json, 0, sizeof(JsonSource));
	json->source.name = "post_batch";
	json->source.count = JB_ROOT_COUNT(entries);
	json->source.rewind = rewind_entries;
	json->source.next = next_entries;
	json->source.answer = answer_entries;
	json->entries = &entries->root;
	json->context = CurrentMemoryContext;
	pushJsonbValue(&json->postings, WJB_BEGIN_ARRAY, NULL);
	pushJsonbValue(&json->refusals, WJB_BEGIN_ARRAY, NULL);
	rewind_entries(&json->source);
}

/* post_batch(ledger, entries, on_error): posts the entries in their order, in one call. */
PG_FUNCTION_INFO_V1(bpm_post_batch);
Datum
bpm_post_batch(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"entries", "on_error", NULL};
	BpmBatch	batch = {0};
	JsonSource	json;

	bpm_require_arguments(fcinfo, arguments);
	batch.abort = bpm_batch_aborts(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	open_source(&json, PG_GETARG_JSONB_P(1));
	SPI_connect();
	batch.ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize_operation(batch.ledger, "post_batch");
	SPI_finish();
	bpm_batch_run(&batch, &json.source);
	PG_RETURN_JSONB_P(whole_answer(&batch, &json));
}
