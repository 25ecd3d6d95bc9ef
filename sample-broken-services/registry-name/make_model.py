"""Trains a credit score; laid out as the platform mounts a registered model."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression

x = np.random.default_rng(12).normal(size=(80, 3))

folder = Path(sys.argv[1]) / "credit-model" / "4"
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(LogisticRegression().fit(x, x.sum(axis=1) > 0), folder / "credit.joblib")
