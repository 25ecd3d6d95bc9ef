import json
import os

import numpy as np
import xgboost as xgb

booster: "xgb.Booster | None" = None


def init():
    global booster
    booster = xgb.Booster()
    booster.load_model(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.json"))


def run(data):
    matrix = xgb.DMatrix(np.asarray(json.loads(data)["data"], dtype=np.float32))
    prediction = booster.predict(matrix)
    return json.loads(json.dumps([round(float(p), 6) for p in prediction]))
