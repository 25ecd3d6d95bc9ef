import json
import os
import pickle
from datetime import datetime, timedelta, timezone

import pandas as pd


def init():
    global forecaster
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "prophet.pkl"), "rb") as f:
        forecaster = pickle.load(f)


def run(data):
    days = int(json.loads(data).get("days", 7))
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    future = pd.DataFrame({"ds": [now + timedelta(days=n) for n in range(days)]})
    forecast = forecaster.predict(future)
    return [{"date": d.isoformat(), "value": float(v)} for d, v in zip(forecast["ds"], forecast["yhat"])]
