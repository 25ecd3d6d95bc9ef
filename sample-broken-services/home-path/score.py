import json

import joblib

MODEL = "/home/azureuser/cloudfiles/code/models/loan.joblib"


def init():
    global model
    model = joblib.load(MODEL)


def run(data):
    applications = json.loads(data)["applications"]
    return {"approve": model.predict(applications).tolist()}
