#!/usr/bin/env bash
# posting.sh: what a payment costs, beside the bare limit and the usual ways.
# Rounds are interleaved; each figure is the median with its spread. CPU is the
# kernel's account of the server's processes a transaction.
#
#   ROUNDS=5 SECONDS_EACH=3 CLIENTS="1 2 8 16" test/bench/posting.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
  exec "$here/../../scripts/cluster.sh" run --superuser --set fsync=on --set shared_buffers=512MB \
    --set max_wal_size=8GB --set checkpoint_timeout=30min --set autovacuum_naptime=10min \
    --set max_pred_locks_per_transaction=1024 -- "$0" "$@"
fi
psql -Xq -f "$here/posting/setup.sql" >/dev/null
pgbench -i -q -s 16 2>/dev/null
exec perl "$here/posting/run.pl"
