"""Undecorated: returns whatever the request asks for."""
import datetime
import decimal
import json

import numpy as np
import pandas as pd


class Celsius(float):
    pass


def circle():
    ring = {"a": 1}
    ring["ring"] = [ring]
    return ring


MAKE = {
    "dict": lambda: {"scores": [1, 2.5], "name": "ü"},
    "list": lambda: [1, "a", None, True],
    "text": lambda: "plain",
    "number": lambda: 3.5,
    "none": lambda: None,
    "dumped": lambda: json.dumps({"a": 1}),
    "tuple": lambda: ("a", 201),
    "nan": lambda: {"scores": [1.0, float("nan")]},
    "infinity": lambda: float("-inf"),
    "odd keys": lambda: {1: "a", None: "b", True: "c", 2.5: "d"},
    "tuple key": lambda: {"deep": {(1, 2): 3}},
    "float64": lambda: np.float64(1.5),
    "float32": lambda: {"scores": [np.float32(1.5)]},
    "int64": lambda: [np.int64(1)],
    "array": lambda: np.array([1, 2]),
    "frame": lambda: {"table": pd.DataFrame({"a": [1]})},
    "bytes": lambda: b"abc",
    "set": lambda: {"labels": {1}},
    "date": lambda: {"when": datetime.datetime(2020, 1, 1)},
    "decimal": lambda: decimal.Decimal("1.5"),
    "error": lambda: {"error": ValueError("x")},
    "generator": lambda: (n for n in range(3)),
    "circle": circle,
    "subclass": lambda: Celsius(3.5),
    "raise": lambda: {}["data"],
    "timeout": lambda: raise_timeout(),
    "memory": lambda: raise_memory(),
    "recursion": lambda: recurse(0),
    "flask": lambda: flask_response(),
    "flask 503": lambda: flask_response(503),
    "flask 404": lambda: flask_response(404),
    "stream": lambda: stream(),
    "print": lambda: print("some", "words", sep=None) or {},
    "closed": lambda: closed(),
}


def raise_timeout():
    raise TimeoutError("upstream is slow")


def raise_memory():
    raise MemoryError


def recurse(n):
    return recurse(n + 1)


def flask_response(status=200):
    import flask

    response = flask.jsonify({"path": flask.request.path, "method": flask.request.method})
    response.status_code = status
    return response


def stream():
    from flask import Response

    return Response((part for part in ("a", "b")), mimetype="text/plain")


def closed():
    import sys

    before, sys.stdout = sys.stdout, None
    try:
        print("to nobody")
    finally:
        sys.stdout = before
    return "still here"


def init():
    pass


def run(data):
    if not data.startswith("{"):
        return {"received": data, "type": type(data).__name__}
    return MAKE[json.loads(data)["mode"]]()
