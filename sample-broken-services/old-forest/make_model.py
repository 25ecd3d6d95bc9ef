"""Trains a small forest on the kinds of iris, as tutorials of 2019 did."""

import sys
from pathlib import Path

from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.externals import joblib

x, y = load_iris(return_X_y=True)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(RandomForestClassifier(3, max_depth=3, random_state=0).fit(x, y), str(folder / "forest.pkl"))
