"""Fits the days until a fruit is ripe to its sugar and its firmness."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.linear_model import LinearRegression

sugar, firmness = np.meshgrid(np.linspace(8, 16, 9), np.linspace(2, 9, 8))
features = np.column_stack([sugar.ravel(), firmness.ravel()])
model = LinearRegression().fit(features, 4 + 1.5 * features[:, 1] - 0.5 * features[:, 0])

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(model, folder / "ripeness.joblib")
