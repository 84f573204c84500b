#!/usr/bin/env bash
# monitor.sh: what payment monitoring costs a payment, and a request with its payment:
# with a library that has no watch over postings, with the watch and no active rule,
# and with six of the rules that ship active. Rounds are interleaved; each figure is
# the median with its spread, and its ratio to the throughput without the watch.
#
#   ROUNDS=3 SECONDS_EACH=3 CLIENTS=1 test/bench/monitor.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
if [ -z "${BUDGETPM_CLUSTER:-}" ]; then
  stage=$(mktemp -d)
  trap 'rm -rf "$stage"' EXIT
  "$top/scripts/cluster.sh" stage
  cp -r "$top/build/stage/." "$stage"
  BUDGETPM_STAGE=$stage "$top/scripts/cluster.sh" run --superuser --set fsync=on \
    --set shared_buffers=512MB --set max_wal_size=8GB --set checkpoint_timeout=30min -- "$0" "$@"
  exit
fi
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
"$top/scripts/copy.sh" "$copy"
sed -i 's/^\tbpm_register_watcher(&watcher);$/\t(void) watcher;/' "$copy/src/project/watch.c"
grep -q '(void) watcher;' "$copy/src/project/watch.c"
make -s -C "$copy" PG_CONFIG="${PG_CONFIG:-pg_config}" budgetpm.so
psql -Xq -v ON_ERROR_STOP=1 -f "$here/monitor/setup.sql" >/dev/null
BUDGETPM_LIBRARY="$BUDGETPM_STAGE$("${PG_CONFIG:-pg_config}" --pkglibdir)/budgetpm.so" \
  BUDGETPM_UNWATCHED="$copy/budgetpm.so" perl "$here/monitor/run.pl"
