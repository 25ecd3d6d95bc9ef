import json
import os

import joblib


class Scorer:
    def init(self):
        folder = os.getenv("AZUREML_MODEL_DIR")
        self.model = joblib.load(os.path.join(folder, "energy.joblib"))

    def run(self, raw_data):
        rows = json.loads(raw_data)["rows"]
        return {"kwh": self.model.predict(rows).round(2).tolist()}
