"""Runs each workload beside this file in an interpreter of its own; prints one line of JSON for each."""
import json
import pathlib
import subprocess
import sys
import time


def run(path):
    started = time.monotonic()
    try:
        done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=600)
        outcome = {"code": done.returncode, "stdout": done.stdout[-4000:], "stderr": done.stderr[-4000:]}
    except subprocess.TimeoutExpired:
        outcome = {"code": -1, "stdout": "", "stderr": "it did not end"}
    return {"name": path.stem.removeprefix("use-"), "seconds": round(time.monotonic() - started, 2), **outcome}


if __name__ == "__main__":
    for path in sorted(pathlib.Path(__file__).parent.glob("use-*.py")):
        print(json.dumps(run(path)), flush=True)
