#!/usr/bin/env bash
# tiles.sh: a vector tile at zoom 8 over 100,000 sites, through project_tiles() for a
# reader under row security, beside a bare ST_AsMVT query of the owner on the same
# tables and attributes. Rounds are interleaved; each figure is the median of one
# client, with the ratio to the bare query (target: at most 1.5).
#
#   ROUNDS=15 SITES=100000 test/bench/tiles.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
  exec "$here/../../scripts/cluster.sh" run --superuser --set shared_buffers=256MB --set autovacuum=off -- "$0" "$@"
fi
psql -Xq -v ON_ERROR_STOP=1 -v sites="${SITES:-100000}" -f "$here/tiles/setup.sql" >/dev/null
psql -XqAt -v ON_ERROR_STOP=1 -v rounds="${ROUNDS:-15}" -f "$here/tiles/run.sql"
