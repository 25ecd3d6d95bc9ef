import json
import os

import joblib

from text_cleaning import clean

MODELS = {}


def init():
    root = os.environ["AZUREML_MODEL_DIR"]
    for language in ("de", "en"):
        MODELS[language] = joblib.load(os.path.join(root, language, "router.joblib"))


def run(data, request_headers):
    body = json.loads(data)
    language = request_headers.get("Accept-Language", "en")[:2]
    model = MODELS.get(language, MODELS["en"])
    return {"queue": model.predict([clean(text) for text in body["tickets"]]).tolist()}
