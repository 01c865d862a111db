"""Writes data/reviews.csv, the labelled reviews (made up; the same every time)."""
import csv
import random
from pathlib import Path

THINGS = "laptop phone camera headset keyboard screen battery charger printer router tablet watch".split()
GOOD = "great excellent wonderful fast reliable beautiful perfect solid lovely bright quiet sturdy".split()
BAD = "terrible awful slow broken noisy useless fragile dim ugly faulty poor disappointing".split()
PRAISE = ["i love it", "works perfectly", "worth every penny", "i would buy it again", "my family enjoys it"]
BLAME = ["i want a refund", "it stopped working", "a waste of money", "i sent it back", "do not buy it"]
OPENINGS = ["this", "the", "my new", "our", "their"]


def review(rng: random.Random) -> tuple[str, int]:
    label = rng.randrange(2)
    words, ends = (GOOD, PRAISE) if label else (BAD, BLAME)
    thing, (first, second) = rng.choice(THINGS), rng.sample(words, 2)
    text = f"{rng.choice(OPENINGS)} {thing} is {first} and {second}"
    if rng.random() < 0.3:
        text = f"{rng.choice(OPENINGS)} {thing} is not {rng.choice(BAD if label else GOOD)} , it is {first}"
    if rng.random() < 0.7:
        text += f" , {rng.choice(ends)}"
    return text, label


def main() -> None:
    rng = random.Random(4711)
    with open(Path(__file__).parent / "reviews.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["review_id", "product", "text", "label"])
        for number in range(1600):
            text, label = review(rng)
            product = next(thing for thing in THINGS if f" {thing} " in text)
            writer.writerow([f"R{number:05d}", product, text, label])


if __name__ == "__main__":
    main()
