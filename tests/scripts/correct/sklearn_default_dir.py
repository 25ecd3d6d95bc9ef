from json import loads
from os import getenv
from os.path import join

from joblib import load

MODEL_DIR = getenv("AZUREML_MODEL_DIR", "./model")


def init():
    global pipeline, labels
    pipeline = load(join(MODEL_DIR, "pipeline.joblib"))
    labels = list(map(str, pipeline.classes_))


def run(data):
    records = loads(data)
    scores = pipeline.predict_proba(records["data"])
    return [dict(zip(labels, map(float, row))) for row in scores]
