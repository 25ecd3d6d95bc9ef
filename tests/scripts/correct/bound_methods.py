"""The service is an object; the server finds its methods under the names it looks for."""
import json
import os

import joblib


class Service:
    def start(self):
        self.model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.joblib"))

    def answer(self, data):
        return self.model.predict(json.loads(data)["data"]).tolist()


service = Service()
init = service.start
run = service.answer
