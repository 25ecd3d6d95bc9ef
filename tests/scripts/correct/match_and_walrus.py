import json
import os

import joblib


def init():
    global models
    root = os.environ["AZUREML_MODEL_DIR"]
    models = {name.split(".")[0]: joblib.load(os.path.join(root, name)) for name in os.listdir(root)}


def run(data):
    match json.loads(data):
        case {"model": str(name), "data": list(rows)} if (model := models.get(name)) is not None:
            return {"result": model.predict(rows).tolist()}
        case {"ping": _}:
            return {"models": sorted(models)}
        case [*rows]:
            first = next(iter(models.values()))
            return {"result": first.predict(rows).tolist()}
        case _:
            return {"error": "send model and data"}
