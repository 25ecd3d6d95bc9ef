"""Trains the classifier of the textbook."""

import json
import sys
from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

iris = load_iris()
folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
(folder / "names.json").write_text(json.dumps(iris.target_names.tolist()), encoding="utf-8")
joblib.dump(DecisionTreeClassifier(max_depth=3, random_state=0).fit(iris.data, iris.target), folder / "iris.joblib")
