import logging
import os

import joblib
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema

input_sample = np.array([[0.4, 12.5, 61.0, 8.0]])
output_sample = {"rentals": [120.0]}


def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "bikes", "model.joblib"))
    logging.warning("bike rental model is loaded")


@input_schema("data", NumpyParameterType(input_sample))
@output_schema(StandardPythonParameterType(output_sample))
def run(data):
    return {"rentals": [round(float(value), 1) for value in model.predict(data)]}
