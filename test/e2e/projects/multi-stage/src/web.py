from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/healthz")
def healthz():
    return jsonify(status="ok")


@app.get("/square/<int:number>")
def square(number: int):
    return jsonify(number=number, square=number * number)
