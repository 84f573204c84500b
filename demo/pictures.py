#!/usr/bin/python3
"""pictures.py: the map and the S-curve of a project as one PNG, from the views of a ledger.

    demo/pictures.py LEDGER PROJECT PICTURE [AS_OF]

Reads through psql, as whoever the environment says (PGHOST, PGDATABASE, PGUSER), so it
shows what that role may read.  Needs Debian's python3-matplotlib.
"""
import csv
import io
import json
import subprocess
import sys

try:
    import matplotlib
except ImportError:
    sys.exit("pictures.py: python3-matplotlib is not installed")
matplotlib.use("Agg")
from matplotlib import dates, font_manager, pyplot
from matplotlib.collections import PolyCollection

BEHIND = ((0, "#3a9d5d", "on plan"), (10, "#e0a100", "behind by up to 10 points"), (1e9, "#c8373c", "behind by more"))


def rows(query):
    """What a query gives, as dictionaries of text."""
    copy = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "--csv", "-P", "tuples_only=off", "-c", query],
                          check=True, capture_output=True, text=True)
    return list(csv.DictReader(io.StringIO(copy.stdout)))


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def rings(geometry):
    """The outer rings of a GeoJSON polygon or multipolygon."""
    parts = geometry["coordinates"]
    return [part[0] for part in (parts if geometry["type"] == "MultiPolygon" else [parts])]


def use_chinese_font():
    """Takes a font with Chinese letters where there is one."""
    for font in font_manager.fontManager.ttflist:
        if any(word in font.name for word in ("WenQuanYi", "Noto Sans CJK", "Source Han Sans")):
            matplotlib.rcParams["font.family"] = [font.name, "DejaVu Sans"]
            return True
    return False


def draw_map(axes, ledger, as_of):
    shapes = rows(f"SELECT ST_AsGeoJSON(ST_SimplifyPreserveTopology(geom, 0.005), 4) AS shape FROM {ledger}_report.division_geo")
    polygons = [ring for row in shapes for ring in rings(json.loads(row["shape"]))]
    axes.add_collection(PolyCollection(polygons, facecolor="#f3f1ec", edgecolor="#9a958c", linewidth=0.4))
    places = rows(f"""SELECT ST_X(g.geom) AS x, ST_Y(g.geom) AS y, n.planned - coalesce(g.physical, 0) AS behind
        FROM {ledger}_report.project_geo g LEFT JOIN {ledger}.planned_progress({quoted(as_of)}) n USING (project_id)""")
    below = None
    for limit, colour, label in BEHIND:
        own = [p for p in places if p["behind"] and (below is None or float(p["behind"]) > below) and float(p["behind"]) <= limit]
        axes.scatter([float(p["x"]) for p in own], [float(p["y"]) for p in own], s=16, c=colour,
                     edgecolors="white", linewidths=0.4, zorder=3, label=f"{label} ({len(own)})")
        below = limit
    axes.autoscale_view()
    axes.set_aspect(1.18)
    axes.legend(loc="lower left", fontsize=7, frameon=False)
    axes.set_title(f"Projects against their plan, {as_of}", fontsize=9, loc="left")
    axes.tick_params(labelsize=7)


def draw_curve(axes, ledger, project, as_of, chinese):
    points = rows(f"SELECT * FROM {ledger}.project_curve({quoted(project)}, {quoted(as_of)})")
    name = rows(f"SELECT name FROM {ledger}.project WHERE official_code = {quoted(project)}")[0]["name"]
    for column, colour, label, style in (("planned", "#4a6fa5", "planned", "default"), ("physical", "#3a9d5d", "physical", "default"),
                                         ("paid", "#c8373c", "paid", "steps-post")):
        known = [p for p in points if p[column]]
        axes.plot([dates.datestr2num(p["day"]) for p in known], [float(p[column]) for p in known],
                  color=colour, label=label, linewidth=1.6, drawstyle=style)
    axes.axvline(dates.datestr2num(as_of), color="#9a958c", linewidth=0.8, linestyle=":")
    axes.xaxis_date()
    axes.xaxis.set_major_formatter(dates.DateFormatter("%m"))
    axes.set_ylim(0, 102)
    axes.set_ylabel("%", fontsize=8)
    axes.legend(loc="upper left", fontsize=7, frameon=False)
    axes.set_title(f"S-curve of {name + ' ' if chinese else ''}{project}", fontsize=9, loc="left")
    axes.tick_params(labelsize=7)
    axes.grid(color="#e4e1da", linewidth=0.6)


def main():
    ledger, project, picture = sys.argv[1:4]
    as_of = sys.argv[4] if len(sys.argv) > 4 else rows("SELECT CURRENT_DATE AS today")[0]["today"]
    chinese = use_chinese_font()
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4.6), gridspec_kw={"width_ratios": [1, 1.15]})
    draw_map(left, ledger, as_of)
    draw_curve(right, ledger, project, as_of, chinese)
    for axes in (left, right):
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(picture, dpi=100)
    print(picture)


main()
