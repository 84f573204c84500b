#!/usr/bin/env bash
# import.sh DIRECTORY: makes a ledger and loads the CSV files of DIRECTORY into it
# (docs/import.md); the database is the one of PGHOST, PGDATABASE and PGUSER, its owner.
# The report goes to build/import/report.txt, or where IMPORT_REPORT says.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
data=$1
report=${IMPORT_REPORT:-build/import/report.txt}
work=$(mktemp -d "${TMPDIR:-/tmp}/budgetpm-import.XXXXXX")
trap 'rm -rf "$work"' EXIT

# What the City of Madrid publishes is turned into our form first.
if [ ! -e "$data/lines.csv" ] && ls "$data"/budget_execution.csv* >/dev/null 2>&1; then
	echo "These are the files of the City of Madrid; demo/madrid_csv.pl turns them into ours:"
	demo/madrid_csv.pl "$data" "$work/madrid"
	data=$work/madrid
fi

sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

echo "Reading $1"
mkdir "$work/copy"
demo/stage_csv.pl "$data" "$work/copy"
sql -c "CREATE ROLE budget_app LOGIN" -f demo/import.sql -f "$work/copy/load.sql"
sql -c "SELECT budgetpm.create_ledger('budget', root => coalesce(max(l.root), '100000000'),
	profile => max(l.profile), digest => coalesce(max(l.digest), 'sha256'), title => max(l.title),
	first_year => (SELECT coalesce(min(year::int), 2000) FROM import.lines WHERE year ~ '^[12][0-9]{3}\$'))
	FROM import.ledger l" >/dev/null
echo "Registers, by the ledger's owner ($PGUSER)"
sql -f demo/import_registers.sql 2>&1 >/dev/null | sed -u 's/^psql:[^ ]* INFO: //'
sql -c "SELECT budgetpm.grant_ledger('budget', 'budget_app', 'application')" >/dev/null
# The files may bring lines in mode warn or off, as those controlled above the line are.
sql -c "GRANT EXECUTE ON FUNCTION budget.relax_control() TO budget_app" >/dev/null
echo "Postings, by the application's role (budget_app), through budget.open_line(), budget.pay() and so on"
sql -U budget_app -f demo/import_postings.sql 2>&1 >/dev/null | sed -u 's/^psql:[^ ]* INFO: //'
[ ! -e "$work/copy/caps.copy" ] || sql -f demo/import_caps.sql 2>&1 >/dev/null | sed -u 's/^psql:[^ ]* INFO: //'
sql -f demo/import_views.sql -c "SET client_min_messages = error" -c "VACUUM ANALYZE"
mkdir -p "$(dirname "$report")"
psql -Xq -v ON_ERROR_STOP=1 -v full=true -P pager=off -f demo/import_report.sql >"$report"
psql -Xq -v ON_ERROR_STOP=1 -v full=false -P pager=off -f demo/import_report.sql
echo
echo "The whole report, with every row that is only counted above: $report"
