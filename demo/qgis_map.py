#!/usr/bin/python3
"""qgis_map.py: the map layers of a ledger in QGIS, as a picture and as a project to go on with.

    demo/qgis_map.py LEDGER PICTURE [PROJECT.qgs]

Opens the layers through QGIS's own PostgreSQL connection, as whoever the environment says
(PGHOST, PGPORT, PGDATABASE, PGUSER), so it shows what that role may read.  Needs Debian's
python3-qgis.  The style of projects, a colour and a shape for each signal, is docs/project_geo.qml.
"""
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
try:
    from qgis.core import (QgsApplication, QgsCoordinateReferenceSystem, QgsDataSourceUri, QgsFillSymbol, QgsMapRendererParallelJob,
                           QgsMapSettings, QgsProject, QgsReferencedRectangle, QgsSingleSymbolRenderer, QgsVectorLayer)
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QColor
except ImportError:
    sys.exit("qgis_map.py: python3-qgis is not installed")

STYLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "project_geo.qml")
# What is drawn last comes first: title, view, its key.
LAYERS = (("项目 Projects", "project_geo", "project_id"), ("行政区 Divisions", "division_geo", "boundary_id"))
# Gauss-Krüger on CGCS2000 along 120°E (三度带), in which Jiangsu has its usual shape.
SHOWN_IN = "EPSG:4549"


def open_layer(ledger, title, view, key):
    uri = QgsDataSourceUri()
    uri.setConnection(*(os.environ.get(name, usual) for name, usual in
                        (("PGHOST", ""), ("PGPORT", "5432"), ("PGDATABASE", ""), ("PGUSER", ""))), "")
    uri.setDataSource(f"{ledger}_report", view, "geom", "", key)
    layer = QgsVectorLayer(uri.uri(False), title, "postgres")
    if not layer.isValid():
        sys.exit(f"qgis_map.py: QGIS does not open {ledger}_report.{view}: {layer.error().message()}")
    return layer


def style(layer, view):
    if view == "project_geo":
        message, loaded = layer.loadNamedStyle(STYLE)
        if not loaded:
            sys.exit(f"qgis_map.py: {STYLE}: {message}")
    else:
        layer.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(
            {"color": "#f3f1ec", "outline_color": "#9a958c", "outline_width": "0.15"})))


def draw(layers, crs, picture):
    """Renders what QGIS's own window would show of these layers."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(crs)
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(900, 900))
    settings.setExtent(shown(layers, crs))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    if job.errors():
        sys.exit("qgis_map.py: " + "; ".join(error.message for error in job.errors()))
    if not job.renderedImage().save(picture):
        sys.exit(f"qgis_map.py: cannot write {picture}")


def shown(layers, crs):
    """The rectangle that holds all layers, in the projection of the map, with a margin."""
    settings = QgsMapSettings()
    settings.setLayers([layer for layer in layers if layer.featureCount() > 0])
    settings.setDestinationCrs(crs)
    extent = settings.fullExtent()
    extent.scale(1.04)
    return extent


def main():
    ledger, picture = sys.argv[1:3]
    app = QgsApplication([], False)
    app.initQgis()
    crs = QgsCoordinateReferenceSystem(SHOWN_IN)
    layers = []
    for title, view, key in LAYERS:
        layers.append(open_layer(ledger, title, view, key))
        style(layers[-1], view)
    draw(layers, crs, picture)
    if len(sys.argv) > 3:
        project = QgsProject.instance()
        project.setCrs(crs)
        project.addMapLayers(layers)
        project.viewSettings().setDefaultViewExtent(QgsReferencedRectangle(shown(layers, crs), crs))
        if not project.write(sys.argv[3]):
            sys.exit(f"qgis_map.py: {project.error()}")
    print(picture)
    app.exitQgis()


main()
