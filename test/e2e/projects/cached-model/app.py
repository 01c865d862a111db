import numpy as np
from flask import Flask, jsonify, request

from hub import SNAPSHOT

app = Flask(__name__)
weights = np.load(SNAPSHOT / "weights.npy")


@app.get("/health")
def health():
    return jsonify(status="ok", parameters=int(weights.size))


@app.get("/tone")
def tone():
    letters = [ord(letter) - 97 for letter in request.args.get("text", "fine").lower() if letter.isalpha()]
    scores = weights[[letter for letter in letters if 0 <= letter < 26]].sum(axis=0)
    return jsonify(dict(zip(["calm", "glad", "cross"], (float(round(s, 3)) for s in scores))))
