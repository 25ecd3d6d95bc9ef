import json
import os


def init():
    global limits, weight
    path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "alerts.json")
    with open(path) as source:
        settings = json.load(source)
    limits = settings["limits"]
    weight = settings["weights"]["co2"]


def run(data):
    values = json.loads(data)
    return {name: weight * values[name] > limit for name, limit in limits.items()}
