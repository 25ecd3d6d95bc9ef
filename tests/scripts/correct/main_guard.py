import json
import os

import joblib


def init():
    global model
    model = joblib.load(os.path.join(os.environ.get("AZUREML_MODEL_DIR", "outputs"), "model.joblib"))


def run(data):
    return {"result": model.predict(json.loads(data)["data"]).tolist()}


if __name__ == "__main__":
    import sys

    init()
    print(run(json.dumps({"data": [[1, 2, 3, 4]]})))
    sys.exit(0)
