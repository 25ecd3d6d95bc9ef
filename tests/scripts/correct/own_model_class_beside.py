import json
import os

from scoring.model import Model

model: Model


def init() -> None:
    global model
    model = Model.load(os.environ["AZUREML_MODEL_DIR"])


def run(data: str) -> dict:
    body = json.loads(data)
    if not isinstance(body.get("rows"), list):
        raise ValueError("send {'rows': [...]}")
    return {"answer": model.predict(body["rows"]), "about": model.describe().to_dict()}
