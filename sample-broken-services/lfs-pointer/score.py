import json
import os
import pickle


def init():
    global model
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "crop.pkl"), "rb") as source:
        model = pickle.load(source)


def run(data):
    return {"crop": model.predict(json.loads(data)["fields"]).tolist()}
