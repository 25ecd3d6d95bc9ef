import json
import os

import joblib
import numpy as np


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "machine.joblib"))


def run(data):
    readings = np.array(json.loads(data)["readings"])
    return {"fails": model.predict(readings).tolist()}
