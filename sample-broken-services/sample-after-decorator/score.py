import os

import joblib
import pandas as pd
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.schema_decorators import input_schema


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "insurance.joblib"))


@input_schema("data", PandasParameterType(data_sample))
def run(data):
    return {"premium": model.predict(data).round(2).tolist()}


data_sample = pd.DataFrame({"age": [44], "bmi": [24.8], "children": [2]})
