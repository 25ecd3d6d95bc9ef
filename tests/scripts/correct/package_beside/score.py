"""Entry script beside a package that itself uses relative imports."""
import json
import os

from forecaster import Forecaster

forecaster = None


def init():
    global forecaster
    forecaster = Forecaster.load(os.environ["AZUREML_MODEL_DIR"])


def run(data):
    horizon = json.loads(data).get("horizon", 1)
    try:
        return {"forecast": forecaster.forecast(int(horizon))}
    except (TypeError, ValueError) as wrong:
        return {"error": str(wrong)}
