#!/usr/bin/env bash
# copy.sh DIRECTORY: copies what a build needs, and nothing that one left.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p "$1/scripts"
cp Makefile budgetpm.control "$1"
cp scripts/packages.sh "$1/scripts"
find src extension \( -name '*.[ch]' -o -name '*.sql' \) ! -name 'budgetpm--[0-9.]*[0-9].sql' -print0 |
	tar --null -T - -cf - | tar -xf - -C "$1"
find extension -name 'budgetpm--*--*.sql' -exec cp {} "$1/extension" \;
