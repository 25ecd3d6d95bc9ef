import json
import os

import numpy as np


class NumpyEncoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, np.integer):
            return int(o)
        if isinstance(o, np.floating):
            return float(o)
        if isinstance(o, np.ndarray):
            return o.tolist()
        return super().default(o)


def init():
    global factors, items
    archive = np.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "factors.npz"))
    factors, items = archive["users"], archive["items"]


def run(data):
    user = json.loads(data)["user"]
    scores = items @ factors[user]
    top = np.argsort(-scores)[:10]
    return json.loads(json.dumps({"items": top, "scores": scores[top]}, cls=NumpyEncoder))
