import os
from typing import List

import joblib
import pandas as pd


def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.joblib"))


def run(mini_batch: List[str]):
    results = []
    for path in mini_batch:
        frame = pd.read_csv(path)
        frame["prediction"] = model.predict(frame)
        frame["file"] = os.path.basename(path)
        results.append(frame)
    return pd.concat(results)
