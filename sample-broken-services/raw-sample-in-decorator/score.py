import os

import numpy as np
from inference_schema.schema_decorators import input_schema

sample = np.array([[5.1, 3.5, 1.4, 0.2]])


def init():
    global centres
    centres = np.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "centres.npy"))


@input_schema("data", sample)
def run(data):
    distances = np.linalg.norm(data[:, None, :] - centres[None], axis=2)
    return {"cluster": distances.argmin(axis=1).tolist()}
