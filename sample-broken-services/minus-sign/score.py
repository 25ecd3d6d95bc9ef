import json
import os

import numpy as np


def init():
    global mean, scale
    with np.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "scaler.npz")) as stored:
        mean, scale = stored["mean"], stored["scale"]


def run(data):
    x = np.array(json.loads(data)["x"], dtype=float)
    # z-score of the last reading against the training data
    z = (x − mean) / scale
    return {"z": z[:, −1].round(3).tolist(), "outlier": bool(np.abs(z).max() > 3)}
