#!/usr/bin/env bash
# planning.sh: submissions a second of units with ten requests of ten items, in one
# province of 600 units, beside pgbench's TPC-B-like transaction in the same run.
#
#   CLIENTS="1 8" SUBMISSIONS=96 ROUNDS=3 test/bench/planning.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
  exec "$here/../../scripts/cluster.sh" run --superuser --set fsync=on --set shared_buffers=512MB \
    --set max_wal_size=8GB --set checkpoint_timeout=30min -- "$0" "$@"
fi
rounds=${ROUNDS:-3}
submissions=${SUBMISSIONS:-96}
psql -Xq -v ON_ERROR_STOP=1 -f "$here/planning/setup.sql"
pgbench -i -q -s 16 2>/dev/null

# Transactions a second of one run.
rate() {
  pgbench -n -M prepared "$@" 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

echo "clients  tpcb-like/s  submissions/s  a submission costs  a request"
for clients in ${CLIENTS:-1 8}; do
  bare=
  ours=
  for _ in $(seq "$rounds"); do
    bare+="$(rate -c "$clients" -j 2 -T 2 -b tpcb-like)"$'\n'
    # each unit submits once: 600 are enough for 2 numbers of clients x 3 rounds x 96
    ours+="$(rate -c "$clients" -j 2 -t $((submissions / clients)) -f "$here/planning/submit.sql")"$'\n'
  done
  bare=$(printf %s "$bare" | median)
  ours=$(printf %s "$ours" | median)
  awk -v c="$clients" -v b="$bare" -v o="$ours" \
    'BEGIN { printf "%7d  %11.0f  %13.1f  %8.1f tpcb-like  %.1f\n", c, b, o, b / o, b / o / 10 }'
done
