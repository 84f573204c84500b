/*
 * publish.c
 *	  Published flows: checked as a whole, never changed, compiled once a backend.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/operators.h"
#include "base/rows.h"
#include "base/table.h"
#include "ledger/posting.h"
#include "workflow/call.h"

typedef struct FlowKey
{
	Oid			ledger;
	int32		version_id;
} FlowKey;

typedef struct FlowEntry
{
	FlowKey		key;
	BpmFlow    *flow;
} FlowEntry;

static HTAB *flows = NULL;

static const BpmStatement find_version = {
	"SELECT flow, version, definition FROM @ledger@.flow_version WHERE version_id" EQ "$1", "i"
};
static const BpmStatement find_newest = {
	"SELECT version_id, version FROM @ledger@.flow_version WHERE flow" EQ "$1"
	" ORDER BY version DESC LIMIT 1", "t"
};
static const BpmStatement insert_version = {
	"INSERT INTO @ledger@.flow_version (version_id, flow, version, title, definition, published_by, template)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7)", "ititjtt"
};

/* Opens the cache. */
static FlowEntry *
flow_entry(BpmLedger *ledger, int32 version_id, bool *found)
{
	FlowKey		key;

	if (flows == NULL)
		flows = bpm_make_table("budgetpm flows", 32, sizeof(FlowKey), sizeof(FlowEntry), TopMemoryContext);
	memset(&key, 0, sizeof(key));
	key.ledger = ledger->relid;
	key.version_id = version_id;
	return hash_search(flows, &key, found ? HASH_ENTER : HASH_FIND, found);
}

/* Refuses a stored definition that does not compile: it was checked when it was published. */
static void
require_sound(const BpmFlow *flow, const BpmFaults *faults)
{
	if (faults->count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
				 errmsg("version %d of flow \"%s\" cannot be run", flow->version, flow->name),
				 errdetail("%s: %s.", faults->items[0].path, faults->items[0].text),
				 errhint("Run budgetpm.check_ledger().")));
}

/* Compiles the definition in the row just read, in a context of its own. */
static BpmFlow *
compile(int32 version_id)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "budgetpm flow",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	HeapTuple	row = SPI_tuptable->vals[0];
	TupleDesc	desc = SPI_tuptable->tupdesc;
	BpmFaults	faults = {0};
	bool		isnull;
	Jsonb	   *definition = DatumGetJsonbPCopy(SPI_getbinval(row, desc, 3, &isnull));
	int32		version = DatumGetInt32(SPI_getbinval(row, desc, 2, &isnull));
	BpmFlow    *flow = bpm_parse_flow(definition, &faults);

	bpm_validate_graph(flow, &faults);
	flow->version = version;
	flow->version_id = version_id;
	require_sound(flow, &faults);
	MemoryContextSwitchTo(caller);

	/* Kept from here on: nothing below fails. */
	MemoryContextSetParent(context, TopMemoryContext);
	return flow;
}

/* Returns a version of a flow; the caller is connected, as the owner. */
const BpmFlow *
bpm_flow_version(BpmLedger *ledger, int32 version_id)
{
	FlowEntry  *entry = flows ? flow_entry(ledger, version_id, NULL) : NULL;
	Datum		value = Int32GetDatum(version_id);
	BpmFlow    *flow;
	bool		found;

	if (entry)
		return entry->flow;
	if (bpm_ledger_execute(ledger, &find_version, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("version %d of a flow does not exist in ledger %s", version_id, ledger->schema)));
	flow = compile(version_id);
	entry = flow_entry(ledger, version_id, &found);
	entry->flow = flow;
	return flow;
}

/* Reads the newest version of a flow: its id and number; false if there is none. */
static bool
newest(BpmLedger *ledger, const char *name, int32 *version_id, int32 *version)
{
	Datum		value = CStringGetTextDatum(name);
	bool		isnull;

	if (bpm_ledger_execute(ledger, &find_newest, 0, &value, NULL) != 1)
		return false;
	*version_id = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	*version = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	return true;
}

/* Tells whether a flow of that name has been published. */
bool
bpm_flow_known(BpmLedger *ledger, const char *name)
{
	int32		version_id;
	int32		version;

	return newest(ledger, name, &version_id, &version);
}

/* Returns the newest version of a flow, or refuses an unknown one. */
const BpmFlow *
bpm_flow_newest(BpmLedger *ledger, const char *name)
{
	int32		version_id;
	int32		version;

	if (!newest(ledger, name, &version_id, &version))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("flow \"%s\" does not exist in ledger %s", name, ledger->schema),
				 errhint("%s.publish_flow() publishes one.", ledger->schema)));
	return bpm_flow_version(ledger, version_id);
}

/* Checks a definition in every respect. */
static BpmFlow *
check_definition(BpmLedger *ledger, Jsonb *definition, BpmFaults *faults)
{
	BpmFlow    *flow = bpm_parse_flow(definition, faults);

	bpm_validate_graph(flow, faults);
	bpm_validate_names(ledger, flow, faults);
	return flow;
}

/* Raises all faults as one error. */
void
bpm_refuse_definition(const BpmFaults *faults)
{
	bpm_refuse_faults(faults, ERRCODE_INVALID_PARAMETER_VALUE, "definition of a flow has", 0,
					  "check_flow() gives them as rows.");
}

/* Lists the faults of a definition. */
PG_FUNCTION_INFO_V1(bpm_check_flow);
Datum
bpm_check_flow(PG_FUNCTION_ARGS)
{
	BpmFaults	faults = {0};
	BpmCall		call;

	InitMaterializedSRF(fcinfo, 0);
	bpm_require_argument(fcinfo, 1, "definition");
	bpm_call_begin(&call, fcinfo, "check_flow", NULL);
	check_definition(call.ledger, PG_GETARG_JSONB_P(1), &faults);
	bpm_put_faults(&faults, (ReturnSetInfo *) fcinfo->resultinfo);
	bpm_call_end(&call);
	return (Datum) 0;
}

/*
 * Publishes a definition, with the template that it is from (NULL: none), as the next
 * version of its flow and returns that version; refuses it with all faults, those
 * found before among them.
 */
int32
bpm_publish(BpmCall *call, Jsonb *definition, const char *template, BpmFaults *faults)
{
	BpmFlow    *flow = check_definition(call->ledger, definition, faults);
	int32		version_id = 0;
	int32		version = 0;
	Datum		values[7];
	char		nulls[] = "       ";

	bpm_refuse_definition(faults);
	newest(call->ledger, flow->name, &version_id, &version);
	version_id = (int32) bpm_next_id(call->ledger, "flow_version_seq", 0);
	values[0] = Int32GetDatum(version_id);
	values[1] = CStringGetTextDatum(flow->name);
	values[2] = Int32GetDatum(version + 1);
	values[3] = CStringGetTextDatum(flow->title);
	values[4] = JsonbPGetDatum(definition);
	values[5] = CStringGetTextDatum(call->actor);
	bpm_set_text(values, nulls, 6, template);
	bpm_write_row(call->ledger, "flow_version", 0, version_id, &insert_version, values, nulls, true);
	return version + 1;
}

/* Publishes a definition as the next version of its flow, and returns that version. */
PG_FUNCTION_INFO_V1(bpm_publish_flow);
Datum
bpm_publish_flow(PG_FUNCTION_ARGS)
{
	BpmFaults	faults = {0};
	BpmCall		call;
	int32		version;

	bpm_require_argument(fcinfo, 1, "definition");
	bpm_call_begin(&call, fcinfo, "publish_flow", NULL);
	bpm_call_require(&call, 0, 0);
	version = bpm_publish(&call, PG_GETARG_JSONB_P(1), NULL, &faults);
	bpm_call_end(&call);
	PG_RETURN_INT32(version);
}
