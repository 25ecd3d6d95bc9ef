import json

import joblib
from azureml.core.model import Model


def init():
    global model
    model_path = Model.get_model_path("credit-modle")
    model = joblib.load(model_path)


def run(data):
    return {"score": model.predict_proba(json.loads(data)["rows"])[:, 1].round(3).tolist()}
