"""Trains the churn model on data/customers.csv and writes models/churn.joblib and models/card.json."""
import json
from pathlib import Path

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from app.features import CATEGORICAL, NUMERIC, TARGET, to_frame

HERE = Path(__file__).resolve().parent


def main() -> None:
    customers = pd.read_csv(HERE / "data" / "customers.csv")
    x = to_frame(customers.to_dict("records"))
    x_train, x_test, y_train, y_test = train_test_split(
        x, customers[TARGET], test_size=0.2, random_state=7, stratify=customers[TARGET]
    )
    pipeline = Pipeline(
        [
            (
                "columns",
                ColumnTransformer(
                    [
                        ("numeric", StandardScaler(), NUMERIC),
                        ("categorical", OneHotEncoder(handle_unknown="ignore"), CATEGORICAL),
                    ]
                ),
            ),
            ("classifier", GradientBoostingClassifier(n_estimators=120, max_depth=3, random_state=7)),
        ]
    )
    pipeline.fit(x_train, y_train)
    probabilities = pipeline.predict_proba(x_test)[:, 1]
    thresholds = [step / 100 for step in range(20, 80)]
    threshold = max(thresholds, key=lambda t: f1_score(y_test, probabilities >= t))
    models = HERE / "models"
    models.mkdir(exist_ok=True)
    joblib.dump(pipeline, models / "churn.joblib")
    card = {
        "model": "gradient-boosting",
        "rows": int(len(customers)),
        "auc": round(float(roc_auc_score(y_test, probabilities)), 4),
        "threshold": threshold,
    }
    (models / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    print(f"trained on {len(x_train)} customers: {card}")


if __name__ == "__main__":
    main()
