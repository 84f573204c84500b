#!/usr/bin/env bash
# signal.sh: what a night's assessment of all projects costs, beside one sequential
# scan of the tables that it reads.
#
#   PROJECTS=100000 CONTRACTS=0 ROUNDS=3 test/bench/signal.sh
#
# CONTRACTS gives each project so many contracts with three clauses.  The rows are
# generated with their guards off, which only a throw-away cluster may see.  100,000
# projects with 24 reports each need 2 GB.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
  exec "$here/../../scripts/cluster.sh" run --superuser --set shared_buffers=2GB --set max_wal_size=8GB \
    --set checkpoint_timeout=60min --set work_mem=64MB --set synchronous_commit=off -- "$0" "$@"
fi
psql -Xq -v projects="${PROJECTS:-100000}" -v contracts="${CONTRACTS:-0}" -f "$here/signal/setup.sql"
exec perl "$here/signal/run.pl" "${ROUNDS:-3}"
