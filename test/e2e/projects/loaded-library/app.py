"""lightgbm loads libgomp1, which no line of the Dockerfile names; libsndfile is opened by hand."""
import ctypes
from ctypes.util import find_library
from functools import lru_cache

import lightgbm
import numpy as np
from flask import Flask, jsonify

app = Flask(__name__)
sndfile = ctypes.CDLL("libsndfile.so.1")
sndfile.sf_version_string.restype = ctypes.c_char_p


@lru_cache(maxsize=1)
def booster():
    rng = np.random.default_rng(2)
    x = rng.random((400, 3))
    data = lightgbm.Dataset(x, label=x[:, 0] * 2 + x[:, 1])
    return lightgbm.train({"verbose": -1, "num_threads": 1, "seed": 1}, data, num_boost_round=20)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/audio")
def audio():
    return jsonify(version=sndfile.sf_version_string().decode(), found=find_library("sndfile") is not None)


@app.get("/predict")
def predict():
    return jsonify(value=round(float(booster().predict([[0.5, 0.5, 0.5]])[0]), 4))
