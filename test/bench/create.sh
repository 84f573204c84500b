#!/usr/bin/env bash
# create.sh: what making and dropping a ledger costs the server, beside its DDL run as
# plain text, statement by statement, from psql.
#
#   ROUNDS=7 test/bench/create.sh
#
# The time is the backend's on a processor (Linux counts it), so that other work on the
# machine shows less; each figure is the median of the rounds, which take turns.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
	exec "$here/../../scripts/cluster.sh" run -- "$0" "$@"
fi
rounds=${ROUNDS:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Statements whose time is taken, one file each; each leaves the database as it was.
psql -XqAt -c "SELECT budgetpm.ledger_ddl('plain')" >"$work/ddl"
echo "SELECT budgetpm.create_ledger('made', root => '320000000') \\g /dev/null" >"$work/create_ledger"
printf '%s\n' 'SET LOCAL search_path = pg_catalog, budgetpm;' "\\i $work/ddl" >"$work/plain_DDL"
printf '%s\n' "SELECT budgetpm.drop_ledger('kept', 'kept') \\g /dev/null" >"$work/drop_ledger"
printf '%s\n' "SELECT count(*) FROM budgetpm.check_ledger('kept') \\g /dev/null" >"$work/check_ledger"
psql -XqAt -c "SELECT budgetpm.create_ledger('kept', root => '320000000')" >/dev/null

# Milliseconds of one of them, in a connection of its own that has done it once.
measure() {
	psql -XqAt -v ON_ERROR_STOP=1 <<-SQL
		SET client_min_messages = warning;
		SELECT pg_backend_pid() AS pid \\gset
		\\setenv BACKEND :pid
		BEGIN;
		\\i $work/$1
		ROLLBACK;
		BEGIN;
		\\set before \`cut -d ' ' -f 1 /proc/\$BACKEND/schedstat\`
		\\i $work/$1
		\\set after \`cut -d ' ' -f 1 /proc/\$BACKEND/schedstat\`
		ROLLBACK;
		SELECT round((:after - :before) / 1e6, 1);
	SQL
}

legs=(create_ledger plain_DDL drop_ledger check_ledger)
for ((round = 0; round < rounds; round++)); do
	for leg in "${legs[@]}"; do
		measure "$leg" >>"$work/$leg.times"
	done
done
median() { sort -n "$1" | sed -n "$((rounds / 2 + 1))p"; }

objects=$(psql -XqAt -c "SELECT count(*) FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass
	AND refobjid IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'kept%')")
plain=$(median "$work/plain_DDL.times")
echo "$objects objects in a ledger's schemas, $(grep -c ';$' "$work/ddl") lines that end a statement"
printf '%-16s %10s %16s %18s\n' '' ms 'to plain DDL' 'ms per 100 objects'
for leg in "${legs[@]}"; do
	awk -v leg="$leg" -v ms="$(median "$work/$leg.times")" -v plain="$plain" -v objects="$objects" \
		'BEGIN { printf "%-16s %10.1f %16.2f %18.1f\n", leg, ms, ms / plain, ms * 100 / objects }'
done
