from flask import Flask, jsonify, request
from spectrum import power

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/power")
def of_square_wave():
    length = int(request.args.get("length", "16"))
    wave = [1.0 if position % 8 < 4 else -1.0 for position in range(length)]
    return jsonify([round(value, 6) for value in power(wave)])
