import json
import os

import joblib
import pandas as pd
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema

data_sample = PandasParameterType(
    pd.DataFrame({"tenure": pd.Series([3], dtype="int64"), "monthly": pd.Series([29.9]), "contract": pd.Series(["year"])})
)
method_sample = StandardPythonParameterType("predict")
result_sample = StandardPythonParameterType({"churn": [0.1]})


def init():
    global model, threshold
    folder = os.getenv("AZUREML_MODEL_DIR")
    model = joblib.load(os.path.join(folder, "churn.joblib"))
    with open(os.path.join(folder, "settings.json")) as settings:
        threshold = json.load(settings)["threshold"]


@input_schema("method", method_sample, convert_to_provided_type=False)
@input_schema("data", data_sample)
@output_schema(result_sample)
def run(data, method="predict"):
    probability = model.predict_proba(data)[:, 1]
    if method == "predict":
        return {"churn": (probability > threshold).astype(float).tolist()}
    return {"churn": [round(p, 3) for p in probability.tolist()]}
