import json
import logging
import os
import threading

import joblib

logger = logging.getLogger(__name__)
_models = {}
_lock = threading.Lock()


def init():
    root = os.environ["AZUREML_MODEL_DIR"]
    logger.warning("models: %s", sorted(os.listdir(root)))


def _model(tenant):
    with _lock:
        if tenant not in _models:
            path = os.path.join(os.environ["AZUREML_MODEL_DIR"], tenant, "model.joblib")
            if not os.path.exists(path):
                raise KeyError(tenant)
            _models[tenant] = joblib.load(path)
        return _models[tenant]


def run(data):
    request = json.loads(data)
    try:
        model = _model(request["tenant"])
    except KeyError as missing:
        return {"error": f"no model for {missing}"}
    result = model.predict(request["rows"])
    return result.tolist() if hasattr(result, "tolist") else list(result)
