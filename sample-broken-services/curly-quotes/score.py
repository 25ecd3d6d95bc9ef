import json
import os


def init():
    global rates
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "rates.json")) as source:
        rates = json.load(source)


def run(data):
    order = json.loads(data)
    rate = rates[order[“country”]]
    return {"duty": round(order["value"] * rate, 2), "currency": "EUR"}
