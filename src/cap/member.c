/*
 * member.c
 *	  Which caps by rule a new line joins.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/rows.h"
#include "cap/cap_private.h"

/*
 * Two scans of one index: caps of the unit or of one above it, caps of the
 * division or of one above it.
 */
#define MATCHES \
	" AND (c.func IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.unnest(c.func) AS f" \
	"   WHERE $4 OPERATOR(budgetpm.<@) f))" \
	" AND (c.gov_econ IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.unnest(c.gov_econ) AS f" \
	"   WHERE $5 OPERATOR(budgetpm.<@) f))" \
	" AND (c.dept_econ IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.unnest(c.dept_econ) AS f" \
	"   WHERE $6 OPERATOR(budgetpm.<@) f))" \
	" AND (c.fund_type IS NULL OR c.fund_type OPERATOR(pg_catalog.=) $7)" \
	" AND (c.project_id IS NULL OR c.project_id OPERATOR(pg_catalog.=) $8)"
#define OF_YEAR \
	"SELECT c.cap_id FROM @ledger@.cap c WHERE c.fiscal_year OPERATOR(pg_catalog.=) $1" \
	" AND c.state OPERATOR(pg_catalog.=) 'active' AND NOT c.listed"

static const BpmStatement caps_of_place = {
	"SELECT m.cap_id FROM ("
	OF_YEAR " AND c.unit OPERATOR(budgetpm.=) ANY (budgetpm.prefixes($3))" MATCHES
	" UNION ALL "
	OF_YEAR " AND c.unit IS NULL AND c.division OPERATOR(budgetpm.=) ANY (budgetpm.prefixes($2))"
	MATCHES
	") AS m ORDER BY m.cap_id", "iccccctl"
};

/* Gives the caps that a new line joins, ascending, and how many; the caller keeps the year's row. */
int
bpm_caps_of_new_line(BpmLedger *ledger, int fiscal_year, const BpmCapPlace *place, int32 **caps)
{
	Datum		values[8];
	char		nulls[] = "        ";
	int			count;

	values[0] = Int32GetDatum(fiscal_year);
	values[1] = Int64GetDatum(place->division);
	values[2] = Int64GetDatum(place->unit);
	values[3] = Int64GetDatum(place->func);
	bpm_set_id(values, nulls, 4, place->gov_econ);
	bpm_set_id(values, nulls, 5, place->dept_econ);
	values[6] = CStringGetTextDatum(place->fund_type);
	bpm_set_id(values, nulls, 7, place->project);
	count = bpm_ledger_execute_latest(ledger, &caps_of_place, 0, values, nulls, false);
	*caps = palloc(Max(count, 1) * sizeof(int32));
	for (int i = 0; i < count; i++)
	{
		bool		isnull;

		(*caps)[i] = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
												 1, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
	return count;
}
