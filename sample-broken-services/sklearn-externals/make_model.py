"""Reads handwritten digits of 8 by 8 pixels."""

import sys
from pathlib import Path

import joblib
from sklearn.datasets import load_digits
from sklearn.naive_bayes import GaussianNB

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(GaussianNB().fit(*load_digits(return_X_y=True)), folder / "mnist.joblib")
