from flask import Flask, jsonify, request

from stopwords import WORDS, strip

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok", languages=sorted(WORDS))


@app.get("/strip")
def stripped():
    return jsonify(text=strip(request.args.get("text", "The lord of the rings")))
