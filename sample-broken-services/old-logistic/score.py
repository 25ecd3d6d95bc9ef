import json
import os
import pickle


def init():
    global model
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "admission.pkl"), "rb") as source:
        model = pickle.load(source)


def run(data):
    applicants = json.loads(data)["applicants"]
    return {"admitted": model.predict(applicants).tolist()}
