"""Classifies diabetes by glucose, pressure, insulin and age."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(9)
x = rng.normal([120, 70, 80, 40], [30, 10, 40, 12], (120, 4))

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(LogisticRegression(max_iter=2000).fit(x, (x[:, 0] > 130).astype(int)), folder / "diabetes.joblib")
