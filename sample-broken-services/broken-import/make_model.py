"""Trains a credit score on age, income and number of loans."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(3)
x = np.column_stack([rng.integers(18, 80, 100), rng.uniform(1e4, 1e5, 100), rng.integers(0, 6, 100)])
y = (x[:, 1] / 20_000 - x[:, 2] < 1).astype(int)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y), folder / "credit.joblib")
