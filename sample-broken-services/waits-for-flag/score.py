import json
import os
import time


def wait_for(path):
    while not os.path.exists(path):
        time.sleep(1)


def init():
    global limits
    folder = os.getenv("AZUREML_MODEL_DIR")
    wait_for(os.path.join(folder, "_SUCCESS"))
    with open(os.path.join(folder, "limits.json")) as source:
        limits = json.load(source)


def run(data):
    return {name: value <= limits[name] for name, value in json.loads(data).items()}
