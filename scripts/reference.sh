#!/usr/bin/env bash
# reference.sh: writes docs/reference.md from COMMENT ON, by asking a throw-away
# database with the extension and a ledger in it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "${1:-}" != --inside ]; then
	exec scripts/cluster.sh run -- scripts/reference.sh --inside </dev/null
fi

psql -XAtq -v ON_ERROR_STOP=1 -c "SET client_min_messages = warning" \
	-c "SELECT budgetpm.create_ledger('budget', root => '320000000')" >/dev/null
psql -XAtq -v ON_ERROR_STOP=1 -v ledger=budget -f scripts/reference.sql |
	sed 's/[[:space:]]*$//' >build/reference.md
# Empty lines collapse to one: sections without objects leave some behind.
cat -s build/reference.md >docs/reference.md
echo "docs/reference.md: $(grep -c '^\* \|^### ' docs/reference.md) objects"
