"""Decorated with a numpy sample; `flag` has a default and no schema, `note` is described and required."""
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema


def init():
    global weights
    weights = np.array([1.0, 2.0, 3.0])


@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0, 3.0]])))
@input_schema("note", StandardPythonParameterType("text"))
@output_schema(StandardPythonParameterType({"scores": [1.0]}))
def run(data, note, flag=True):
    return {"scores": (data @ weights).tolist(), "type": type(data).__name__, "note": note, "flag": flag}
