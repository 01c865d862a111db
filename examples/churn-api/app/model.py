"""Loads the trained pipeline and asks it."""
import json
from functools import lru_cache
from pathlib import Path

import joblib

from app.features import segment, to_frame

MODELS = Path(__file__).resolve().parent.parent / "models"


@lru_cache(maxsize=1)
def pipeline():
    return joblib.load(MODELS / "churn.joblib")


@lru_cache(maxsize=1)
def card() -> dict:
    return json.loads((MODELS / "card.json").read_text())


def predict(customers: list[dict]) -> list[dict]:
    probabilities = pipeline().predict_proba(to_frame(customers))[:, 1]
    threshold = card()["threshold"]
    return [
        {
            "churn_probability": round(float(probability), 4),
            "will_churn": bool(probability >= threshold),
            "segment": segment(customer["tenure"]),
        }
        for customer, probability in zip(customers, probabilities)
    ]
