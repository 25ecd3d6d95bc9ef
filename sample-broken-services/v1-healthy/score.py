import json
import os


def init():
    global tariffs
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "tariffs.json")) as source:
        tariffs = json.load(source)


def run(data):
    rows = json.loads(data)["data"]
    return [round(tariffs[row["tariff"]] * row["kwh"], 2) for row in rows]
