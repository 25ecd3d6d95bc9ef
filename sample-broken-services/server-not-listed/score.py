import json
import os

import joblib


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "sentiment.joblib"))


def run(data):
    return {"positive": model.predict(json.loads(data)["reviews"]).tolist()}
