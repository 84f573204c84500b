#!/usr/bin/env bash
# approve.sh: the vote that opens and appropriates the lines of a draft budget
# (approve_budget), beside one INSERT of the rows it leaves in line, balance and journal
# into tables with the same columns, constraints and indexes.
#
#   UNITS=100 ROUNDS=3 test/bench/approve.sh     100 lines a unit, and the reserve
#
# Each round votes and inserts in one transaction that is rolled back. Prints medians in
# milliseconds with their spread, and the ratio.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
  exec "$here/../../scripts/cluster.sh" run --superuser --set fsync=on --set shared_buffers=512MB \
    --set max_wal_size=8GB --set checkpoint_timeout=30min -- "$0" "$@"
fi
psql -Xq -v ON_ERROR_STOP=1 -v units="${UNITS:-100}" -f "$here/approve/setup.sql" >/dev/null
for _ in $(seq "${ROUNDS:-3}"); do
  psql -XAtq -v ON_ERROR_STOP=1 -f "$here/approve/round.sql"
done | sort -n | awk -F'|' '
  { n++; vote[n] = $1; insert[n] = $2; lines = $3 }
  function median(v,  s, i, j, t) { for (i = 1; i <= n; i++) s[i] = v[i]
    for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (s[j] < s[i]) { t = s[i]; s[i] = s[j]; s[j] = t }
    least = s[1]; most = s[n]; return s[int((n + 1) / 2)] }
  END { a = median(vote); printf "%d lines: vote %d ms (%d-%d)", lines, a, least, most
    b = median(insert); printf ", INSERT of its rows %d ms (%d-%d), %.1f times\n", b, least, most, a / b }'
