import json
import os


def init():
    global rates
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "rates.json")
    with open(path) as source:
        rates = json.load(source)


def run(data):
    order = json.loads(data)
    return {"amount": round(order["amount"] * rates[order["currency"]], 2)}
