#!/usr/bin/env bash
# batch.sh: what an entry of a batch costs, beside one set-based statement that does
# the bare work on tables with the same columns and indexes. Rounds are interleaved;
# each figure is the median with its spread, from one client.
#
# Then 100,000 payments by COPY into the document table, and as many staged entries.
#
#   ROUNDS=7 ENTRIES=10000 COPY_ROUNDS=3 COPIED=100000 test/bench/batch.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
  exec "$here/../../scripts/cluster.sh" run --superuser --set fsync=on --set shared_buffers=512MB \
    --set max_wal_size=8GB --set checkpoint_timeout=30min --set autovacuum_naptime=10min -- "$0" "$@"
fi
psql -Xq -v entries="${ENTRIES:-10000}" -f "$here/batch/setup.sql" >/dev/null
exec perl "$here/batch/run.pl"
