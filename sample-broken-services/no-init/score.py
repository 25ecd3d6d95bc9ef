import json
import os

import joblib

model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "spam.joblib"))


def predict(texts):
    return model.predict_proba(texts)[:, 1].round(3).tolist()


def run(data):
    return {"spam": predict(json.loads(data)["mails"])}
