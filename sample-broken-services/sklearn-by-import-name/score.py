import json
import os

import joblib


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "rating.joblib"))


def run(data):
    return {"stars": model.predict(json.loads(data)["films"]).tolist()}
