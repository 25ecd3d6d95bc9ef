%%writefile score.py
import json
import os

import joblib
import numpy as np


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "wine.joblib"))


def run(data):
    features = np.array(json.loads(data)["features"])
    return {"quality": model.predict(features).tolist()}
