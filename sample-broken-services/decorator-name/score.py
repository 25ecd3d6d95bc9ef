import os

import joblib
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "churn.joblib"))


@input_schema("Inputs", NumpyParameterType(np.array([[12, 79.5]])))
@output_schema(StandardPythonParameterType([0]))
def run(data):
    return model.predict(data).tolist()
