"""Decorated with a nested sample of numpy, pandas and plain values, and with the headers of the request."""
import numpy as np
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema

SAMPLE = StandardPythonParameterType(
    {
        "vector": NumpyParameterType(np.array([1, 2])),
        "table": PandasParameterType(pd.DataFrame({"a": [1], "b": ["x"]})),
        "n": 3,
    }
)


def init():
    pass


@input_schema("Inputs", SAMPLE)
def run(Inputs, request_headers, top=5):
    kinds = {key: type(value).__name__ for key, value in Inputs.items()}
    return {"kinds": kinds, "top": top, "content": request_headers["Content-Type"], "headers": type(request_headers).__name__}
