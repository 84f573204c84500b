#!/usr/bin/env bash
# map.sh [PICTURE]: projects of Jiangsu on their counties, and pictures of them, in the
# server that PGHOST, PGDATABASE and PGUSER say.  Boundaries are data of others: they come
# from BUDGETPM_SHARED (or ../shared) where that is, and the map goes without otherwise.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
picture=${1:-$(mktemp -d)/projects.png}
case $picture in /*) ;; *) picture=$PWD/$picture ;; esac
data=${BUDGETPM_SHARED:-../shared}/data/boundaries/counties_13_15_32.geojson.gz

psql -XqAt -v ON_ERROR_STOP=1 -f demo/map.sql
if [ -r "$data" ]; then
	{
		printf 'CREATE TEMP TABLE sent (document text);\nCOPY sent FROM STDIN (FORMAT csv, DELIMITER E'"'\\\\x01'"', QUOTE E'"'\\\\x02'"');\n'
		zcat "$data"
		printf '\n\\.\n'
		cat demo/map_boundaries.sql
	} | psql -XqAt -v ON_ERROR_STOP=1 -f -
else
	echo "no boundaries: there is no $data"
fi
psql -XqAt -v ON_ERROR_STOP=1 -f demo/map_projects.sql
python=$(command -v /usr/bin/python3 || command -v python3 || true)
if [ -n "$python" ] && "$python" -c 'import matplotlib' 2>/dev/null; then
	"$python" demo/pictures.py jiangsu_map KEY-001 "$picture" 2025-09-30 >/dev/null
	echo "The map and the S-curve of a project are in $picture"
else
	echo "no picture: install python3-matplotlib, then run demo/pictures.py jiangsu_map KEY-001 $picture 2025-09-30"
fi
# QGIS is large, so nothing installs it; where it is, it shows the same ledger.
if [ -n "$python" ] && "$python" -c 'import qgis.core' 2>/dev/null; then
	"$python" demo/qgis_map.py jiangsu_map "${picture%.png}_qgis.png" "${picture%.png}.qgs" >/dev/null
	echo "The same map as QGIS draws it is in ${picture%.png}_qgis.png; open ${picture%.png}.qgs in QGIS while the server runs"
fi
