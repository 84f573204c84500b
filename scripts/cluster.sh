#!/usr/bin/env bash
# cluster.sh: a throw-away PostgreSQL with this checkout's budgetpm in it.
#
#   cluster.sh run [OPTION]... [--] COMMAND...   start, run COMMAND, remove; passes on its status
#   cluster.sh shell [OPTION]... [--] [PSQL ARGUMENT]...   the same with psql
#   cluster.sh start [OPTION]...    leave it running; prints lines for eval
#   cluster.sh stop DIRECTORY       stop and remove one left by start or --keep
#   cluster.sh control DIRECTORY start|stop|restart|crash|status
#   cluster.sh stage                only build, and install into build/stage
#
#   --bare             no database: COMMAND finds postgres and template0/1 only
#   --database=NAME    the database made and connected to (contrib_regression)
#   --user=NAME        its owner, not a superuser (regress_owner)
#   --superuser        connect as the superuser, postgres
#   --set NAME=VALUE   a server setting; may be given many times
#   --keep             leave it running after COMMAND
#
# COMMAND gets PGHOST, PGPORT, PGDATABASE, PGUSER, the server's programs first in
# PATH, and BUDGETPM_CLUSTER, the directory.  Socket only, in a directory that only
# the server's user can enter: any number run beside each other, and trust
# authentication opens nothing.  As root the server runs as user postgres, or nobody.
# BUDGETPM_STAGE names a finished stage to use in place of building one;
# BUDGETPM_SERVER_ENV is put before the server's start (sanitizers).
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
config=${PG_CONFIG:-pg_config}
superuser=postgres
database=contrib_regression
owner=regress_owner
user=
settings=()
bare=
keep=
work=
life=
guard=
child=

say() { echo "cluster.sh: $*" >&2; }

usage() {
	sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# Runs a server program as the user the server runs as, in a directory it can
# read, without the descriptor whose closing means that this script has ended.
as_server() {
	(
		cd "$work"
		[ -z "$life" ] || exec {life}>&-
		if [ "$(id -u)" = 0 ]; then
			exec runuser -u "$server_user" -- "$@"
		else
			exec "$@"
		fi
	)
}

find_server() {
	bindir=$("$config" --bindir 2>/dev/null) || bindir=
	if [ ! -x "$bindir/initdb" ]; then
		say "no PostgreSQL server found through $config; see scripts/packages.sh build"
		exit 1
	fi
	if [ "$(id -u)" != 0 ]; then
		server_user=$(id -un)
	elif id postgres >/dev/null 2>&1; then
		server_user=postgres
	else
		server_user=nobody
	fi
}

# Builds this checkout and copies what an installation would hold to $1.
stage_into() {
	local target=$1
	if [ -n "${BUDGETPM_STAGE:-}" ]; then
		cp -R "$BUDGETPM_STAGE/." "$target"
		return
	fi
	mkdir -p "$top/build"
	(
		# Two runs in one checkout must not build over each other.
		if command -v flock >/dev/null; then
			exec 9>"$top/build/.lock"
			flock 9
		fi
		[ -z "$life" ] || exec {life}>&-
		rm -rf "$top/build/stage"
		# Not the flags of a make above: DATA=... of "make demo" is not PGXS's DATA.
		if ! env -u MAKEFLAGS -u MAKEOVERRIDES -u MAKELEVEL make -s -j2 -C "$top" \
			PG_CONFIG="$config" DESTDIR="$top/build/stage" install \
			>"$top/build/make.log" 2>&1; then
			cat "$top/build/make.log" >&2
			say "the build failed"
			exit 1
		fi
		# Warnings are worth seeing even when the build passes.
		grep -A 6 'warning:' "$top/build/make.log" >&2 || true
		[ "$target" = "$top/build/stage" ] || cp -R "$top/build/stage/." "$target"
	)
}

# Removes a cluster, however far it got and whatever state it is in.
remove() {
	local dir=$1 pid
	if [ -f "$dir/data/postmaster.pid" ]; then
		work=$dir
		as_server "$bindir/pg_ctl" -D "$dir/data" -m immediate -t 20 -w stop >/dev/null 2>&1 || {
			pid=$(head -n 1 "$dir/data/postmaster.pid" 2>/dev/null) || pid=
			[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true
		}
	fi
	rm -rf "$dir"
}

# Waits until this script has ended, by whatever cause, kill -9 included: the
# kernel then closes the other end of the pipe this reads.  "keep" spares it.
guard_cluster() {
	trap '' INT TERM HUP
	local word=
	read -r word || true
	life=
	[ "$word" = keep ] || remove "$work"
}

make_work() {
	work=$(mktemp -d /tmp/budgetpm.XXXXXX)
	exec {life}> >(guard_cluster)
	guard=$!
	trap finish EXIT
	trap 'interrupted 2' INT
	trap 'interrupted 15' TERM
	trap 'interrupted 1' HUP
}

log_tail() {
	local lines=15
	[ -f "$work/log" ] || return 0
	[ -f "$work/data/postmaster.pid" ] || lines=60
	! grep -qE 'terminated by signal|PANIC|TRAP:|Sanitizer|runtime error:' "$work/log" || lines=60
	echo "--- the last lines of the server's log" >&2
	tail -n "$lines" "$work/log" >&2
	echo "---" >&2
}

finish() {
	local status=$?
	trap - EXIT
	trap '' INT TERM HUP
	[ "$status" = 0 ] || log_tail
	if [ -n "$life" ]; then
		exec {life}>&-
		wait "$guard" 2>/dev/null || true
	fi
	exit "$status"
}

interrupted() {
	[ -z "$child" ] || kill -TERM -- "-$child" 2>/dev/null || true
	exit $((128 + $1))
}

# Points the server at the stage: Debian's patched setting, or the two of PostgreSQL 18.
write_settings() {
	local stage=$work/stage lib share setting
	lib=$("$config" --pkglibdir)
	share=$("$config" --sharedir)
	{
		cat <<-SETTINGS
			listen_addresses = ''
			unix_socket_directories = '$work'
			unix_socket_permissions = 0700
			port = 5432
			max_connections = 60
			max_prepared_transactions = 5
			shared_buffers = 64MB
			fsync = off
			full_page_writes = off
			jit = off
			lc_messages = 'C'
			log_line_prefix = '%m [%p] %u@%d '
			log_timezone = 'UTC'
			timezone = 'Asia/Shanghai'
			datestyle = 'ISO, YMD'
		SETTINGS
		if as_server "$bindir/postgres" -D "$work/data" -C extension_destdir >/dev/null 2>&1; then
			echo "extension_destdir = '$stage'"
			echo "dynamic_library_path = '$stage$lib:\$libdir'"
		elif as_server "$bindir/postgres" -D "$work/data" -C extension_control_path >/dev/null 2>&1; then
			echo "extension_control_path = '$stage$share:\$system'"
			echo "dynamic_library_path = '$stage$lib:\$libdir'"
		elif [ ! -e "$share/extension/budgetpm.control" ]; then
			say "this server can only load an installed extension: run make install first"
			return 1
		fi
		for setting in ${settings[@]+"${settings[@]}"}; do
			echo "${setting%%=*} = '${setting#*=}'"
		done
	} >"$work/settings"
	cat "$work/settings" >>"$work/data/postgresql.conf"
}

start_server() {
	local status=0
	as_server timeout 90 env ${BUDGETPM_SERVER_ENV:-} "$bindir/pg_ctl" -D "$work/data" \
		-l "$work/log" -t 60 -w start >"$work/start" 2>&1 || status=$?
	[ "$status" = 0 ] || {
		cat "$work/start" >&2
		say "the server did not start"
	}
	return "$status"
}

# The role that tests connect as makes ledgers, roles and databases and is no
# superuser: whatever needs more has to say so.
make_database() {
	"$bindir/psql" -Xq -v ON_ERROR_STOP=1 -h "$work" -p 5432 -U "$superuser" -d postgres \
		-v owner="$owner" -v database="$database" <<-'SQL'
			SET client_min_messages = warning;
			CREATE ROLE :"owner" LOGIN CREATEDB CREATEROLE;
			CREATE DATABASE budgetpm_template OWNER :"owner" TEMPLATE template0;
			\connect budgetpm_template
			SET client_min_messages = warning;
			CREATE EXTENSION postgis;
			CREATE EXTENSION budgetpm;
			\connect postgres
			ALTER DATABASE budgetpm_template IS_TEMPLATE true;
			CREATE DATABASE :"database" OWNER :"owner" TEMPLATE budgetpm_template;
		SQL
}

start_cluster() {
	find_server
	make_work
	mkdir "$work/stage"
	stage_into "$work/stage"
	[ "$(id -u)" != 0 ] || chown "$server_user" "$work"
	# Only modes change: the stage itself stays root's, and is only read.
	chmod -R a+rX "$work/stage"
	as_server "$bindir/initdb" -D "$work/data" -U "$superuser" -A trust --encoding=UTF8 \
		--no-locale --no-sync >"$work/start" 2>&1 || {
		cat "$work/start" >&2
		say "initdb failed"
		exit 1
	}
	write_settings
	start_server
	[ -n "$bare" ] || make_database
}

# What a client of the cluster in $work needs to know, and nothing of the caller's own servers.
client_environment() {
	unset PGSERVICE PGSERVICEFILE PGPASSWORD PGPASSFILE PGHOSTADDR PGOPTIONS PGSSLMODE \
		PGREQUIREPEER PGDATESTYLE PGTZ PGAPPNAME PGCONNECT_TIMEOUT PGTARGETSESSIONATTRS
	export PGHOST=$work PGPORT=5432 PGUSER=${user:-$owner} PGDATABASE=$database
	export PGCLIENTENCODING=UTF8 PSQLRC=/dev/null
	export BUDGETPM_CLUSTER=$work BUDGETPM_STAGE=$work/stage PATH=$bindir:$PATH
	[ -z "$bare" ] || export PGUSER=$superuser PGDATABASE=postgres
}

print_environment() {
	cat <<-LINES
		export PGHOST=$work PGPORT=5432 PGUSER=$PGUSER PGDATABASE=$PGDATABASE PGCLIENTENCODING=UTF8
		export BUDGETPM_CLUSTER=$work
		# stop it: scripts/cluster.sh stop $work
	LINES
}

spare() {
	echo keep >&"$life"
	exec {life}>&-
	life=
	wait "$guard" || true
}

# A command that holds the terminal runs in the foreground; any other gets a
# process group of its own, so that one signal ends it with all its children.
run_command() {
	local status=0
	client_environment
	if [ -t 0 ]; then
		(
			exec {life}>&-
			exec "$@"
		) || status=$?
	else
		set -m
		(
			exec {life}>&-
			exec "$@"
		) <&0 &
		child=$!
		set +m
		wait "$child" || status=$?
		child=
	fi
	if [ "$status" = 0 ] && [ ! -f "$work/data/postmaster.pid" ]; then
		say "the server was gone when the command ended"
		status=1
	fi
	if [ -n "$keep" ]; then
		spare
	fi
	return "$status"
}

control() {
	local mode
	find_server
	work=$1
	[ -d "$work/data" ] || {
		say "no cluster in \"$work\""
		exit 1
	}
	case $2 in
		start) start_server ;;
		stop) as_server "$bindir/pg_ctl" -D "$work/data" -m fast -w stop >/dev/null ;;
		crash) as_server "$bindir/pg_ctl" -D "$work/data" -m immediate -w stop >/dev/null ;;
		restart)
			as_server "$bindir/pg_ctl" -D "$work/data" -m fast -w stop >/dev/null
			start_server
			;;
		status) as_server "$bindir/pg_ctl" -D "$work/data" status >/dev/null ;;
		*) usage ;;
	esac
}

parse_options() {
	while [ $# -gt 0 ]; do
		case $1 in
			--bare) bare=yes ;;
			--keep) keep=yes ;;
			--superuser) user=$superuser ;;
			--database=*) database=${1#*=} ;;
			--user=*) owner=${1#*=} ;;
			--set)
				settings+=("$2")
				shift
				;;
			--set=*) settings+=("${1#--set=}") ;;
			--)
				shift
				break
				;;
			-*) usage ;;
			*) break ;;
		esac
		shift
	done
	command=("$@")
}

action=${1:-}
[ $# -eq 0 ] || shift
case $action in
	run)
		parse_options "$@"
		[ ${#command[@]} -gt 0 ] || usage
		start_cluster
		run_command "${command[@]}"
		;;
	shell)
		parse_options "$@"
		start_cluster
		run_command psql -X ${command[@]+"${command[@]}"}
		;;
	start)
		parse_options "$@"
		start_cluster
		client_environment
		print_environment
		spare
		;;
	stop)
		[ $# -eq 1 ] && [ -d "$1/data" ] || usage
		find_server
		remove "$1"
		;;
	control)
		[ $# -eq 2 ] || usage
		control "$@"
		;;
	stage)
		find_server
		mkdir -p "$top/build"
		stage_into "$top/build/stage"
		;;
	*) usage ;;
esac
