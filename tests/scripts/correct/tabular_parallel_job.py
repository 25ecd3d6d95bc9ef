import argparse
import os

import joblib


def init():
    global model, columns
    parser = argparse.ArgumentParser()
    parser.add_argument("--columns", default="a,b")
    args, _ = parser.parse_known_args()
    columns = args.columns.split(",")
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.joblib"))


def run(table):
    rows, _ = table.shape
    result = table[columns].copy()
    result["prediction"] = model.predict(table[columns])
    assert len(result) == rows
    return result
