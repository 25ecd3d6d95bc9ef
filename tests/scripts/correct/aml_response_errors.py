import json
import logging
import os

import joblib
import numpy as np
from azureml.contrib.services.aml_response import AMLResponse

log = logging.getLogger("score")


def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.joblib"))


def run(data):
    try:
        rows = np.asarray(json.loads(data)["data"], dtype=float)
    except (KeyError, ValueError) as problem:
        return AMLResponse({"error": str(problem)}, 400, json_str=True)
    try:
        return {"predictions": model.predict(rows).tolist()}
    except Exception as problem:
        log.exception("prediction failed")
        return AMLResponse({"error": str(problem)}, 500, json_str=True)
