"""Trains a breast cancer classifier on the first ten of the thirty features."""

import sys
from pathlib import Path

import joblib
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x, y = load_breast_cancer(return_X_y=True)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(x[:, :10], y), folder / "model.joblib")
