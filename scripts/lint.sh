#!/usr/bin/env bash
# lint.sh: what can be known without running: no warning from gcc or clang, the
# symbols the library shows, and the rules of the house (scripts/lint.pl).
# Ends with a line for each check and fails if one did.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
failed=0

report() {
	local status=$1 what=$2
	if [ "$status" = 0 ]; then
		echo "ok    $what"
	else
		echo "FAIL  $what"
		failed=1
	fi
}

# Builds a copy, so that objects of one compiler never meet those of another.
build_with() {
	local compiler=$1 flags=$2 dir=build/lint-$1
	rm -rf "$dir"
	scripts/copy.sh "$dir"
	env -u MAKEFLAGS make -s -C "$dir" CC="$compiler" COPT="-Werror $flags" all
}

# Names shared with the server's other libraries must not be able to clash.
check_symbols() {
	local library=$1 others
	[ -e "$library" ] || return 1
	others=$(nm -D --defined-only "$library" | awk '{ print $3 }' |
		grep -vE '^(bpm_[a-z0-9_]+|pg_finfo_bpm_[a-z0-9_]+|Pg_magic_func|_PG_init|_init|_fini)$')
	[ -z "$others" ] || printf 'exported without our prefix: %s\n' $others
	[ -z "$others" ]
}

# Each C function of the install script is in the library, and none is in vain.
check_functions() {
	local library=$1 script=$2 status=0 named present
	[ -e "$library" ] || return 1
	named=$(grep -ohE "'MODULE_PATHNAME', *'[a-z0-9_]+'" "$script" extension/ledger/*.sql |
		sed "s/.*'\([a-z0-9_]*\)'$/\1/" | sort -u)
	present=$(nm -D --defined-only "$library" | sed -n 's/.* pg_finfo_//p' | sort -u)
	diff <(echo "$named") <(echo "$present") >build/functions.diff || status=1
	sed -n 's/^< /in SQL, not in C: /p; s/^> /in C, not in SQL: /p' build/functions.diff
	return $status
}

check_scripts() {
	local file status=0
	for file in scripts/*.sh demo/*.sh test/bench/*.sh .ci/run; do
		[ ! -e "$file" ] || bash -n "$file" || status=1
	done
	for file in scripts/*.pl test/faults/*.pl test/t/*.pl test/lib/Budgetpm/*.pm; do
		[ ! -e "$file" ] || perl -Itest/lib -c "$file" 2>build/perl.out || {
			cat build/perl.out
			status=1
		}
	done
	return $status
}

scripts/packages.sh lint || exit 1
mkdir -p build
build_with gcc ''
report $? 'gcc -Wall -Wextra -Werror'
# The server's flags are gcc's; clang is only told not to mind those it lacks.
build_with clang '-Wno-unknown-warning-option -Wno-ignored-optimization-argument -Wno-unused-command-line-argument -Wno-ignored-attributes'
report $? 'clang -Wall -Wextra -Werror'
check_symbols build/lint-gcc/budgetpm.so
report $? 'exported symbols'
check_functions build/lint-gcc/budgetpm.so build/lint-gcc/extension/budgetpm--*.sql
report $? 'C functions and their SQL declarations'
scripts/lint.pl
report $? 'rules of the house'
check_scripts
report $? 'scripts'
test/faults/run.pl --fit
report $? 'planted faults fit the source'
exit $failed
