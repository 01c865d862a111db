"""Where the hub's client keeps a snapshot of a model."""
import os
from pathlib import Path

HOME = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
SNAPSHOT = HOME / "hub" / "models--acme--tone" / "snapshots" / "0f3c9a1"
