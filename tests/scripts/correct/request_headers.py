import json
import os

import joblib

_state = {}


def init():
    _state["model"] = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "m.joblib"))


def run(data, request_headers):
    tenant = request_headers.get("X-Tenant", "none")
    answer = _state["model"].predict(json.loads(data)["data"])
    return {"tenant": tenant, "answer": answer.tolist()}
