import json
import logging
import os
import pickle

import numpy as np
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema

data_sample = PandasParameterType(pd.DataFrame({"vendor": [2], "distance": [1.7], "day": ["mon"]}))
input_sample = StandardPythonParameterType({"data": data_sample})
method_sample = StandardPythonParameterType("predict")
sample_global_params = StandardPythonParameterType({"method": method_sample})
result_sample = NumpyParameterType(np.array([0.0]))
output_sample = StandardPythonParameterType({"Results": result_sample})


def init():
    global model
    model_path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "model.pkl")
    try:
        with open(model_path, "rb") as stream:
            model = pickle.load(stream)
    except Exception as error:
        logging.error("the model could not be loaded: %s", error)
        raise


@input_schema("GlobalParameters", sample_global_params, convert_to_provided_type=False)
@input_schema("Inputs", input_sample)
@output_schema(output_sample)
def run(Inputs, GlobalParameters={"method": "predict"}):
    data = Inputs["data"]
    if GlobalParameters.get("method", "predict") == "predict_proba":
        result = model.predict_proba(data)
    else:
        result = model.predict(data)
    return {"Results": result.tolist()}
