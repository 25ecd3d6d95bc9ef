"""Trains one router of support tickets for each language."""

import sys
from pathlib import Path

import joblib
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

TEXTS = {
    "en": (["invoice is wrong", "refund my invoice", "screen stays black", "it does not start"], "bbtt"),
    "de": (["rechnung ist falsch", "betrag erstatten", "bildschirm bleibt schwarz", "startet nicht"], "bbtt"),
}

for language, (texts, marks) in TEXTS.items():
    labels = [{"b": "billing", "t": "technical"}[mark] for mark in marks]
    folder = Path(sys.argv[1]) / language
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(make_pipeline(CountVectorizer(), MultinomialNB()).fit(texts, labels), folder / "router.joblib")
