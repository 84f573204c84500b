#!/usr/bin/env bash
# workflow.sh: decisions a second, beside pgbench's TPC-B-like transaction in the same
# run, and the tasks of a person with 200 open among 1,000,000.
#
#   ROUNDS=3 SECONDS_EACH=3 CLIENTS="1 8" test/bench/workflow.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
  exec "$here/../../scripts/cluster.sh" run --superuser --set fsync=on --set shared_buffers=512MB \
    --set max_wal_size=8GB --set checkpoint_timeout=30min --set autovacuum_naptime=10min -- "$0" "$@"
fi
rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-3}
psql -Xq -v ON_ERROR_STOP=1 -f "$here/workflow/setup.sql"
pgbench -i -q -s 16 2>/dev/null

# Transactions a second of one run.
rate() {
  pgbench -n -M prepared -T "$seconds" "$@" 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

echo "clients  tpcb-like/s  decisions/s  a decision costs"
for clients in ${CLIENTS:-1 8}; do
  bare=
  ours=
  for _ in $(seq "$rounds"); do
    bare+="$(rate -c "$clients" -j 2 -b tpcb-like)"$'\n'
    ours+="$(rate -c "$clients" -j 2 -f "$here/workflow/decisions.sql")"$'\n'
  done
  bare=$(printf %s "$bare" | median)
  ours=$(printf %s "$ours" | median)
  # four calls a script, one to begin the case and three decisions
  awk -v c="$clients" -v b="$bare" -v o="$ours" \
    'BEGIN { printf "%7d  %11.0f  %11.0f  %.2f tpcb-like\n", c, b, 4 * o, b / (4 * o) }'
done
echo
echo "my_tasks() of a person with 200 open among 1,000,000: calls/s at 1 client"
rate -c 1 -f "$here/workflow/my_tasks.sql"
psql -Xq <<'SQL'
SELECT seq_scan AS before FROM pg_stat_user_tables WHERE relid = 'budget.task'::regclass \gset
SELECT count(*) AS tasks FROM budget.my_tasks('wb_0');
SELECT pg_sleep(1) \g /dev/null
SELECT seq_scan - :before AS sequential_scans FROM pg_stat_user_tables WHERE relid = 'budget.task'::regclass;
SQL
