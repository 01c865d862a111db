"""Judges reviews: the encoder's head where it knows the words, TF-IDF where it does not."""
import json
from functools import lru_cache
from pathlib import Path

import joblib
import numpy as np

from app.encoder import Encoder

MODELS = Path(__file__).resolve().parent.parent / "models"


class Classifier:
    def __init__(self, folder: Path) -> None:
        self.encoder = Encoder(folder / "encoder")
        self.heads = joblib.load(folder / "heads.joblib")
        self.card = json.loads((folder / "card.json").read_text())

    def judge(self, texts: list[str]) -> list[dict]:
        lowered = [text.lower() for text in texts]
        neural = self.heads["neural"].predict_proba(self.encoder.encode(lowered))[:, 1]
        lexical = self.heads["lexical"].predict_proba(self.heads["tfidf"].transform(lowered))[:, 1]
        return [self._answer(float(np.mean(pair))) for pair in zip(neural, lexical)]

    def _answer(self, positive: float) -> dict:
        label = "positive" if positive >= 0.5 else "negative"
        return {"label": label, "score": round(max(positive, 1 - positive), 3)}


@lru_cache(maxsize=1)
def classifier() -> Classifier:
    return Classifier(MODELS)
