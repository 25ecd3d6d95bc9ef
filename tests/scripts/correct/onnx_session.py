import json
import os
import sys

import numpy as np
import onnxruntime


def init():
    global session, input_name, output_name
    path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "model.onnx")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    input_name = session.get_inputs()[0].name
    output_name = session.get_outputs()[0].name
    print("ready", file=sys.stderr)


def preprocess(raw):
    return np.array(json.loads(raw)["data"]).astype("float32")


def postprocess(result):
    return int(np.argmax(np.array(result).squeeze(), axis=0))


def run(input_data):
    result = session.run([output_name], {input_name: preprocess(input_data)})
    return {"result": postprocess(result)}
