#!/usr/bin/env bash
# cap.sh: what a cap shared by all lines costs a payment: none, one row, slots.
# Rounds are interleaved; each figure is the median with its spread, and its ratio
# to the throughput without a cap.
#
#   ROUNDS=5 SECONDS_EACH=3 CLIENTS="1 8" SLOTS="8 16" test/bench/cap.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
  exec "$here/../../scripts/cluster.sh" run --superuser --set fsync=on --set shared_buffers=512MB \
    --set max_wal_size=8GB --set checkpoint_timeout=30min --set autovacuum_naptime=10s -- "$0" "$@"
fi
psql -Xq -f "$here/cap/setup.sql" >/dev/null
exec perl "$here/cap/run.pl"
