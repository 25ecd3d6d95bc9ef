import json
import os

USE_GPU = os.path.exists("/dev/nvidia0")

if USE_GPU:
    import cupy as xp

    def run(data):
        return xp.asnumpy(xp.asarray(json.loads(data)["data"]).sum(axis=1)).tolist()

else:
    import numpy as xp

    def run(data):
        return xp.asarray(json.loads(data)["data"]).sum(axis=1).tolist()


def init():
    print("gpu" if USE_GPU else "cpu")
