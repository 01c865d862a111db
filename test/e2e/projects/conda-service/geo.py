from flask import Flask, jsonify
from osgeo import gdal

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok", gdal=gdal.VersionInfo())
