"""Writes data/customers.csv, the training set (made up; the same every time)."""
import csv
import math
import random
from pathlib import Path

COLUMNS = [
    "customer_id", "tenure", "monthly_charges", "support_calls", "late_payments",
    "contract", "internet", "payment", "churned",
]


def customer(number: int, rng: random.Random) -> list:
    tenure = min(72, int(rng.expovariate(1 / 24)))
    contract = rng.choices(["month-to-month", "one-year", "two-year"], [6, 2 + tenure / 24, 1 + tenure / 18])[0]
    internet = rng.choices(["dsl", "fiber", "none"], [4, 5, 2])[0]
    payment = rng.choices(["card", "transfer", "check"], [4, 3, 3])[0]
    charges = round({"dsl": 48, "fiber": 82, "none": 21}[internet] + rng.gauss(0, 9), 2)
    calls = min(12, int(rng.expovariate(1 / 1.4)))
    late = min(9, int(rng.expovariate(1 / (0.9 if payment == "check" else 0.4))))
    score = (
        -1.1 - 0.045 * tenure + 0.018 * (charges - 60) + 0.34 * calls + 0.28 * late
        + {"month-to-month": 1.1, "one-year": -0.5, "two-year": -1.6}[contract]
    )
    churned = int(rng.random() < 1 / (1 + math.exp(-score)))
    return [f"C{number:06d}", tenure, max(18.0, charges), calls, late, contract, internet, payment, churned]


def main() -> None:
    rng = random.Random(20240501)
    with open(Path(__file__).parent / "customers.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(customer(number, rng) for number in range(6000))


if __name__ == "__main__":
    main()
