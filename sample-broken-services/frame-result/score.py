import os

import pandas as pd
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.schema_decorators import input_schema

orders = pd.DataFrame({"article": ["A-100"], "pieces": [4], "price": [9.5]})


def init():
    global discounts
    path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "discounts.csv")
    discounts = pd.read_csv(path, index_col="article")["discount"]


@input_schema("data", PandasParameterType(orders))
def run(data):
    discount = data["article"].map(discounts).fillna(0)
    data["total"] = data["pieces"] * data["price"] * (1 - discount)
    return data
