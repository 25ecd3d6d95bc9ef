"""Fits the fare of a taxi to distance and minutes."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.linear_model import LinearRegression

x = np.array([[km, minutes] for km in range(1, 20, 2) for minutes in range(5, 60, 10)], dtype=float)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(LinearRegression().fit(x, 3.5 + 1.8 * x[:, 0] + 0.3 * x[:, 1]), folder / "taxi.joblib")
