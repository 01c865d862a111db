"""What the model sees of a customer."""
import pandas as pd

NUMERIC = ["tenure", "monthly_charges", "support_calls", "late_payments"]
CATEGORICAL = ["contract", "internet", "payment"]
COLUMNS = NUMERIC + CATEGORICAL
TARGET = "churned"

SEGMENTS = [(6, "new"), (24, "growing"), (10_000, "loyal")]


def to_frame(customers: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(customers, columns=COLUMNS)


def segment(tenure: int) -> str:
    return next(name for limit, name in SEGMENTS if tenure <= limit)
