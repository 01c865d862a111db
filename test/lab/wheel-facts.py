"""Writes facts.json into a folder of wheels: size, sha256, Requires-Python, and the metadata beside each wheel (PEP 658)."""
import hashlib
import json
import os
import sys
import zipfile
from email.parser import HeaderParser


def facts_of(path):
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256") if hasattr(hashlib, "file_digest") else hashlib.sha256(file.read())
    with zipfile.ZipFile(path) as wheel:
        name = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA") and n.count("/") == 1)
        metadata = wheel.read(name)
    with open(path + ".metadata", "wb") as file:
        file.write(metadata)
    headers = HeaderParser().parsestr(metadata.decode("utf-8"))
    return {
        "sha256": digest.hexdigest(),
        "sizeBytes": os.path.getsize(path),
        "metadataSha256": hashlib.sha256(metadata).hexdigest(),
        "requiresPython": headers.get("Requires-Python"),
        "requires": headers.get_all("Requires-Dist") or [],
    }


folder = sys.argv[1]
target = os.path.join(folder, "facts.json")
known = json.load(open(target)) if os.path.exists(target) else {}
facts = {}
for name in sorted(os.listdir(folder)):
    if not name.endswith(".whl"):
        continue
    path = os.path.join(folder, name)
    old = known.get(name)
    fresh = old is not None and old["sizeBytes"] == os.path.getsize(path) and os.path.exists(path + ".metadata")
    facts[name] = old if fresh else facts_of(path)
with open(target + ".part", "w") as file:
    json.dump(facts, file, indent=1)
os.replace(target + ".part", target)
