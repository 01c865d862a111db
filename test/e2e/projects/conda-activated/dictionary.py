import os
import subprocess
import sys
from pathlib import Path

from flask import Flask, jsonify

app = Flask(__name__)


def entries():
    # Only activating the environment says where the data lies.
    text = Path(os.environ["LEXICON_DATA"], "words").read_text()
    return dict(line.split() for line in text.splitlines())


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/words/<word>")
def translate(word):
    return jsonify(word=word, translation=entries().get(word))


@app.get("/place")
def place():
    started = subprocess.run(["python", "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True)
    return jsonify(prefix=sys.prefix, started=started.stdout, environment=os.environ["CONDA_DEFAULT_ENV"])
