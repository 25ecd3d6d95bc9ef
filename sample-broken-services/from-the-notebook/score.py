%%writefile $script_folder/score.py
import json
import os

import numpy as np
from sklearn.externals import joblib


def init():
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "titanic.joblib"))


def run(raw_data):
    passengers = np.array(json.loads(raw_data)["passengers"])
    return {"survived": model.predict(passengers).tolist()}
