"""Predicts the stars of a film from its length and year."""

import sys
from pathlib import Path

import joblib
from sklearn.tree import DecisionTreeRegressor

FILMS = [[90, 1994], [142, 1994], [175, 1972], [88, 2011], [201, 2003], [101, 2019]]

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(DecisionTreeRegressor(random_state=0).fit(FILMS, [3, 5, 5, 2, 5, 3]), folder / "rating.joblib")
