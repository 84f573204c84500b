#!/usr/bin/python3
"""pictures.py: the map and the S-curve of a project as one PNG, from the views of a ledger.

    demo/pictures.py LEDGER PROJECT PICTURE [AS_OF]

Reads through psql, as whoever the environment says (PGHOST, PGDATABASE, PGUSER), so it
shows what that role may read.  Needs Debian's python3-matplotlib; with a font that has
Chinese letters (fonts-wqy-microhei) labels are in both languages, otherwise in English.
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

# A colour and a shape each, for those who cannot tell red from green.
SIGNALS = (("red", "#c8373c", "s", ("red", "红")), ("yellow", "#e0a100", "^", ("yellow", "黄")), ("green", "#3a9d5d", "o", ("green", "绿")),
           ("blue", "#2f6db5", "D", ("blue", "蓝")), (None, "#8a8580", ".", ("not judged", "未评")))
CURVES = (("planned", "#4a6fa5", ("planned", "计划进度"), "default", "-"), ("physical", "#3a9d5d", ("physical", "形象进度"), "default", "-"),
          ("paid", "#c8373c", ("paid", "支付进度"), "steps-post", "--"))
CHINESE = ("wqy", "NotoSansCJK", "NotoSerifCJK", "SourceHanSans", "DroidSansFallback")


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
    """Takes a font with Chinese letters where there is one, also if it came after matplotlib's list of fonts."""
    for path in sorted(font_manager.findSystemFonts()):
        if any(word in path for word in CHINESE):
            try:
                font_manager.fontManager.addfont(path)
                name = font_manager.FontProperties(fname=path).get_name()
            except (OSError, RuntimeError):
                continue
            matplotlib.rcParams["font.family"] = [name, "DejaVu Sans"]
            return True
    return False


def both(words, chinese):
    """A label in both languages, where the second can be drawn."""
    return f"{words[1]} {words[0]}" if chinese else words[0]


def draw_map(axes, ledger, as_of, chinese):
    """Projects by the newest signal of each."""
    shapes = rows(f"SELECT ST_AsGeoJSON(ST_SimplifyPreserveTopology(geom, 0.005), 4) AS shape FROM {ledger}_report.division_geo")
    polygons = [ring for row in shapes for ring in rings(json.loads(row["shape"]))]
    axes.add_collection(PolyCollection(polygons, facecolor="#f3f1ec", edgecolor="#9a958c", linewidth=0.4))
    places = rows(f"""SELECT ST_X(at) AS x, ST_Y(at) AS y, NULLIF(colour, 'none') AS colour
        FROM {ledger}_report.project_geo, ST_PointOnSurface(geom) AS at""")
    # The worst are drawn last, on top.
    for signal, colour, shape, words in reversed(SIGNALS):
        own = [p for p in places if (p["colour"] or None) == signal]
        if own:
            axes.scatter([float(p["x"]) for p in own], [float(p["y"]) for p in own], s=18, c=colour, marker=shape,
                         edgecolors="white", linewidths=0.4, zorder=3, label=f"{both(words, chinese)} ({len(own)})")
    axes.autoscale_view()
    axes.set_aspect(1.18)
    axes.legend(loc="lower left", fontsize=7, frameon=False)
    axes.set_title(f"{both(('Signals of projects', '项目预警信号'), chinese)}, {as_of}", fontsize=10, loc="left")
    axes.xaxis.set_major_formatter("{x:g}°E")
    axes.yaxis.set_major_formatter("{x:g}°N")
    axes.tick_params(labelsize=7)


def draw_curve(axes, ledger, project, as_of, chinese):
    points = rows(f"SELECT * FROM {ledger}.project_curve({quoted(project)}, {quoted(as_of)})")
    name = rows(f"SELECT name FROM {ledger}.project WHERE official_code = {quoted(project)}")[0]["name"]
    for column, colour, words, style, line in CURVES:
        known = [p for p in points if p[column]]
        axes.plot([dates.datestr2num(p["day"]) for p in known], [float(p[column]) for p in known],
                  color=colour, label=both(words, chinese), linewidth=1.6, drawstyle=style, linestyle=line)
    axes.axvline(dates.datestr2num(as_of), color="#9a958c", linewidth=0.8, linestyle=":")
    axes.annotate(as_of, (dates.datestr2num(as_of), 1), xytext=(3, 2), textcoords="offset points", fontsize=7, color="#6b665e")
    axes.xaxis_date()
    axes.xaxis.set_major_formatter(dates.DateFormatter("%Y-%m"))
    axes.set_ylim(0, 102)
    axes.set_ylabel(both(("percent of the whole", "占全部的百分比"), chinese), fontsize=8)
    axes.legend(loc="upper left", fontsize=7, frameon=False)
    axes.set_title(f"{both(('S-curve', '进度曲线'), chinese)}, {name + ' ' if chinese else ''}{project}", fontsize=10, loc="left")
    axes.tick_params(labelsize=7)
    axes.grid(color="#e4e1da", linewidth=0.6)


def main():
    ledger, project, picture = sys.argv[1:4]
    as_of = sys.argv[4] if len(sys.argv) > 4 else rows("SELECT CURRENT_DATE AS today")[0]["today"]
    chinese = use_chinese_font()
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 5), gridspec_kw={"width_ratios": [1, 1.15]})
    draw_map(left, ledger, as_of, chinese)
    draw_curve(right, ledger, project, as_of, chinese)
    for axes in (left, right):
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(picture, dpi=100)
    print(picture)


main()
