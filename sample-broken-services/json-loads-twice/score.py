import json
import os

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema


def init():
    global names
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "names.json")) as source:
        names = json.load(source)


@input_schema("payload", StandardPythonParameterType({"ids": [1, 2]}))
def run(payload):
    ids = json.loads(payload)["ids"]
    return {"names": [names[str(number)] for number in ids]}
