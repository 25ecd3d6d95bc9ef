"""Fits the rent of a flat to its area and floor."""

import sys
from pathlib import Path

import joblib
import pandas as pd
from sklearn.linear_model import LinearRegression

x = pd.DataFrame([(area, floor) for area in range(25, 120, 10) for floor in range(5)], columns=["area", "floor"])

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(LinearRegression().fit(x, 200 + 11 * x["area"] + 15 * x["floor"]), folder / "rent.joblib")
