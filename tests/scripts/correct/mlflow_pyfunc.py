import json
import logging
import os
from io import StringIO

import mlflow
from mlflow.pyfunc.scoring_server import infer_and_parse_json_input, predictions_to_json


def init():
    global model, input_schema
    model_path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "credit_defaults_model")
    model = mlflow.pyfunc.load_model(model_path)
    input_schema = model.metadata.get_input_schema()


def run(raw_data):
    json_data = json.loads(raw_data)
    if "input_data" not in json_data:
        raise ValueError("Request must contain a top level key named 'input_data'")
    data = infer_and_parse_json_input(json.dumps(json_data["input_data"]), input_schema)
    predictions = model.predict(data)
    result = StringIO()
    predictions_to_json(predictions, result)
    logging.info("Request processed")
    return json.loads(result.getvalue())
