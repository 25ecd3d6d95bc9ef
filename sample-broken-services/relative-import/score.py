import json
import os

from .features import encode


def init():
    global weights
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "weights.json")) as source:
        weights = json.load(source)


def run(data):
    flight = json.loads(data)
    delay = sum(weight * value for weight, value in zip(weights, encode(flight)))
    return {"minutes": round(delay, 1)}
