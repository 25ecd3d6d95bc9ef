import json

import joblib
import numpy as np
from azureml.core.model import Model


def init():
    global model_1, model_2
    model_1 = joblib.load(Model.get_model_path(model_name="my_first_model"))
    model_2 = joblib.load(Model.get_model_path(model_name="my_second_model"))


def run(raw_data):
    data = np.array(json.loads(raw_data)["data"])
    return {"prediction1": model_1.predict(data).tolist(), "prediction2": model_2.predict(data).tolist()}
