"""Writes what lies beside the sources on our laptops and is too big for git: the monthly exports in data/raw/
and the plots that the notebooks save in notebooks/outputs/. The same bytes every time, about 46 MB."""
import random
import struct
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
MONTHS = ["2023-10", "2023-11", "2023-12", "2024-01", "2024-02", "2024-03"]


def export(month: str, rng: random.Random) -> str:
    lines = ["event_id,customer_id,timestamp,kind,amount,channel"]
    kinds = ["invoice", "payment", "support_call", "data_pack", "reminder"]
    for number in range(120_000):
        r = rng.getrandbits(40)
        lines.append(
            f"{month}-{number:07d},C{r % 6000:06d},{month}-{r % 28 + 1:02d}T{r % 24:02d}:{r % 60:02d}:00,"
            f"{kinds[r % 5]},{(r >> 8) % 20000 / 100},{'app' if r & 1 else 'shop'}"
        )
    return "\n".join(lines) + "\n"


def plot(rng: random.Random, width: int = 900, height: int = 500) -> bytes:
    rows = b"".join(b"\0" + rng.randbytes(width) for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def main() -> None:
    rng = random.Random(11)
    outputs = HERE.parent / "notebooks" / "outputs"
    outputs.mkdir(parents=True, exist_ok=True)
    for number in range(8):
        (outputs / f"roc_{number:02d}.png").write_bytes(plot(rng))
    part = HERE / "raw.part"
    part.mkdir(exist_ok=True)
    for month in MONTHS:
        (part / f"events-{month}.csv").write_text(export(month, rng))
    part.rename(HERE / "raw")


if __name__ == "__main__":
    main()
