import json
import os

import joblib
import pandas as pd


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "solar.joblib"))


def run(raw_data):
    frame = pd.DataFrame(json.loads(raw_data)["data"])
    return {"yield": model.predict(frame[["sun", "angle"]]).round(2).tolist()}
