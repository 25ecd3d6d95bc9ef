import json
import os

import joblib
import pandas as pd


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "rent.joblib"))


def run(data):
    flats = pd.DataFrame(json.loads(data)["flats"])
    return {"rent": model.predict(flats[["area", "floor"]]).round().tolist()}
