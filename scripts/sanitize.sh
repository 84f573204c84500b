#!/usr/bin/env bash
# sanitize.sh [FILE...]: the tests under AddressSanitizer and UndefinedBehavior-
# Sanitizer, with the server's own assertions compiled in.  Without FILE, the
# regress files, specs and pgTAP scripts.  Ends as test.sh does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/packages.sh test
dir=build/sanitize
rm -rf "$dir"
scripts/copy.sh "$dir"
flags='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined'
env -u MAKEFLAGS make -s -j2 -C "$dir" CC=gcc COPT="$flags -DUSE_ASSERT_CHECKING" \
	DESTDIR="$PWD/$dir/stage" install

# Debian's server links libraries that bind their message catalogs while they are
# being loaded; under the sanitizer the server's own call then waits for ever on
# the lock that the first one holds.  Messages are not translated here.
outside=$(mktemp -d /tmp/budgetpm-sanitize.XXXXXX)
trap 'rm -rf "$outside"' EXIT
echo 'char *bindtextdomain(const char *domain, const char *path) { return (char *) path; }' |
	gcc -shared -fPIC -x c - -o "$outside/untranslated.so"
chmod 755 "$outside"

# The server is not instrumented, so the library's run-time has to come first.
# Leaks are the business of memory contexts, which the sanitizer cannot see into.
export BUDGETPM_STAGE="$PWD/$dir/stage"
BUDGETPM_SERVER_ENV="LD_PRELOAD=$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libubsan.so):$outside/untranslated.so"
BUDGETPM_SERVER_ENV+=' ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=1'
BUDGETPM_SERVER_ENV+=' UBSAN_OPTIONS=print_stacktrace=1'
export BUDGETPM_SERVER_ENV

shopt -s nullglob
[ $# -gt 0 ] || set -- sql/*.sql test/isolation/specs/*.spec test/pgtap/*.sql
scripts/test.sh "$@"
