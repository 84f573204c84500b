#!/usr/bin/env bash
# format.sh [--check] [FILE...]: brings C files into the look of PostgreSQL's own,
# by pgindent where it is installed (with the typedefs of this code and the
# server's), by clang-format otherwise.  --check changes nothing and fails on a
# difference.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

check=
if [ "${1:-}" = --check ]; then
	check=yes
	shift
fi
files=("$@")
[ $# -gt 0 ] || mapfile -t files < <(find src -name '*.[ch]' | sort)

# Names that are types: ours from the code, the server's from its headers.
write_typedefs() {
	local server
	server=$("${PG_CONFIG:-pg_config}" --includedir-server)
	find src "$server" -name '*.h' -o -name '*.c' | xargs cat |
		perl -ne '
			print "$1\n" if /^\s*typedef\b[^(]*?\b(\w+)\s*(?:\[.*\])?;/;
			print "$1\n" if /^}\s*(\w+);/;
			print "$1\n" if /^typedef (?:struct|union|enum) \w+\s+\*?(\w+);/;
			print "$1\n" if /^typedef .*\(\*(\w+)\)/;' |
		sort -u >build/typedefs.list
}

if command -v pgindent >/dev/null && command -v pg_bsd_indent >/dev/null; then
	mkdir -p build
	write_typedefs
	pgindent ${check:+--check} --typedefs=build/typedefs.list "${files[@]}"
else
	scripts/packages.sh format
	if [ -n "$check" ]; then
		clang-format --dry-run --Werror "${files[@]}"
	else
		clang-format -i "${files[@]}"
	fi
fi
