"""Builds models/: a small BERT with fixed weights, its vocabulary, and the classifiers on top of it.

The encoder is never fine-tuned: its random features, averaged over the words, and the TF-IDF of the text feed a
logistic regression. That is small, quick, and good enough for short product reviews.
"""
import json
import re
from pathlib import Path

import joblib
import pandas as pd
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from transformers import BertConfig, BertModel

from app.encoder import SPECIAL, Encoder

HERE = Path(__file__).resolve().parent
MODELS = HERE / "models"


def build_vocabulary(texts: pd.Series) -> list[str]:
    words = sorted({word for text in texts for word in re.findall(r"[a-z]+", text.lower())})
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = letters + [f"##{letter}" for letter in letters]
    return SPECIAL + [",", "."] + pieces + [word for word in words if word not in letters]


def build_encoder(vocabulary: list[str]) -> None:
    torch.manual_seed(13)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=192,
        max_position_embeddings=128,
        initializer_range=0.2,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(MODELS / "encoder")
    (MODELS / "encoder" / "vocab.txt").write_text("\n".join(vocabulary) + "\n")


def main() -> None:
    reviews = pd.read_csv(HERE / "data" / "reviews.csv")
    MODELS.mkdir(exist_ok=True)
    build_encoder(build_vocabulary(reviews["text"]))
    encoder = Encoder(MODELS / "encoder")
    train, test = train_test_split(reviews, test_size=0.25, random_state=3, stratify=reviews["label"])

    neural = LogisticRegression(C=1.0, max_iter=5000, tol=1e-8)
    neural.fit(encoder.encode(train["text"]), train["label"])
    tfidf = TfidfVectorizer(ngram_range=(1, 2), min_df=2)
    lexical = LogisticRegression(C=4.0, max_iter=5000, tol=1e-8)
    lexical.fit(tfidf.fit_transform(train["text"]), train["label"])

    joblib.dump({"neural": neural, "tfidf": tfidf, "lexical": lexical}, MODELS / "heads.joblib")
    card = {
        "encoder": "bert-96x2",
        "words": encoder.vocabulary_size,
        "accuracy_neural": round(accuracy_score(test["label"], neural.predict(encoder.encode(test["text"]))), 3),
        "accuracy_lexical": round(accuracy_score(test["label"], lexical.predict(tfidf.transform(test["text"]))), 3),
    }
    (MODELS / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    print(f"built {card}")


if __name__ == "__main__":
    main()
