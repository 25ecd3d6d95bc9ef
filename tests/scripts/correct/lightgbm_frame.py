import json
import os

import lightgbm as lgb
import pandas as pd


def init():
    global bst, columns
    bst = lgb.Booster(model_file=os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.txt"))
    columns = bst.feature_name()


def run(data):
    frame = pd.DataFrame(json.loads(data)).reindex(columns=columns)
    frame["prediction"] = bst.predict(frame)
    return json.loads(frame.to_json(orient="records"))
