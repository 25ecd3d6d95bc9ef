"""Tells praise from complaint."""

import sys
from pathlib import Path

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

REVIEWS = ["lovely room, great breakfast", "great staff", "dirty room", "terrible breakfast, rude staff"]

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(REVIEWS, [True, True, False, False])
joblib.dump(model, folder / "sentiment.joblib")
