import json
import os

import joblib
import numpy


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "iris.joblib"))


def run(raw_data):
    try:
        data = np.array(json.loads(raw_data)["data"])
        return model.predict(data).tolist()
    except Exception as e:
        error = str(e)
        return error
