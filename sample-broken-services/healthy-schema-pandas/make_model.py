"""Trains the churn model of a telephone company on columns of mixed types."""

import json
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

rng = np.random.default_rng(5)
x = pd.DataFrame(
    {
        "tenure": rng.integers(0, 72, 150),
        "monthly": rng.uniform(20, 110, 150),
        "contract": rng.choice(["month", "year", "two-year"], 150),
    }
)
y = (x["tenure"] < 12) & (x["contract"] == "month") | (x["monthly"] > 95)
columns = make_column_transformer(
    (StandardScaler(), ["tenure", "monthly"]), (OneHotEncoder(handle_unknown="ignore"), ["contract"])
)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(make_pipeline(columns, LogisticRegression()).fit(x, y), folder / "churn.joblib")
(folder / "settings.json").write_text(json.dumps({"threshold": 0.4}), encoding="utf-8")
