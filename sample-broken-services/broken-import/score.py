import json
import os

import joblib
import numpy as np
from inference_schema.schema_decorators import input_schema,
    output_schema
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "credit.joblib"))


@input_schema("data", NumpyParameterType(np.array([[35, 52000.0, 2]])))
@output_schema(NumpyParameterType(np.array([0.12])))
def run(data):
    return {"default_probability": model.predict_proba(data)[:, 1].round(3).tolist()}
