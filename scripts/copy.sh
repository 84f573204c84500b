#!/usr/bin/env bash
# copy.sh [--built] DIRECTORY: copies what a build needs, and nothing that one left;
# with --built what the last one left as well, so that the next has little to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
names=(-name '*.[ch]' -o -name '*.sql')
if [ "$1" = --built ]; then
	names+=(-o -name '*.[do]')
	shift
fi
mkdir -p "$1/scripts"
cp -p Makefile budgetpm.control "$1"
cp -p scripts/packages.sh "$1/scripts"
find src extension \( "${names[@]}" \) ! -name 'budgetpm--[0-9.]*[0-9].sql' -print0 |
	tar --null -T - -cf - | tar -xf - -C "$1"
find extension -name 'budgetpm--*--*.sql' -exec cp {} "$1/extension" \;
if [ ${#names[@]} -gt 4 ]; then
	cp -p budgetpm.so "$1"
	find extension -name 'budgetpm--[0-9.]*[0-9].sql' -exec cp -p {} "$1/extension" \;
fi
