"""Writes a wheel that holds nothing but its metadata: python3 empty-wheel.py FOLDER NAME VERSION SUMMARY"""
import base64
import hashlib
import os
import sys
import zipfile

folder, name, version, summary = sys.argv[1:]
stem = f"{name.replace('-', '_')}-{version}"
info = f"{stem}.dist-info"
files = {
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: {summary}\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: plimsoll-lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
record = ""
for path, text in files.items():
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    record += f"{path},sha256={digest},{len(text)}\n"
files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
with zipfile.ZipFile(os.path.join(folder, f"{stem}-py3-none-any.whl"), "w") as wheel:
    for path, text in files.items():
        wheel.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), text)
