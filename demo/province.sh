#!/usr/bin/env bash
# province.sh: a ledger for 江苏 with real divisions and a generated province, then
# the main job, step by step.  The database is the one of PGHOST, PGDATABASE and PGUSER.
# DEMO_CITY=3205 makes do with the province and one city, for a quick look.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d "${TMPDIR:-/tmp}/budgetpm-demo.XXXXXX")
trap 'rm -rf "$work"' EXIT
began=$SECONDS

sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }
# Progress comes as messages of the server, live; psql's own prefix is cut off.
progress() { sed -u 's/^psql:[^ ]* INFO: //'; }
title() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || title() { printf '\n%s\n' "$*"; }

title "1. A ledger for 江苏"
sql -c "SELECT 'budgetpm ' || extversion FROM pg_extension WHERE extname = 'budgetpm'"
sql -c "SELECT '  ledger: ' || budgetpm.create_ledger('budget', root => '320000000', profile => 'jiangsu', first_year => 2024, title => '江苏省') || ', profile jiangsu, owner ' || current_user"
sql -c "SELECT budget.add_year(y, 'open') FROM generate_series(2025, 2026) y" >/dev/null
sql -c "CREATE ROLE budget_app LOGIN" -c "SELECT budgetpm.grant_ledger('budget', 'budget_app', 'application')" >/dev/null
echo "  role:   budget_app, by budgetpm.grant_ledger('budget', 'budget_app', 'application'); it does all the posting"

title "2. Registers: divisions (财政区划), units (预算单位), projects (预算项目)"
demo/divisions.sh >"$work/divisions.csv"
sql -c "CREATE SCHEMA demo" -c "CREATE TABLE demo.place (code text PRIMARY KEY, name text, parent text, level int)" \
	-c "\\copy demo.place FROM '$work/divisions.csv' CSV HEADER" \
	-c "DELETE FROM demo.place WHERE level > 1 AND NOT starts_with(code, '${DEMO_CITY:-32}')"
sql -f demo/province_plan.sql
sql -f demo/province_registers.sql

title "3. Three fiscal years (预算年度): 2024, 2025, 2026, posted through the API"
sql -U budget_app -f demo/province_lines.sql 2>&1 | progress
sql -f demo/province_caps.sql
sql -U budget_app -f demo/province_post.sql 2>&1 | progress
sql -c "SELECT budget.set_year_state(y, s) FROM unnest(ARRAY[2024, 2025]) y, unnest(ARRAY['closing', 'closed']) WITH ORDINALITY u(s, o) ORDER BY y, o" >/dev/null
sql -c "SET client_min_messages = error" -c "VACUUM ANALYZE"
sql -c "SELECT format('  %s lines, %s journal entries, of them %s payments; 2024 and 2025 are closed now',
	(SELECT count(*) FROM budget.line), count(*), count(*) FILTER (WHERE kind IN ('pay', 'pay_drawn'))) FROM budget.journal"

title "4. The main job, step by step"
psql -Xq -U budget_app -P pager=off -v VERBOSITY=default -f demo/main_job.sql 2>&1 | sed -u 's/^psql:[^ ]* //'

title "5. What is held, and what is limited: obligations (占用) and caps (控制限额)"
psql -Xq -P pager=off -v VERBOSITY=default -f demo/limits.sql 2>&1 | sed -u 's/^psql:[^ ]* //'

title "6. Execution by city (执行情况), and the proof"
psql -Xq -P pager=off -v ON_ERROR_STOP=1 -f demo/execution.sql
cat <<'TEXT'

To look further, in psql:
    SELECT * FROM budget_report.execution_by_unit WHERE division_code = '320583000' AND fiscal_year = 2026;
    SELECT * FROM budget_report.line_detail WHERE unit_code = '320583102003';
    SELECT budget.check_funds(line_id, 'pay', 1e9) FROM budget.line WHERE title LIKE '昆山市实验小学%' ORDER BY line_id DESC LIMIT 1;
    \df budget.*
TEXT
echo
echo "That took $((SECONDS - began)) s."
