#!/usr/bin/env bash
# main.sh: the demonstration, inside the server that demo/run.sh has started.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ -n "${DATA:-}" ]; then
	exec demo/import.sh "$DATA"
fi
demo/province.sh
echo
exec demo/map.sh
