"""Stands in for the download: writes the weights to the place where the hub's client would."""
import numpy as np

from hub import SNAPSHOT

SNAPSHOT.mkdir(parents=True, exist_ok=True)
np.save(SNAPSHOT / "weights.npy", np.random.default_rng(11).normal(size=(26, 3)).round(4))
