import os

import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema


def init():
    global weights
    weights = np.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "weights.npy"))


@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0, 3.0]])))
def run(data):
    return (data @ weights).tolist()
