"""Fits the energy use of a building to temperature and number of people."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.linear_model import LinearRegression

x = np.array([[t, p] for t in range(-10, 31, 5) for p in (0, 20, 40)], dtype=float)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(LinearRegression().fit(x, 80 - 1.5 * x[:, 0] + 0.4 * x[:, 1]), folder / "energy.joblib")
