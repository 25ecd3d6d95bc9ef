import json
import os

import joblib
import numpy


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), “taxi.joblib”))


def run(data):
    trips = np.array(json.loads(data)["trips"], dtype=float)
    fares = model.predict(trips)
    return {"fares": fares}
