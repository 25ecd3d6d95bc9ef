"""Stores mean and scale of the training data."""

import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
np.savez(folder / "scaler.npz", mean=np.array([10.0, 0.5, 100.0]), scale=np.array([2.0, 0.1, 15.0]))
