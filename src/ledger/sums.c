/*
 * sums.c
 *	  What must hold between lines: trees, undone amounts, transfers, pairs.
 */
#include "postgres.h"

#include "executor/spi.h"

#include "access/access.h"
#include "ledger/verify.h"

/* Each gives line_id, entry_no, expected and found of every violation. */
typedef struct SumCheck
{
	const char *problem;
	BpmStatement statement;
	bool		across;			/* compares lines: wrong for one who sees only
								 * a unit's */
} SumCheck;

#define ONE_LINE(column)	" ($1 IS NULL OR " column " OPERATOR(pg_catalog.=) $1)"

static const SumCheck checks[] = {
	{"allotted differs from the sum of the children",
		{"SELECT p.line_id, NULL::pg_catalog.int4, COALESCE(c.total, '0')::pg_catalog.text,"
			" p.allotted::pg_catalog.text FROM @ledger@.balance p LEFT JOIN ("
			" SELECT l.parent_id, budgetpm.sum(b.appropriated) AS total FROM @ledger@.line l"
			" JOIN @ledger@.balance b ON b.line_id OPERATOR(pg_catalog.=) l.line_id"
			" WHERE l.parent_id IS NOT NULL GROUP BY l.parent_id) c"
			" ON c.parent_id OPERATOR(pg_catalog.=) p.line_id"
			" WHERE p.allotted OPERATOR(budgetpm.<>) COALESCE(c.total, '0') AND"
	ONE_LINE("p.line_id"), "l"}, true},
	{"more was undone than the entry moved",
		{"SELECT e.line_id, e.entry_no, e.amount::pg_catalog.text, x.total::pg_catalog.text"
			" FROM (SELECT r.refers_line, r.refers_entry, budgetpm.sum(r.amount OPERATOR(budgetpm.-)"
			"  COALESCE((SELECT budgetpm.sum(u.amount) FROM @ledger@.journal u"
			"   WHERE u.refers_line OPERATOR(pg_catalog.=) r.line_id"
			"   AND u.refers_entry OPERATOR(pg_catalog.=) r.entry_no), '0')) AS total"
			"  FROM @ledger@.journal r WHERE r.refers_line IS NOT NULL"
			"  GROUP BY r.refers_line, r.refers_entry) x"
			" JOIN @ledger@.journal e ON e.line_id OPERATOR(pg_catalog.=) x.refers_line"
			"  AND e.entry_no OPERATOR(pg_catalog.=) x.refers_entry"
	" WHERE x.total OPERATOR(budgetpm.>) e.amount AND" ONE_LINE("e.line_id"), "l"}},
	{"transferred differs from the transfers that stand",
		{"SELECT b.line_id, NULL::pg_catalog.int4, COALESCE(t.total, '0')::pg_catalog.text,"
			" b.transferred::pg_catalog.text FROM @ledger@.balance b LEFT JOIN ("
			" SELECT t.from_line, budgetpm.sum(t.amount) AS total FROM @ledger@.transfer t"
			" WHERE t.state OPERATOR(pg_catalog.<>) 'returned' GROUP BY t.from_line) t"
			" ON t.from_line OPERATOR(pg_catalog.=) b.line_id"
			" WHERE b.transferred OPERATOR(budgetpm.<>) COALESCE(t.total, '0') AND"
	ONE_LINE("b.line_id"), "l"}, true},
	{"accounting date outside the fiscal year",
		{"SELECT j.line_id, j.entry_no, (j.line_id OPERATOR(pg_catalog./) 1000000000000)::pg_catalog.text,"
			" j.accounting_date::pg_catalog.text FROM @ledger@.journal j"
			" WHERE j.line_id OPERATOR(pg_catalog./) 1000000000000 OPERATOR(pg_catalog.<>)"
			" pg_catalog.date_part('year', j.accounting_date)::pg_catalog.int8 AND"
	ONE_LINE("j.line_id"), "l"}},
	{"posting moved unequal amounts between lines",
		{"SELECT pg_catalog.min(j.line_id), NULL::pg_catalog.int4, '0.00', "
			" budgetpm.sum(CASE WHEN k.source OPERATOR(pg_catalog.=) 'appropriated' THEN j.amount"
			"  WHEN k.target OPERATOR(pg_catalog.=) 'appropriated' THEN OPERATOR(budgetpm.-) j.amount"
			"  WHEN k.target OPERATOR(pg_catalog.=) 'allotted' THEN OPERATOR(budgetpm.-) j.amount"
			"  WHEN k.source OPERATOR(pg_catalog.=) 'allotted' THEN j.amount"
			"  ELSE '0'::budgetpm.amount END)::pg_catalog.text"
			" FROM @ledger@.journal j JOIN @ledger@.entry_kind k ON k.kind OPERATOR(pg_catalog.=) j.kind"
			" LEFT JOIN @ledger@.entry_kind o ON o.kind OPERATOR(pg_catalog.=) k.reverses"
			" WHERE $1 IS NULL AND COALESCE(o.operation, k.operation) OPERATOR(pg_catalog.=) ANY ("
			"  '{allot,return_allotment,virement}'::pg_catalog.text[])"
			" GROUP BY j.posting_id HAVING budgetpm.sum(CASE"
			"  WHEN k.source OPERATOR(pg_catalog.=) 'appropriated' THEN j.amount"
			"  WHEN k.target OPERATOR(pg_catalog.=) 'appropriated' THEN OPERATOR(budgetpm.-) j.amount"
			"  WHEN k.target OPERATOR(pg_catalog.=) 'allotted' THEN OPERATOR(budgetpm.-) j.amount"
			"  WHEN k.source OPERATOR(pg_catalog.=) 'allotted' THEN j.amount"
	"  ELSE '0'::budgetpm.amount END) OPERATOR(budgetpm.<>) '0'::budgetpm.amount", "l"}, true},
	{"held by obligations differs from the bucket",
		{"SELECT b.line_id, NULL::pg_catalog.int4,"
			" pg_catalog.format('%s, %s, %s', COALESCE(o.plans, '0'), COALESCE(o.contracts, '0'),"
			"  COALESCE(o.requests, '0')),"
			" pg_catalog.format('%s, %s, %s', b.precommitted, b.committed, b.requested)"
			" FROM @ledger@.balance b LEFT JOIN ("
			" SELECT o.line_id,"
			"  budgetpm.sum(o.amount OPERATOR(budgetpm.-) o.drawn OPERATOR(budgetpm.-) o.released)"
			"   FILTER (WHERE o.stage OPERATOR(pg_catalog.=) 'precommit') AS plans,"
			"  budgetpm.sum(o.amount OPERATOR(budgetpm.-) o.drawn OPERATOR(budgetpm.-) o.released)"
			"   FILTER (WHERE o.stage OPERATOR(pg_catalog.=) 'commit') AS contracts,"
			"  budgetpm.sum(o.amount OPERATOR(budgetpm.-) o.drawn OPERATOR(budgetpm.-) o.released)"
			"   FILTER (WHERE o.stage OPERATOR(pg_catalog.=) 'request') AS requests"
			"  FROM @ledger@.obligation o WHERE" ONE_LINE("o.line_id") " GROUP BY o.line_id) o"
			" ON o.line_id OPERATOR(pg_catalog.=) b.line_id"
			" WHERE (b.precommitted OPERATOR(budgetpm.<>) COALESCE(o.plans, '0')"
			"  OR b.committed OPERATOR(budgetpm.<>) COALESCE(o.contracts, '0')"
			"  OR b.requested OPERATOR(budgetpm.<>) COALESCE(o.requests, '0')) AND"
	ONE_LINE("b.line_id"), "l"}},
	{"obligation differs from the entries that name it",
		{"SELECT o.line_id, NULL::pg_catalog.int4,"
			" pg_catalog.format('%s left of obligation %s', COALESCE(e.left_over, '0'), o.obligation_id),"
			" (o.amount OPERATOR(budgetpm.-) o.drawn OPERATOR(budgetpm.-) o.released)::pg_catalog.text"
			" FROM @ledger@.obligation o LEFT JOIN ("
			" SELECT m.obligation, budgetpm.sum(m.amount) AS left_over FROM ("
			"  SELECT j.to_obligation AS obligation, j.amount FROM @ledger@.journal j"
			"   WHERE j.to_obligation IS NOT NULL AND" ONE_LINE("j.line_id")
			"  UNION ALL SELECT j.from_obligation, OPERATOR(budgetpm.-) j.amount FROM @ledger@.journal j"
			"   WHERE j.from_obligation IS NOT NULL AND" ONE_LINE("j.line_id") ") m"
			"  GROUP BY m.obligation) e ON e.obligation OPERATOR(pg_catalog.=) o.obligation_id"
			" WHERE (o.amount OPERATOR(budgetpm.-) o.drawn OPERATOR(budgetpm.-) o.released)"
			"  OPERATOR(budgetpm.<>) COALESCE(e.left_over, '0') AND"
	ONE_LINE("o.line_id"), "l"}},
	{"posting carried unequal amounts",
		{"SELECT pg_catalog.min(j.line_id), NULL::pg_catalog.int4, '0.00',"
			" budgetpm.sum(CASE WHEN k.source OPERATOR(pg_catalog.=) 'appropriated'"
			"  THEN j.amount ELSE OPERATOR(budgetpm.-) j.amount END)::pg_catalog.text"
			" FROM @ledger@.journal j JOIN @ledger@.entry_kind k ON k.kind OPERATOR(pg_catalog.=) j.kind"
			" WHERE $1 IS NULL AND k.operation OPERATOR(pg_catalog.=) 'carry_forward'"
			" GROUP BY j.posting_id HAVING"
			" budgetpm.sum(CASE WHEN k.source OPERATOR(pg_catalog.=) 'appropriated'"
			"  THEN j.amount ELSE OPERATOR(budgetpm.-) j.amount END)"
	" OPERATOR(budgetpm.<>) '0'::budgetpm.amount", "l"}, true},
	{"what an obligation may give back differs from the entries",
		{"SELECT o.line_id, NULL::pg_catalog.int4,"
			" pg_catalog.format('%s of obligation %s', COALESCE(e.came, '0'), o.obligation_id),"
			" o.returnable::pg_catalog.text"
			" FROM @ledger@.obligation o LEFT JOIN ("
			" SELECT m.obligation, budgetpm.sum(m.amount) AS came FROM ("
			"  SELECT j.to_obligation AS obligation, j.from_obligation AS other, j.amount FROM @ledger@.journal j"
			"   WHERE j.to_obligation IS NOT NULL AND j.from_obligation IS NOT NULL AND" ONE_LINE("j.line_id")
			"  UNION ALL SELECT j.from_obligation, j.to_obligation, OPERATOR(budgetpm.-) j.amount FROM @ledger@.journal j"
			"   WHERE j.to_obligation IS NOT NULL AND j.from_obligation IS NOT NULL AND" ONE_LINE("j.line_id") ") m"
			"  JOIN @ledger@.obligation p ON p.obligation_id OPERATOR(pg_catalog.=) m.obligation"
			"   AND p.predecessor OPERATOR(pg_catalog.=) m.other"
			"  GROUP BY m.obligation) e ON e.obligation OPERATOR(pg_catalog.=) o.obligation_id"
			" WHERE o.returnable OPERATOR(budgetpm.<>) COALESCE(e.came, '0') AND"
	ONE_LINE("o.line_id"), "l"}},
	{"balance without a line",
		{"SELECT b.line_id, NULL::pg_catalog.int4, NULL::pg_catalog.text, NULL::pg_catalog.text"
			" FROM @ledger@.balance b WHERE NOT EXISTS (SELECT 1 FROM @ledger@.line l"
	"  WHERE l.line_id OPERATOR(pg_catalog.=) b.line_id) AND" ONE_LINE("b.line_id"), "l"}},
	{"balance row differs from what its line says",
		{"SELECT l.line_id, NULL::pg_catalog.int4,"
			" pg_catalog.format('division %s, unit %s, control %s, executable %s',"
			"  l.division, l.unit, l.control, l.executable),"
			" pg_catalog.format('division %s, unit %s, control %s, executable %s',"
			"  b.division, b.unit, b.control, b.executable)"
			" FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id OPERATOR(pg_catalog.=) l.line_id"
			" WHERE (l.division OPERATOR(budgetpm.<>) b.division OR l.unit OPERATOR(budgetpm.<>) b.unit"
			"  OR l.control OPERATOR(pg_catalog.<>) b.control"
			"  OR l.executable OPERATOR(pg_catalog.<>) b.executable) AND"
	ONE_LINE("l.line_id"), "l"}},
	{"balance row differs from the state of its year",
		{"SELECT b.line_id, NULL::pg_catalog.int4,"
			" pg_catalog.format('%s, month %s closed', y.state, y.closed_month),"
			" pg_catalog.format('%s, month %s closed', b.year_state, b.closed_month)"
			" FROM @ledger@.balance b JOIN @ledger@.fiscal_year y"
			"  ON y.fiscal_year OPERATOR(pg_catalog.=) (b.line_id OPERATOR(pg_catalog./) 1000000000000)"
			" WHERE (b.closed_month OPERATOR(pg_catalog.<>) y.closed_month"
			"  OR b.year_state::pg_catalog.text OPERATOR(pg_catalog.<>)"
			"   CASE WHEN y.state OPERATOR(pg_catalog.=) 'closed' THEN 'x'"
			"    ELSE pg_catalog.left(y.state, 1) END) AND"
	ONE_LINE("b.line_id"), "l"}},
	{"entry is filed under another place than its line's",
		{"SELECT j.line_id, j.entry_no,"
			" pg_catalog.format('division %s, unit %s', l.division, l.unit),"
			" pg_catalog.format('division %s, unit %s', j.division, j.unit)"
			" FROM @ledger@.line l JOIN @ledger@.journal j ON j.line_id OPERATOR(pg_catalog.=) l.line_id"
			" WHERE (l.division OPERATOR(budgetpm.<>) j.division OR l.unit OPERATOR(budgetpm.<>) j.unit) AND"
	ONE_LINE("l.line_id"), "l"}},
};

/* Runs one check and reports each violation. */
static void
run_check(BpmVerifier *verifier, const SumCheck *check, Datum line, bool all)
{
	char		nulls[1] = {all ? 'n' : ' '};
	SPITupleTable *rows;
	uint64		count;

	SPI_execute_plan(bpm_ledger_plan(verifier->ledger, &check->statement, 0), &line, nulls,
					 true, 0);
	rows = SPI_tuptable;
	bpm_ledger_check_rows(verifier->ledger, &check->statement, 0, rows->tupdesc);
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
	{
		HeapTuple	row = rows->vals[i];
		bool		isnull;
		int64		where = DatumGetInt64(SPI_getbinval(row, rows->tupdesc, 1, &isnull));
		Datum		entry = SPI_getbinval(row, rows->tupdesc, 2, &isnull);

		bpm_report(verifier, where, isnull ? 0 : DatumGetInt32(entry), check->problem,
				   SPI_getvalue(row, rows->tupdesc, 3), SPI_getvalue(row, rows->tupdesc, 4));
	}
	SPI_freetuptable(rows);
}

/* Checks the sums between lines, of one line or of all that the caller may read. */
void
bpm_verify_sums(BpmVerifier *verifier, Datum line, bool all)
{
	bool		partial = bpm_reads_single_units(verifier->ledger);

	for (int i = 0; i < lengthof(checks); i++)
		if (!(partial && checks[i].across))
			run_check(verifier, &checks[i], line, all);
}
