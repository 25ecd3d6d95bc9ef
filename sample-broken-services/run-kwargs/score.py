import json
import os


def init():
    global weights
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "weights.json")) as source:
        weights = json.load(source)


def run(**features):
    score = sum(weights[name] * value for name, value in features.items())
    return {"score": score, "accepted": score > 0}
