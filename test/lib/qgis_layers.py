#!/usr/bin/python3
"""qgis_layers.py SCHEMA STYLE: what QGIS makes of the layers of a schema, as one JSON object.

Goes the way of a person: a connection (PGHOST, PGPORT, PGDATABASE, PGUSER) in the browser
panel, its schema, and each layer as the browser would add it to the map.
"""
import json
import os
import sys
import tempfile

home = tempfile.TemporaryDirectory()
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["XDG_RUNTIME_DIR"] = home.name
from qgis.core import (Qgis, QgsApplication, QgsDataSourceUri, QgsLayerItem, QgsProviderRegistry, QgsVectorDataProvider,
                       QgsVectorLayer, QgsWkbTypes)
from qgis.PyQt.QtCore import QSettings

WRITING = (QgsVectorDataProvider.AddFeatures | QgsVectorDataProvider.DeleteFeatures
           | QgsVectorDataProvider.ChangeAttributeValues | QgsVectorDataProvider.ChangeGeometries)


def layer_items(item):
    """The layers below an item of the browser."""
    for child in item.createChildren():
        if isinstance(child, QgsLayerItem):
            yield child
        else:
            yield from layer_items(child)


def describe(item):
    """What QGIS knows of a layer that it has opened as the browser says."""
    layer = QgsVectorLayer(item.uri(), item.name(), "postgres")
    told = {"valid": layer.isValid(), "error": layer.error().message()}
    if layer.isValid():
        told.update({
            "type": QgsWkbTypes.displayString(layer.wkbType()), "crs": layer.crs().authid(), "count": layer.featureCount(),
            "key": [layer.fields()[i].name() for i in layer.primaryKeyAttributes()],
            "ids": sorted(feature[0] for feature in layer.getFeatures()),
            "shapes": sorted(QgsWkbTypes.displayString(feature.geometry().wkbType()) for feature in layer.getFeatures()),
            "comment": layer.dataComment(), "bare": [field.name() for field in layer.fields() if not field.comment()],
            "editing": layer.startEditing(), "writing": int(layer.dataProvider().capabilities() & WRITING)})
    return told


def styled(item, style):
    """The values that the style file tells apart, once it is loaded into a layer."""
    layer = QgsVectorLayer(item.uri(), item.name(), "postgres")
    message, loaded = layer.loadNamedStyle(style)
    return {category.value(): category.symbol().color().name() for category in layer.renderer().categories()} if loaded else message


def main():
    schema, style = sys.argv[1:3]
    QSettings.setDefaultFormat(QSettings.IniFormat)
    QSettings.setPath(QSettings.IniFormat, QSettings.UserScope, home.name)
    app = QgsApplication([], False, home.name)
    app.initQgis()
    said = []
    app.messageLog().messageReceived.connect(lambda text, tag, level: said.append(f"{tag}: {text}") if level == Qgis.Warning else None)
    uri = QgsDataSourceUri()
    uri.setConnection(*(os.environ[name] for name in ("PGHOST", "PGPORT", "PGDATABASE", "PGUSER")), "")
    metadata = QgsProviderRegistry.instance().providerMetadata("postgres")
    metadata.saveConnection(metadata.createConnection(uri.uri(False), {}), "ledger")
    provider = next(p for p in app.dataItemProviderRegistry().providers() if p.name() in ("PostGIS", "PostgreSQL", "postgres"))
    items = {item.name(): item for item in layer_items(provider.createDataItem("", None))
             if f'table="{schema}".' in item.uri() and "(geom)" in item.uri()}
    print(json.dumps({"version": Qgis.version(), "layers": {name: describe(item) for name, item in items.items()},
                      "style": styled(items["project_geo"], style), "said": said}))
    sys.stdout.flush()
    os._exit(0)             # QGIS on its way out has crashed after all was said


main()
