import json
import os

import joblib
import numpy as np


def init():
    model_path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "diabetes.joblib")
    model = joblib.load(model_path)


def run(raw_data):
    data = np.array(json.loads(raw_data)["data"])
    predictions = model.predict(data)
    return predictions.tolist()
