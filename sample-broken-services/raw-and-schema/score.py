import os

import numpy as np
from azureml.contrib.services.aml_request import rawhttp
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema


def init():
    global kernel
    kernel = np.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "kernel.npy"))


@rawhttp
@input_schema("signal", NumpyParameterType(np.array([1.0, 2.0, 3.0]), enforce_shape=False))
def run(signal):
    return {"smooth": np.convolve(signal, kernel, mode="valid").tolist()}
