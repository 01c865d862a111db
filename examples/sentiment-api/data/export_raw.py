"""Writes what lies beside the sources on our laptops and is too big for git: the crawled reviews in data/raw/
and the plots that the notebooks save in notebooks/outputs/. The same bytes every time, about 60 MB."""
import json
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORDS = Path(HERE / "reviews.csv").read_text().replace(",", " ").split()


def crawl(part: int, rng: random.Random) -> str:
    lines = []
    for number in range(60_000):
        words = rng.choices(WORDS, k=12)
        lines.append(json.dumps({"id": f"{part:02d}-{number:06d}", "stars": rng.randrange(1, 6), "text": " ".join(words)}))
    return "\n".join(lines) + "\n"


def main() -> None:
    rng = random.Random(23)
    outputs = HERE.parent / "notebooks" / "outputs"
    outputs.mkdir(parents=True, exist_ok=True)
    for number in range(3):
        (outputs / f"embeddings_{number}.npy").write_bytes(rng.randbytes(2_000_000))
    folder = HERE / "raw.part"
    folder.mkdir(exist_ok=True)
    for part in range(8):
        (folder / f"crawl-{part:02d}.jsonl").write_text(crawl(part, rng))
    folder.rename(HERE / "raw")


if __name__ == "__main__":
    main()
