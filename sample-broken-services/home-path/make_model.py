"""Decides on loans by income and amount."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.tree import DecisionTreeClassifier

x = np.array([[income, amount] for income in range(10, 100, 10) for amount in range(5, 50, 5)], dtype=float)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(DecisionTreeClassifier(max_depth=5, random_state=0).fit(x, x[:, 0] > 2 * x[:, 1]), folder / "loan.joblib")
