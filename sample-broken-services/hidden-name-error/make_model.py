"""Trains the classifier of the three kinds of iris."""

import sys
from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(KNeighborsClassifier().fit(*load_iris(return_X_y=True)), folder / "iris.joblib")
