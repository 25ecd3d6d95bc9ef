import json
import os

import joblib


def init():
    global model
    folder = os.getenv("AZUREML_MODEL_DIR")
<<<<<<< HEAD
    model = joblib.load(os.path.join(folder, "heart_v2.joblib"))
    print("heart_v2 loaded")
=======
    model = joblib.load(os.path.join(folder, "heart.joblib"))
>>>>>>> origin/main


def run(data):
    patients = json.loads(data)["patients"]
    return {"risk": model.predict_proba(patients)[:, 1].round(2).tolist()}
