import json
import os


def init():
    global table
    model_dir = os.getenv("AZUREML_MODEL_DIR")
    with open(model_dir + "\\tables\\tariffs.json") as source:
        table = json.load(source)


def run(data):
    parcel = json.loads(data)
    zone = table["zones"][parcel["country"]]
    return {"tariff": table["tariffs"][zone] * parcel["weight"]}
