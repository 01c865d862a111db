import os

import flask
from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/whoami")
def whoami():
    return jsonify(uid=os.getuid(), readable=os.access(flask.__file__, os.R_OK))
