import os

import inference_schema.schema_decorators as schema
import numpy
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType


def make_sample():
    return pd.DataFrame(data=[{"a": 1, "b": 2.5}])


def make_type():
    return PandasParameterType(make_sample(), enforce_shape=False, orient="split")


def init():
    global weights
    weights = numpy.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "weights.npy"))


@schema.input_schema("frame", make_type())
@schema.input_schema("bias", NumpyParameterType(sample_input=numpy.zeros(shape=(1,), dtype="float64")))
@schema.output_schema(NumpyParameterType(numpy.array([0.5])))
def run(frame, bias):
    return (frame.to_numpy() @ weights + bias).tolist()
