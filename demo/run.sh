#!/usr/bin/env bash
# run.sh: what "make demo" does.  Installs what is missing or names it, builds,
# starts a PostgreSQL of its own, and hands over to demo/main.sh, which finds the
# database in PGHOST, PGDATABASE and PGUSER.
#
#   KEEP=1      leaves the server running afterwards and says how to stop it
#   DATA=dir    loads these CSV files (docs/import.md) in place of the generated province
set -euo pipefail
caller=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Runs inside the cluster.
if [ "${1:-}" = --inside ]; then
	status=0
	demo/main.sh || status=$?
	echo
	if [ "$status" != 0 ]; then
		echo "The demonstration failed."
	elif [ -n "${KEEP:-}" ]; then
		cat <<-TEXT
			The server goes on running.  To look around:

			    psql -h $PGHOST -p $PGPORT -U $PGUSER $PGDATABASE

			To stop and remove it:

			    scripts/cluster.sh stop $BUDGETPM_CLUSTER
		TEXT
	else
		cat <<-TEXT
			The server is being removed.  To keep it and look around with

			    psql -h DIRECTORY -p $PGPORT -U $PGUSER $PGDATABASE

			run: make demo KEEP=1   (it then prints DIRECTORY)
		TEXT
	fi
	exit "$status"
fi

if [ -n "${DATA:-}" ]; then
	case $DATA in
		/*) ;;
		*) DATA=$caller/$DATA ;;
	esac
	if [ ! -d "$DATA" ]; then
		echo "demo: there is no directory \"$DATA\"" >&2
		exit 1
	fi
fi
export DATA="${DATA:-}" KEEP="${KEEP:-}"
[ "$KEEP" != 0 ] || KEEP=

scripts/packages.sh build demo
echo "building, and starting a PostgreSQL of our own ..."
exec scripts/cluster.sh run --database=budgetpm_demo --user=budget_admin \
	${KEEP:+--keep} --set shared_buffers=256MB --set synchronous_commit=off \
	--set max_wal_size=4GB --set maintenance_work_mem=128MB \
	-- demo/run.sh --inside </dev/null
