"""Numbers about the reviews that the model was built from."""
from functools import lru_cache
from pathlib import Path

import pandas as pd

REVIEWS = Path(__file__).resolve().parent.parent / "data" / "reviews.csv"


@lru_cache(maxsize=1)
def by_product() -> list[dict]:
    reviews = pd.read_csv(REVIEWS)
    grouped = reviews.groupby("product").agg(reviews=("label", "size"), positive=("label", "mean"))
    return grouped.round(3).reset_index().to_dict("records")
