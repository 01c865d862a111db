import getpass
import os
from pathlib import Path

from flask import Flask, jsonify

app = Flask(__name__)
LOG = Path.home() / "requests.log"


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/whoami")
def whoami():
    return jsonify(user=getpass.getuser(), uid=os.getuid())


@app.get("/count")
def count():
    with LOG.open("a") as log:
        log.write("counted\n")
    return jsonify(writable=os.access(LOG, os.W_OK))
