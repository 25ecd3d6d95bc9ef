import json
import os
import pickle


def init():
    global model
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "rules.pkl"), "rb") as source:
        model = pickle.load(source)


def run(data):
    orders = json.loads(data)["orders"]
    return {"priority": [model.predict(order) for order in orders]}
