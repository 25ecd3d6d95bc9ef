# -- a generated script, as the product's automated training writes it --
import json
import logging
import os
import pickle
import numpy as np
import pandas as pd
import joblib

from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType

input_sample = pd.DataFrame({"day": pd.Series(["2000-1-1"], dtype="datetime64[us]"), "mnth": pd.Series([0], dtype="int8"),
                             "temp": pd.Series([0.0], dtype="float32")})
output_sample = np.array([0.0])
try:
    logger = logging.getLogger("azureml.scoring_script")
except:
    pass


def init():
    global model
    # the path as the service lays it out
    model_path = os.path.join(os.getenv('AZUREML_MODEL_DIR'), 'model.pkl')
    path = os.path.normpath(model_path)
    path_split = path.split(os.sep)
    log_server_info = {"model_name": path_split[-3], "model_version": path_split[-2]}
    try:
        logger.info("Loading model from path.")
        model = joblib.load(model_path)
        logger.info("Loading successful. %s", log_server_info)
    except Exception as e:
        logger.error(e)
        raise


@input_schema('data', PandasParameterType(input_sample))
@output_schema(NumpyParameterType(output_sample))
def run(data):
    result = model.predict(data)
    return json.dumps({"result": result.tolist()})
