import json
import os

import joblib


def init(model_name):
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), model_name))


def run(data):
    rows = json.loads(data)["rows"]
    return model.predict(rows).tolist()


if __name__ == "__main__":
    init("clusters.joblib")
    print(run('{"rows": [[0.1, 0.2]]}'))
