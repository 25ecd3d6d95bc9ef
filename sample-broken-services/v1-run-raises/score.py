import json
import os


def init():
    global wages
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "wages.json")) as source:
        wages = json.load(source)


def run(data):
    grades = json.loads(data)["grades"]
    return {"total": sum(wages[grade] for grade in grades)}
