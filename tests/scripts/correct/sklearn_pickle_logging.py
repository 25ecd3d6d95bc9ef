"""Scores a gradient boosting classifier and logs every request."""
import json
import logging
import os
import pickle

import pandas as pd

logging.basicConfig(level=logging.INFO)
logger = logging.getLogger(__name__)

model = None
FEATURES = ["age", "income", "tenure"]


def init():
    """Called once when the container starts."""
    global model
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "churn", "model.pkl")
    logger.info("loading %s", path)
    with open(path, "rb") as handle:
        model = pickle.load(handle)
    logger.info("init complete")


def run(data):
    """Called for every request."""
    rows = json.loads(data)["rows"]
    frame = pd.DataFrame(rows, columns=FEATURES)
    probabilities = model.predict_proba(frame)[:, 1]
    logger.info("scored %d rows", len(frame))
    return {"probabilities": [float(p) for p in probabilities]}
