"""Predicts the failure of a machine from heat, vibration and hours."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.tree import DecisionTreeClassifier

rng = np.random.RandomState(0)
x = np.column_stack([rng.uniform(20, 110, 200), rng.uniform(0, 1, 200), rng.uniform(0, 9000, 200)])
y = (x[:, 0] > 90) | (x[:, 1] > 0.8) & (x[:, 2] > 4000)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(DecisionTreeClassifier(max_depth=4, random_state=0).fit(x, y), folder / "machine.joblib")
