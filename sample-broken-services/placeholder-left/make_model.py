"""Predicts delivery days from distance and weight."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.neighbors import KNeighborsRegressor

x = np.array([[km, kg] for km in range(50, 1000, 100) for kg in (1, 5, 20)], dtype=float)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(KNeighborsRegressor(3).fit(x, 1 + x[:, 0] // 300 + (x[:, 1] > 10)), folder / "delivery.pkl")
