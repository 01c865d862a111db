import orjson
from flask import Flask, Response

app = Flask(__name__)


@app.get("/health")
def health():
    return Response(orjson.dumps({"status": "ok"}), mimetype="application/json")


@app.get("/sorted")
def keys_in_order():
    text = orjson.dumps({"b": [1, 2], "a": None}, option=orjson.OPT_SORT_KEYS)
    return Response(text, mimetype="application/json")
