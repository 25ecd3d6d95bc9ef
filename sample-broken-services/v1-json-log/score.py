import json
import os


def init():
    global shoe
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "sizes.json")) as source:
        sizes = json.load(source)
    shoe = int(sizes["shoe"])


def run(data):
    return {"fits": json.loads(data)["shoe"] <= shoe}
