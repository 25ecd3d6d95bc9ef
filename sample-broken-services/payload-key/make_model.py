"""Fits the yield of solar panels to sun hours and angle."""

import sys
from pathlib import Path

import joblib
import pandas as pd
from sklearn.linear_model import LinearRegression

x = pd.DataFrame([(sun, angle) for sun in range(1, 14) for angle in (10, 30, 50)], columns=["sun", "angle"])

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(LinearRegression().fit(x, 0.8 * x["sun"] - 0.01 * x["angle"]), folder / "solar.joblib")
