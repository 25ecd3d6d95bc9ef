import json
import os

import joblib


def init():
    global model
    # AZUREML_MODEL_DIR is set by the deployment; replace the file name by that of your model
    model_path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "<model-file>.pkl")
    model = joblib.load(model_path)


def run(raw_data):
    data = json.loads(raw_data)["input_data"]
    return model.predict(data).tolist()
