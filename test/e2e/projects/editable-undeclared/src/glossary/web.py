from flask import Flask, jsonify, request

from glossary import explain

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok", knows=explain("layer") is not None)


@app.get("/explain")
def explained():
    return jsonify(text=explain(request.args.get("term", "digest")))
