"""Grades wine by alcohol, acidity and sugar."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.tree import DecisionTreeClassifier

rng = np.random.default_rng(1)
x = np.column_stack([rng.uniform(8, 15, 120), rng.uniform(0.1, 1.2, 120), rng.uniform(1, 20, 120)])
y = 3 + (x[:, 0] > 11).astype(int) + (x[:, 1] < 0.5)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(DecisionTreeClassifier(max_depth=4, random_state=0).fit(x, y), folder / "wine.joblib")
