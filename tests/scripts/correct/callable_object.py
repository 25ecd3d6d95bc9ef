import json
import os

import joblib


class Scorer:
    model = None

    def load(self):
        self.model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.joblib"))

    def __call__(self, data):
        return self.model.predict(json.loads(data)).tolist()


run = Scorer()


def init():
    run.load()
