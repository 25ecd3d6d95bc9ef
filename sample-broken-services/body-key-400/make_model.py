"""Stores three weights."""

import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
np.save(folder / "weights.npy", np.array([0.5, 0.25, -1.0]))
