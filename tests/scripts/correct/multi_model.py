import json
import os
from functools import lru_cache
from pathlib import Path

import joblib

MODELS = Path(os.environ.get("AZUREML_MODEL_DIR", "models"))
names: list[str] = []


@lru_cache(maxsize=4)
def load(name: str):
    return joblib.load(MODELS / f"{name}.joblib")


def init():
    names.extend(sorted(path.stem for path in MODELS.glob("*.joblib")))
    for name in names:
        load(name)


def run(data):
    request = json.loads(data)
    name = request.get("model", names[0])
    if name not in names:
        return {"error": f"unknown model {name}", "known": names}
    return {"model": name, "answer": load(name).predict(request["data"]).tolist()}
