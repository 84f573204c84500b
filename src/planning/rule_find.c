/*
 * rule_find.c
 *	  Applying rules to requests: what they find, what of it was explained, and the
 *	  refusal of what cannot be submitted.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/jsonb.h"
#include "base/rows.h"
#include "planning/rule.h"
#include "planning/rule_private.h"

#define SHOWN_FINDINGS	100

/* Returns what a measure finds: a value, or an array of several; NULL for nothing. */
static Jsonb *
measure(const BpmMeasure *measure, Jsonb *document, Jsonb *variables)
{
	Jsonb	   *all = bpm_path_all(measure->path, document, variables);

	if (all == NULL || JB_ROOT_COUNT(all) == 0)
		return NULL;
	if (JB_ROOT_COUNT(all) > 1)
		return all;
	return JsonbValueToJsonb(getIthJsonbValueFromContainer(&all->root, 0));
}

/* Returns what a finding keeps: the measures, and the parameters that the message names. */
static Jsonb *
measure_all(const BpmSubject *subject, const BpmRuleInstance *instance)
{
	JsonbParseState *state = NULL;
	const BpmPlanRule *rule = instance->rule;
	ListCell   *cell;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	foreach(cell, rule->kept)
	{
		Jsonb	   *parameter = bpm_jsonb_member(&instance->variables->root, lfirst(cell));

		if (parameter)
			bpm_push_document(&state, lfirst(cell), parameter);
	}
	for (int i = 0; i < rule->nmeasures; i++)
	{
		Jsonb	   *found = measure(&rule->measures[i], subject->document, instance->variables);

		if (found)
			bpm_push_document(&state, rule->measures[i].name, found);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Applies the rules that hold for one version. */
static List *
apply_rules(List *findings, const BpmSubject *subject)
{
	ListCell   *cell;

	foreach(cell, subject->instances)
	{
		const BpmRuleInstance *instance = lfirst(cell);
		BpmRuleFinding *finding;

		if (!bpm_jsonb_truth(bpm_path_query(instance->rule->predicate, subject->document,
											instance->variables)))
			continue;
		finding = palloc0(sizeof(BpmRuleFinding));
		finding->subject = subject;
		finding->instance = instance;
		finding->measured = measure_all(subject, instance);
		findings = lappend(findings, finding);
	}
	return findings;
}

/* Returns the requests of findings as a parameter. */
static Datum
requests_datum(List *findings)
{
	int64	   *requests = palloc(Max(list_length(findings), 1) * sizeof(int64));
	int			count = 0;
	ListCell   *cell;

	foreach(cell, findings)
		requests[count++] = ((BpmRuleFinding *) lfirst(cell))->subject->request;
	return bpm_id_array(requests, count);
}

/* Tells whether two documents say the same. */
bool
bpm_same_document(Jsonb *one, Jsonb *other)
{
	return compareJsonbContainers(&one->root, &other->root) == 0;
}

/* Gives each finding the newest reason that was given for what it found. */
static void
join_explanations(BpmLedger *ledger, List *findings)
{
	static const BpmStatement find = {
		"SELECT explanation_id, request_id, rule, measured, explanation FROM @ledger@.rule_explanation"
		" WHERE request_id" EQ "ANY ($1) ORDER BY explanation_id DESC", "x"
	};
	Datum		value = requests_datum(findings);
	int			rows = findings ? bpm_ledger_execute(ledger, &find, 0, &value, NULL) : 0;
	SPITupleTable *table = SPI_tuptable;
	ListCell   *cell;
	bool		isnull;

	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = table->vals[i];
		char	   *rule = bpm_row_string(row, table->tupdesc, 3);
		Jsonb	   *measured = DatumGetJsonbP(SPI_getbinval(row, table->tupdesc, 4, &isnull));

		foreach(cell, findings)
		{
			BpmRuleFinding *finding = lfirst(cell);

			if (finding->explanation != 0 || strcmp(finding->instance->rule->name, rule) != 0 ||
				finding->subject->request != bpm_row_number(row, table->tupdesc, 2) ||
				!bpm_same_document(finding->measured, measured))
				continue;
			finding->explanation = bpm_row_number(row, table->tupdesc, 1);
			finding->reason = bpm_row_string(row, table->tupdesc, 5);
		}
	}
}

/* Returns what the rules of a set find about versions, with the reasons given where asked. */
List *
bpm_find(BpmLedger *ledger, BpmRuleSet *set, const int64 *versions, int count, bool explained)
{
	int			found;
	BpmSubject *subjects = bpm_rule_subjects(ledger, set, versions, count, &found);
	List	   *findings = NIL;

	for (int i = 0; i < found; i++)
		findings = apply_rules(findings, &subjects[i]);
	if (explained)
		join_explanations(ledger, findings);
	return findings;
}

/* Tells whether a finding stops the submission. */
static bool
stops(const BpmRuleFinding *finding)
{
	const char *severity = finding->instance->severity;

	return strcmp(severity, "block") == 0 ||
		(strcmp(severity, "explain") == 0 && finding->explanation == 0);
}

/* Returns a finding as one line of an error. */
static char *
finding_line(const BpmRuleFinding *finding, const char *language)
{
	return psprintf("request " INT64_FORMAT " \"%s\", %s (%s): %s %s", finding->subject->request,
					finding->subject->title, finding->instance->rule->name, finding->instance->severity,
					bpm_fill_message(finding->instance->rule->message, language, finding->measured),
					bpm_jsonb_out(finding->measured));
}

/* Raises everything that stops the submission as one error. */
static void
refuse_findings(BpmLedger *ledger, List *findings)
{
	StringInfoData list;
	char	   *language = NULL;
	int			count = 0;
	ListCell   *cell;

	initStringInfo(&list);
	foreach(cell, findings)
	{
		const BpmRuleFinding *finding = lfirst(cell);

		if (!stops(finding))
			continue;
		if (language == NULL)
			language = bpm_rule_language(ledger, finding->subject->division, NULL);
		if (++count <= SHOWN_FINDINGS)
			appendStringInfo(&list, "%s%s", count > 1 ? "\n" : "", finding_line(finding, language));
	}
	if (count == 0)
		return;
	if (count > SHOWN_FINDINGS)
		appendStringInfo(&list, "\nand %d more", count - SHOWN_FINDINGS);
	ereport(ERROR,
			(errcode(ERRCODE_BPM_RULE_VIOLATED),
			 errmsg_plural("%d finding of rules stops the submission",
						   "%d findings of rules stop the submission", count, count),
			 errdetail_internal("%s", list.data),
			 errhint("Change what blocks; give the reason for what wants one with %s.explain_finding(). %s.check_request() lists both.",
					 ledger->schema, ledger->schema)));
}

/* Writes the findings about versions that go on, in one statement. */
static void
record_findings(BpmLedger *ledger, List *findings)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.rule_finding (version_id, request_id, rule, rule_version, severity, measured,"
		" explanation_id, division, unit) SELECT f.version, v.request_id, f.rule, f.rule_version, f.severity,"
		" f.measured, f.explanation, v.division, v.unit FROM ROWS FROM (pg_catalog.jsonb_to_recordset($1)"
		" AS (version pg_catalog.int8, rule pg_catalog.text, rule_version pg_catalog.int4,"
		" severity pg_catalog.text, measured pg_catalog.jsonb, explanation pg_catalog.int8)) WITH ORDINALITY"
		" AS f(version, rule, rule_version, severity, measured, explanation, ord)"
		" JOIN @ledger@.request_version v ON v.version_id" EQ "f.version"
		" WHERE NOT EXISTS (SELECT 1 FROM @ledger@.rule_finding o WHERE o.version_id" EQ "f.version"
		" AND o.rule" EQ "f.rule AND o.measured" EQ "f.measured) ORDER BY f.ord", "j"
	};
	JsonbParseState *state = NULL;
	ListCell   *cell;
	Datum		value;

	if (findings == NIL)
		return;
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	foreach(cell, findings)
	{
		const BpmRuleFinding *finding = lfirst(cell);

		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		bpm_push_number(&state, "version", finding->subject->version);
		bpm_push_text(&state, "rule", finding->instance->rule->name);
		bpm_push_number(&state, "rule_version", finding->instance->rule->version);
		bpm_push_text(&state, "severity", finding->instance->severity);
		bpm_push_document(&state, "measured", finding->measured);
		if (finding->explanation != 0)
			bpm_push_number(&state, "explanation", finding->explanation);
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	value = JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL)));
	bpm_insert_rows(ledger, "rule_finding", &insert, &value, NULL, true);
}

/*
 * Checks versions that are being submitted, all of them together: raises ZB010 with
 * everything that blocks or wants a reason it has not, else records what was found.
 * The caller is connected, as the owner.
 */
void
bpm_check_request_rules(BpmLedger *ledger, const int64 *versions, int count)
{
	List	   *findings = bpm_find(ledger, bpm_rules_in_force(ledger), versions, count, true);

	refuse_findings(ledger, findings);
	record_findings(ledger, findings);
}

/* Checks what a case has just submitted; the caller is connected, as the owner. */
void
bpm_check_case_rules(BpmLedger *ledger, int64 case_id)
{
	static const BpmStatement find = {
		"SELECT current_version FROM @ledger@.request WHERE case_id" EQ "$1 AND state" EQ "'submitted'"
		" ORDER BY request_id", "l"
	};
	Datum		value = Int64GetDatum(case_id);
	int			count = bpm_ledger_execute(ledger, &find, 0, &value, NULL);
	int64	   *versions = palloc(Max(count, 1) * sizeof(int64));

	for (int i = 0; i < count; i++)
		versions[i] = bpm_row_number(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
	bpm_check_request_rules(ledger, versions, count);
}
