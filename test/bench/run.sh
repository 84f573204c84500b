#!/usr/bin/env bash
# run.sh: every benchmark, one after the other; tables of ratios, never a verdict.
#
#   make bench
#   ROUNDS=5 SECONDS_EACH=3 CLIENTS="1 2 8 16" make bench
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/posting.sh"
"$here/workflow.sh"
"$here/tiles.sh"
exec "$here/../../scripts/cluster.sh" run --set shared_buffers=512MB -- "$here/types.sh"
