"""Trains a spam filter."""

import sys
from pathlib import Path

import joblib
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

MAILS = ["win a free prize now", "free money, click now", "minutes of the meeting", "lunch at noon?"]

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(make_pipeline(CountVectorizer(), MultinomialNB()).fit(MAILS, [1, 1, 0, 0]), folder / "spam.joblib")
