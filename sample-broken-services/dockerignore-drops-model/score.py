import json
import os

import joblib


def init():
    global model, names
    folder = os.environ["AZUREML_MODEL_DIR"]
    with open(os.path.join(folder, "names.json")) as source:
        names = json.load(source)
    model = joblib.load(os.path.join(folder, "iris.joblib"))


def run(data):
    return [names[number] for number in model.predict(json.loads(data)["data"])]
