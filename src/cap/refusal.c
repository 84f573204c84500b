/*
 * refusal.c
 *	  What a refusal of a cap says.
 */
#include "postgres.h"

#include "executor/spi.h"

#include "base/rows.h"
#include "cap/cap_private.h"

static const BpmStatement name_of_cap = {
	"SELECT name::pg_catalog.text FROM @ledger@.cap WHERE cap_id OPERATOR(pg_catalog.=) $1", "i"
};

/*
 * Gives the texts of an error; who may not read the cap's place learns its name
 * and what is missing, not its totals.
 */
void
bpm_cap_refusal_texts(BpmLedger *ledger, const BpmCapRefusal *refusal, bool visible,
					  char **message, char **detail, char **hint)
{
	Datum		values[1] = {Int32GetDatum(refusal->cap)};
	const char *name = "";

	if (bpm_ledger_execute(ledger, &name_of_cap, 0, values, NULL) == 1)
		name = bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	*message = psprintf("cap %d \"%s\" is exceeded by %s", refusal->cap, name,
						bpm_fen_to_text(refusal->short_by));
	*detail = visible ? psprintf("Its limit is %s, and %s of it are used.",
								 bpm_fen_to_text(refusal->limit), bpm_fen_to_text(refusal->used))
		: pstrdup("You may not read its totals.");
	*hint = psprintf("Lower the amount, give money back to the cap, or have it raised with %s.change_cap().",
					 ledger->schema);
}
