#!/usr/bin/env bash
# format.sh [--check] [FILE...]: brings C files into the look of PostgreSQL's own
# with pgindent and the typedefs of this code and the server.  --check changes
# nothing and fails on a difference.
#
# pgindent and pg_bsd_indent come with the source of PostgreSQL 16 and later
# (src/tools) and have to be in PATH.  TOOL=clang-format does without them, by
# .clang-format: near, but it does not line up declarations as pgindent does.
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
	printf '%s\n' EVP_MD EVP_MD_CTX
	find src "$server" -name '*.h' -o -name '*.c' | xargs cat |
		perl -ne '
			print "$1\n" if /^\s*typedef\b[^(]*?\b(\w+)\s*(?:\[.*\])?;/;
			print "$1\n" if /^}\s*(\w+);/;
			print "$1\n" if /^typedef (?:struct|union|enum) \w+\s+\*?(\w+);/;
			print "$1\n" if /^typedef .*\(\*(\w+)\)/;' |
		sort -u
}

# What a file says without white space, comment stars and line breaks.
essence() { tr -d '[:space:]*/' <"$1" | cksum; }

# pg_bsd_indent breaks long lines between the bytes of a Chinese character: a file
# in which more than white space changed is put back, and named.
format_safely() {
	local file before
	for file in "${files[@]}"; do
		before=$(essence "$file")
		cp "$file" build/unformatted
		pgindent --typedefs=build/typedefs.list "$file" || true
		[ "$(essence "$file")" = "$before" ] && continue
		cp build/unformatted "$file"
		echo "left as it was, more than white space would change: $file" >&2
	done
	rm -f build/unformatted
}

if [ "${TOOL:-}" = clang-format ]; then
	scripts/packages.sh format
	if [ -n "$check" ]; then
		clang-format --dry-run --Werror "${files[@]}"
	else
		clang-format -i "${files[@]}"
	fi
elif command -v pgindent >/dev/null && command -v pg_bsd_indent >/dev/null; then
	mkdir -p build
	write_typedefs >build/typedefs.list
	if [ -n "$check" ]; then
		pgindent --check --typedefs=build/typedefs.list "${files[@]}"
	else
		format_safely
	fi
else
	echo "pgindent is not in PATH: build src/tools/pg_bsd_indent of PostgreSQL's source" >&2
	echo "(16 or later) and put it there with src/tools/pgindent, or say TOOL=clang-format" >&2
	exit 1
fi
