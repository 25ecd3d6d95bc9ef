import json
import logging
import os

import joblib


class ScoringError(Exception):
    """A request that could not be scored."""


def init():
    global model
    try:
        model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR", "."), "model.joblib"))
    except FileNotFoundError as missing:
        raise RuntimeError("the model was not mounted") from missing


def run(data):
    try:
        answer = model.predict([json.loads(data)["row"]])
    except Exception as error:
        logging.exception("scoring failed")
        raise ScoringError("scoring failed") from error
    else:
        return answer[0].item()
    finally:
        logging.debug("done")
