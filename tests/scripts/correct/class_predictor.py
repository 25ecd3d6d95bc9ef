import json
import os

import joblib


class Predictor:
    def __init__(self, folder):
        self.folder = folder
        self.model = None

    def init(self):
        self.model = joblib.load(os.path.join(self.folder, "model.joblib"))

    def run(self, rows):
        return self.model.predict(rows).tolist()


predictor = Predictor(os.getenv("AZUREML_MODEL_DIR", "."))


def init():
    predictor.init()


def run(data):
    return predictor.run(json.loads(data)["data"])
