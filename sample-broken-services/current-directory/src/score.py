import json

import joblib
import numpy as np


def init():
    global model
    model = joblib.load("model/weather.joblib")


def run(data):
    observation = np.array(json.loads(data)["observation"]).reshape(1, -1)
    return {"rain": bool(model.predict(observation)[0])}
