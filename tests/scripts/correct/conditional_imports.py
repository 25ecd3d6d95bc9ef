import os

try:
    import orjson as json
except ImportError:
    import json

try:
    from tflite_runtime.interpreter import Interpreter
except ModuleNotFoundError:
    from tensorflow.lite import Interpreter

import numpy as np

interpreter = None
DEBUG = os.environ.get("DEBUG") == "1"

if DEBUG:
    import pprint

    def show(value):
        pprint.pprint(value)

else:

    def show(value):
        pass


def init():
    global interpreter
    interpreter = Interpreter(model_path=os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.tflite"))
    interpreter.allocate_tensors()


def run(data):
    rows = np.array(json.loads(data)["data"], dtype=np.float32)
    show(rows.shape)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], rows)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).tolist()
