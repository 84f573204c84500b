#!/usr/bin/env bash
# rollup.sh: a province's total out of the rollups, beside GROUP BY of its journal,
# with and without an old snapshot; and what rollups cost a posting.
#
#   ENTRIES=10000000 ROUNDS=5 SECONDS_EACH=4 OLD_SECONDS=30 RATE=1000 test/bench/rollup.sh
#
# The entries are generated into the tables with their guards off, which only a
# throw-away cluster may see. 10,000,000 need 6 GB.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
  exec "$here/../../scripts/cluster.sh" run --superuser --set shared_buffers=4GB \
    --set max_wal_size=16GB --set checkpoint_timeout=60min --set autovacuum_naptime=10s --set work_mem=64MB \
    --set maintenance_work_mem=512MB --set synchronous_commit=off -- "$0" "$@"
fi
psql -Xq -v entries="${ENTRIES:-10000000}" -f "$here/rollup/setup.sql"
exec perl "$here/rollup/run.pl"
