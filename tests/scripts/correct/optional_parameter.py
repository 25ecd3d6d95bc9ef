import json


def init(folder=None, *, verbose=False):
    global scale
    scale = 10 if folder is None else 1
    if verbose:
        print("scale", scale)


def run(data, extra="x"):
    return {"scaled": [scale * v for v in json.loads(data)], "extra": extra}
