import json
import os

import joblib
import pandas as pd

COLUMNS = ["rooms", "area", "age"]

 def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "houses.joblib"))


def run(data):
    houses = pd.DataFrame(json.loads(data)["houses"], columns=COLUMNS)
    prices = model.predict(houses)
    return {"prices": prices.round().tolist()}
