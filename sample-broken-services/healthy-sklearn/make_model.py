"""Trains the classifier on the penguins' bill and flipper measurements."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

CENTRES = {"Adelie": (38.8, 18.3, 190.0), "Chinstrap": (48.8, 18.4, 196.0), "Gentoo": (47.5, 15.0, 217.0)}

rng = np.random.default_rng(7)
x = np.vstack([rng.normal(centre, (2.0, 0.8, 5.0), (40, 3)) for centre in CENTRES.values()])
y = np.repeat(list(CENTRES), 40)
model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(model, folder / "penguins.joblib")
