import json
import os

import joblib


def init():
    global model
    path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "model.pkl")
    model = joblib.load(path)


def run(data):
    transactions = json.loads(data)["transactions"]
    return {"anomaly": (model.predict(transactions) == -1).tolist()}
