#!/usr/bin/env bash
# test.sh [--accept] [FILE...]: builds, starts a throw-away cluster, runs every
# test or the named files, and ends with "N passed, N failed, N skipped".
#
# The folder says which runner a file belongs to: sql/ pg_regress,
# test/isolation/specs/ isolation, test/pgtap/ pgTAP, test/t/ Perl.  One regress
# file and one isolation spec count as one, pgTAP and Perl by assertion.
# --accept copies the results of regress files and specs to expected/.
# CI=true turns a test that was skipped for want of a package into a failure.
#
# Several files run in as many lanes as there are processors, two at most or what
# BUDGETPM_TEST_LANES says, each with a cluster of its own: a lane takes the next
# file when it is done with one.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
limit=${BUDGETPM_TEST_SECONDS:-600}
limit=${limit%%.*}

count() { echo "$1 $2 $3" >>"$BUDGETPM_COUNTS"; }

# A new database of the name the client expects, made from the template, so that
# no test meets what another left.
fresh_database() {
	psql -XqAt -v ON_ERROR_STOP=1 -U postgres -d postgres >/dev/null <<-SQL || return 1
		SET client_min_messages = warning;
		DROP DATABASE IF EXISTS "$PGDATABASE" WITH (FORCE);
		CREATE DATABASE "$PGDATABASE" OWNER "$PGUSER" TEMPLATE budgetpm_template;
		ALTER DATABASE "$PGDATABASE" SET timezone_abbreviations = 'Default';
	SQL
	[ "${1:-}" != pgtap ] || psql -XqAt -v ON_ERROR_STOP=1 -U postgres \
		-c 'SET client_min_messages = warning' -c 'CREATE EXTENSION pgtap'
}

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", b - a }'; }

# The file that says that a regress file or spec has passed with all that it depends on
# as it is now, and holds how many seconds that took.
stamp_of() {
	local expected=expected
	[[ $1 != *.spec ]] || expected=test/isolation/expected
	echo "build/passed/$({
		echo "$1"
		find "$BUDGETPM_STAGE" -name 'budgetpm*' -type f -print0 | sort -z | xargs -0 cat
		cat "$1" "$expected/$(basename "${1%.*}").out" test/lib/regress.sql
	} | sha256sum | cut -c 1-32)"
}

# Runs one file under pg_regress or its isolation brother and compares; $1 is
# the runner, $2 the file, $3 its input directory, $4 where expected output lives.
run_compared() {
	local runner=$1 file=$2 input=$3 expected=$4
	local name output start status=0
	name=$(basename "$file")
	name=${name%.*}
	output=${BUDGETPM_RESULTS:-build/results}/$(basename "$runner")/$name
	rm -rf "$output"
	mkdir -p "$output"
	start=$EPOCHREALTIME
	if fresh_database; then
		timeout -k 10 "$limit" "$runner" --use-existing --dbname="$PGDATABASE" \
			--inputdir="$input" --outputdir="$output" --bindir="$bindir" \
			--launcher='env PGTZ=Asia/Shanghai PGDATESTYLE=ISO,YMD' \
			"$name" >"$output/log" 2>&1 </dev/null || status=$?
	else
		echo "could not make a database" >"$output/log"
		status=1
	fi
	if [ "$status" != 0 ] && [ -n "${BUDGETPM_ACCEPT:-}" ] && [ -s "$output/results/$name.out" ]; then
		mkdir -p "$expected"
		cp "$output/results/$name.out" "$expected/$name.out"
		echo "took  $expected/$name.out: read it before you commit it"
		count 1 0 0
		return
	fi
	if [ "$status" = 0 ]; then
		count 1 0 0
		mkdir -p build/passed
		awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f\n", b - a }' >"$(stamp_of "$file")"
		echo "ok    $file $(seconds_since "$start")"
		return
	fi
	count 0 1 0
	echo "FAIL  $file $(seconds_since "$start")"
	[ "$status" != 124 ] || echo "      still running after $limit s"
	if [ -s "$output/regression.diffs" ]; then
		sed -n '3,200s/^/      /p' "$output/regression.diffs"
	elif [ ! -e "$expected/$name.out" ] && [ -s "$output/results/$name.out" ]; then
		echo "      there is no $expected/$name.out; this is what the file gave:"
		sed -n '1,200s/^/      /p' "$output/results/$name.out"
	else
		sed 's/^/      /' "$output/log"
	fi
}

# Counts files that cannot run for want of a package.
skip_files() {
	local reason=$1
	shift
	[ $# -gt 0 ] || return 0
	printf "skip  %s: $reason\n" "$@"
	if [ "${CI:-}" = true ]; then
		echo "      skipped for want of a package: a failure in CI"
		count 0 $# 0
	else
		count 0 0 $#
	fi
}

run_tap() {
	[ $# -gt 0 ] || return 0
	timeout -k 10 $((limit * 4)) scripts/tap.pl "$BUDGETPM_COUNTS" "$@" </dev/null
	# It counts its own failures; any other status means that it did not get to that.
	[ $? -le 1 ] || count 0 1 0
}

# Whether a package that a kind of test needs is there; asked once a lane.
has_pgtap() { [ -e "$("${PG_CONFIG:-pg_config}" --sharedir)/extension/pgtap.control" ]; }
has_ipc_run() { perl -MIPC::Run -e 1 2>/dev/null; }

# Runs one file by the runner that its folder says.
run_file() {
	local file=$1
	case $file in
		sql/*.sql) run_compared "$pgxs/test/regress/pg_regress" "$file" . expected ;;
		test/isolation/specs/*.spec)
			run_compared "$pgxs/test/isolation/pg_isolation_regress" "$file" \
				test/isolation test/isolation/expected
			;;
		test/pgtap/*.sql)
			if [ "$pgtap" = yes ]; then run_tap "$file"; else skip_files 'pgTAP is not installed' "$file"; fi
			;;
		test/t/*.pl)
			if [ "$ipc_run" = yes ]; then run_tap "$file"; else skip_files 'IPC::Run is not installed' "$file"; fi
			;;
		*)
			echo "FAIL  $file: no runner for this name"
			count 0 1 0
			;;
	esac
}

# Prints the next file of the queue and takes it out; false at its end.
next_file() {
	local file
	exec 8>>"$queue.lock"
	flock 8
	file=$(head -n 1 "$queue")
	sed -i 1d "$queue"
	exec 8>&-
	[ -n "$file" ] && echo "$file"
}

# The part that runs inside a cluster, with its server in the environment: the
# files named, or with --queue those that it gets from a file of names.
inside() {
	local file output queue=""
	local pgtap=no ipc_run=no
	pgxs=$(dirname "$("${PG_CONFIG:-pg_config}" --pgxs)")/..
	bindir=$("${PG_CONFIG:-pg_config}" --bindir)
	! has_pgtap || pgtap=yes
	! has_ipc_run || ipc_run=yes
	if [ "${1:-}" = --queue ]; then
		queue=$2
		# In one piece, so that what two lanes say is not mixed.
		while file=$(next_file); do
			output=$(run_file "$file" 2>&1)
			printf '%s\n' "$output"
		done
	else
		for file in "$@"; do
			run_file "$file"
		done
	fi
	# A backend that died may have been forgiven by the test it died in.
	if grep -E 'was terminated by signal|PANIC:|TRAP:|AddressSanitizer|runtime error:' "$BUDGETPM_CLUSTER/log"; then
		echo "FAIL  the server's log shows a crash"
		count 0 1 0
	fi
	echo done >>"$BUDGETPM_COUNTS"
}

# Runs all files, the long ones first, in lanes beside each other.
run_lanes() {
	local queue lane
	queue=$(mktemp)
	printf '%s\n' "$@" | awk '{ print ($0 ~ /^test\/t\//) ? 0 : 1, $0 }' | sort -s -k 1,1 | cut -d ' ' -f 2- >"$queue"
	for ((lane = 0; lane < lanes; lane++)); do
		scripts/cluster.sh run -- scripts/test.sh --inside --queue "$queue" </dev/null &
	done
	wait
	rm -f "$queue" "$queue.lock"
}

# The last line, and a status that agrees with it.
conclude() {
	local passed failed skipped
	read -r passed failed skipped < <(awk 'NF == 3 { p += $1; f += $2; s += $3 }
		END { print p + 0, f + 0, s + 0 }' "$BUDGETPM_COUNTS")
	[ "$(grep -cx done "$BUDGETPM_COUNTS")" = "$lanes" ] || {
		echo "FAIL  the run did not come to its end"
		failed=$((failed + 1))
	}
	if [ $((passed + failed + skipped)) = 0 ]; then
		echo "FAIL  there was nothing to run"
		failed=1
	fi
	rm -f "$BUDGETPM_COUNTS"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}

part=${1:-}
case ${1:-} in
	--inside)
		shift
		inside "$@"
		exit
		;;
	--stamp)
		stamp_of "$2"
		exit
		;;
	--fresh-database)
		fresh_database "${2:-}"
		exit
		;;
	--accept)
		export BUDGETPM_ACCEPT=yes
		shift
		;;
esac

# An error of the shell itself, as in arithmetic, ends the command above, but not this
# script: the part inside a cluster must never start one.
[ "$part" != --inside ] || exit 1

BUDGETPM_COUNTS=$(mktemp)
export BUDGETPM_COUNTS
# A lane in the background does not hear Ctrl-C by itself.
trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT
trap 'kill $(jobs -p) 2>/dev/null; exit 143' TERM
shopt -s nullglob
files=("$@")
[ $# -gt 0 ] || files=(sql/*.sql test/isolation/specs/*.spec test/pgtap/*.sql test/t/*.pl)
lanes=${BUDGETPM_TEST_LANES:-$(($(nproc) > 1 ? 2 : 1))}
[ ${#files[@]} -gt 3 ] || lanes=1
if scripts/packages.sh test; then
	if [ "$lanes" -gt 1 ]; then
		run_lanes "${files[@]}"
	else
		scripts/cluster.sh run -- scripts/test.sh --inside ${files[@]+"${files[@]}"} </dev/null
	fi
fi
conclude
