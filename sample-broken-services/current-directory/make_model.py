"""Predicts rain from humidity and pressure."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.svm import SVC

x = np.array([[humidity, pressure] for humidity in range(20, 100, 10) for pressure in range(980, 1040, 10)], float)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(SVC(gamma=0.01).fit(x, (x[:, 0] > 60) & (x[:, 1] < 1010)), folder / "weather.joblib")
