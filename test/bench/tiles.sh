#!/usr/bin/env bash
# tiles.sh: vector tiles over 100,000 sites, through project_tiles() for a reader under
# row security, beside bare ST_AsMVT queries of the owner: one on the same tables with
# the same attributes, one of sites with nothing but their key. And the hexagons of the
# heat grid, over tiles and over everything. Rounds are interleaved; each figure is the
# median of one client, with its ratios (target: at most 1.5 times the bare query).
#
#   ROUNDS=15 SITES=100000 test/bench/tiles.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
  exec "$here/../../scripts/cluster.sh" run --superuser --set shared_buffers=256MB --set autovacuum=off -- "$0" "$@"
fi
psql -Xq -v ON_ERROR_STOP=1 -v sites="${SITES:-100000}" -f "$here/tiles/setup.sql" >/dev/null
psql -XqAt -v ON_ERROR_STOP=1 -v rounds="${ROUNDS:-15}" -f "$here/tiles/run.sql"
