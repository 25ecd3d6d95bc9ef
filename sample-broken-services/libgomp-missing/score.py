import json
import os

import lightgbm as lgb
import numpy as np


def init():
    global booster
    booster = lgb.Booster(model_file=os.path.join(os.environ["AZUREML_MODEL_DIR"], "demand.txt"))


def run(data):
    return booster.predict(np.array(json.loads(data)["data"])).tolist()
