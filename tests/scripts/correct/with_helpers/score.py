import json
import os

import config
from preprocessing import clean, to_matrix
from utils.postprocessing import as_records


def init():
    global model
    import joblib

    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], config.MODEL_FILE))


def run(data):
    rows = clean(json.loads(data)["data"])
    return as_records(model.predict(to_matrix(rows)))
