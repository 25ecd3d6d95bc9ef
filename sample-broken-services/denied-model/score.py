import json
import os


def init():
    global routes
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "routes.json")) as source:
        routes = json.load(source)


def run(data):
    return {"length": routes[json.loads(data)["route"]]}
