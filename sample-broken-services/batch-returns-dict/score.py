import os
from pathlib import Path

import joblib
import pandas as pd


def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "ripeness.joblib"))


def run(mini_batch):
    days = {}
    for file_path in mini_batch:
        table = pd.read_csv(file_path)
        days[Path(file_path).name] = model.predict(table[["sugar", "firmness"]].to_numpy()).round(1).tolist()
    return days
