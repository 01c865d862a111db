from flask import Flask, jsonify
from harmonic import harmonic

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/harmonic/<int:terms>")
def of(terms: int):
    return jsonify(round(harmonic(min(terms, 100_000)), 6))
