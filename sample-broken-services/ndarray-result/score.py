import json
import os
import pickle

import numpy as np


def init():
    global model
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "turbine.pkl"), "rb") as source:
        model = pickle.load(source)


def run(data):
    wind = np.array(json.loads(data)["wind"]).reshape(-1, 1)
    power = model.predict(wind)
    return {"power": power}
