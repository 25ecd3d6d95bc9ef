"""Entry scripts with everything that can be declared, and what lies beside them: the service's description differs."""

from dataclasses import dataclass, field

HEAD = """\
import datetime
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as Standard
"""
NUMPY = (
    "import numpy as np\n"
    "from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType as Numpy\n"
)
PANDAS = (
    "import pandas as pd\n"
    "from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType as Pandas\n"
)
INIT = "\n\ndef init(): ...\n\n\n"


def script(parameters: dict[str, str], *, output: str = "", head: str = HEAD) -> str:
    """An entry script whose run() takes these parameters, each with the sample type that is written there."""
    text = "".join(parameters.values()) + output
    lines = [f"@input_schema({name!r}, {made})" for name, made in parameters.items()]
    lines += [f"@output_schema({output})"] if output else []
    head += (NUMPY if "np." in text else "") + (PANDAS if "pd." in text else "")
    return f"{head}{INIT}{chr(10).join(lines)}\ndef run({', '.join(parameters)}):\n    return 1\n"


@dataclass(frozen=True)
class Case:
    """One service: its entry script, files beside it by name, and variables of the deployment.

    `over_http`: asked through a real server on loopback, not through the server's application in a child.
    """

    name: str
    script: str
    files: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    over_http: bool = False


STANDARD = {
    "whole": "Standard(-3)",
    "huge": "Standard(2**70)",
    "real": "Standard(1.5)",
    "text": r"Standard('grün \u2603 \ud800 \"')",
    "flag": "Standard(True)",
    "raw": "Standard(b'\\x00\\xff')",
    "array": "Standard(bytearray(b'ab'))",
    "day": "Standard(datetime.date(2020, 1, 2))",
    "moment": "Standard(datetime.datetime(2020, 1, 2, 3, 4, 5))",
    "zoned": "Standard(datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))))",
    "hour": "Standard(datetime.time(3, 4))",
}
CONTAINERS = {
    "rows": "Standard([[1.0, 2.0], [3.0, 4.0]])",
    "pair": "Standard((1, 2))",
    "counted": "Standard(range(3))",
    "nothing": "Standard([])",
    "bare": "Standard({})",
    "different": "Standard([{'a': 1}, {'b': 'x'}])",
    "holds_none": "Standard({'a': None, 'b': [None]})",
    "nested": "Standard({'a': {'b': [{'c': [1]}]}, 'when': datetime.datetime(2020, 1, 1)})",
    "odd_keys": "Standard({'a/b~c': 1, '': 2, 'function': 3, 'line': 4, 'k': 'x', 'path': '/tmp/x'})",
    "numbered": "Standard({1: 'a', 2.5: 'b', True: 'c', None: 'd'})",
    "lists": "Standard([[1], ['a']])",
}
NOT_JSON = {
    "lost": "Standard(float('nan'))",
    "deep": "Standard({'a': [float('inf'), -float('inf')]})",
    "cells": "Numpy(np.array([[1.0, np.nan]]))",
}
NUMBERS = {
    name: f"Numpy(np.array([[1, 2], [3, 4]], dtype={name!r}))"
    for name in (
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "bool"),
    )
}
ARRAYS = {
    "one": "Numpy(np.array([1.5]))",
    "three": "Numpy(np.zeros((1, 2, 3)))",
    "none": "Numpy(np.zeros((0, 2)))",
    "words": "Numpy(np.array(['ab', 'c']))",
    "octets": "Numpy(np.array([b'ab', b'c']))",
    "things": "Numpy(np.array([{'a': 1}, None], dtype=object))",
    "days": "Numpy(np.array(['2020-01-01'], dtype='datetime64[D]'))",
    "seconds": "Numpy(np.array(['2020-01-01T02:03:04'], dtype='datetime64[s]'))",
    "spans": "Numpy(np.array([1, 2], dtype='timedelta64[D]'))",
    "swapped": "Numpy(np.array([1.5], dtype='>f8'))",
    "records": "Numpy(np.array([(1, 2.5)], dtype=[('a', 'i4'), ('b', 'f8')]))",
    "inner": "Numpy(np.array([((1,), [1, 2])], dtype=[('a', [('x', 'i4')]), ('b', 'f8', (2,))]))",
    "loose": "Numpy(np.array([1.5]), enforce_column_type=False, enforce_shape=False)",
}
FRAMES = {
    "plain": "Pandas(pd.DataFrame({'i': [1], 'f': [1.5], 's': ['x'], 'b': [True]}))",
    "times": "Pandas(pd.DataFrame({'d': pd.to_datetime(['2020-01-01']), 'z': pd.to_datetime(['2020-01-01'], utc=True),"
    " 't': pd.to_timedelta([86400], unit='s')}))",
    "kinds": "Pandas(pd.DataFrame({'c': pd.Categorical(['a']), 'n': pd.array([None], dtype='Int64')}))",
    "gaps": "Pandas(pd.DataFrame({'a': [1.0, None], 'b': [None, 1.0], 's': ['x', None]}))",
    "cells": "Pandas(pd.DataFrame({'d': [{'a': 1}], 'l': [[1, 2]]}))",
    "numbered": "Pandas(pd.DataFrame([[1, 2]]))",
    "empty": "Pandas(pd.DataFrame())",
    "labelled": "Pandas(pd.DataFrame({'a': [1]}, index=pd.Index(['r'], name='row')))",
}
LABELLED = "pd.DataFrame({'a': [1, 2], 'b': [3, 4]}, index=pd.Index(['x', 'y'], name='n'))"
ORIENTS = {
    orient: f"Pandas({LABELLED}, orient={orient!r})"
    for orient in ("records", "split", "values", "index", "columns", "table")
}
TIMED = {
    orient: f"Pandas(pd.DataFrame({{'d': pd.to_datetime(['2020-01-01']), 's': ['x']}}), orient={orient!r})"
    for orient in ("records", "index", "columns", "table")
}
NESTED = {
    "data": "Standard({'i1': Numpy(np.array([[1.0, 2.0]])), 'i2': Pandas(pd.DataFrame({'a': [1]})), 'n': 3})",
    "many": "Standard([Numpy(np.array([1])), Numpy(np.array([2, 3]))])",
    "deep": "Standard({'a': Standard({'b': Standard([Numpy(np.array([1.0]))])}), 'c': [1]})",
}

OWN_TYPE = """
from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType


class Own(AbstractParameterType):
    def __init__(self, schema):
        self.schema = schema
        super().__init__(1)

    def deserialize_input(self, data):
        return data

    def input_to_swagger(self):
        return dict(self.schema)
"""
MIXED = "Standard([1, 'a'])"
PLAIN = f"{INIT}def run(data):\n    return data\n"
DECORATED = script({"data": "Standard([[1.0]])"}, output="Standard({'score': 1.5})")

CASES = (
    Case("standard types", script(STANDARD, output="Standard(1.5)"), over_http=True),
    Case("standard containers", script(CONTAINERS), over_http=True),
    Case("numbers that JSON lacks", script(NOT_JSON, output="Standard(float('nan'))"), over_http=True),
    Case("numpy numbers", script(NUMBERS)),
    Case("numpy arrays", script(ARRAYS, output="Numpy(np.array([1.5]))"), over_http=True),
    Case("pandas frames", script(FRAMES, output="Pandas(pd.DataFrame({'y': [1]}))"), over_http=True),
    Case("pandas orients", script(ORIENTS), over_http=True),
    Case("pandas orients with dates", script(TIMED)),
    Case("pandas split of mixed types", script({"a": "Pandas(pd.DataFrame({'a': [1], 's': ['x']}), orient='split')"})),
    Case(
        "pandas values of mixed types", script({"a": "Pandas(pd.DataFrame({'a': [1], 's': ['x']}), orient='values')"})
    ),
    Case("nested types", script(NESTED), over_http=True),
    Case("mixed list outside", script({"a": MIXED, "b": "Standard(1)"}), over_http=True),
    Case("mixed list inside", script({"b": "Standard(1)", "a": MIXED})),
    Case("mixed output", script({"a": "Standard(1)"}, output=MIXED)),
    Case("output only", f"{HEAD}{INIT}@output_schema(Standard([1]))\ndef run(data):\n    return 1\n"),
    Case(
        "parameters without a decorator",
        f"{HEAD}{INIT}@input_schema('a', Standard(1), optional=True)\n@input_schema('b', Standard(2), False)\n"
        "@input_schema('only', Standard('x'))\n"
        "def run(a, plain, b=3, other=None, *, only, last=5, request_headers):\n    return 1\n",
        over_http=True,
    ),
    Case("a name that run() lacks", f"{HEAD}{INIT}@input_schema('datum', Standard(1))\ndef run(data):\n    return 1\n"),
    Case(
        "another decorator between",
        f"{HEAD}import functools\n\n\ndef timed(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n"
        f"        return f(*a, **k)\n    return inner\n{INIT}@timed\n@input_schema('a', Standard(1))\n@timed\n"
        "@input_schema('b', Standard(2))\ndef run(a, b):\n    return 1\n",
    ),
    Case("run() under another name", f"{DECORATED.replace('def run', 'def predict')}\n\nrun = predict\n"),
    Case(
        "run() of another module",
        "from service import init, run\n",
        files={"service.py": DECORATED},
    ),
    Case(
        "behind a driver module",
        "import service as driver_module\n\n\ndef init(): ...\n\n\ndef run(anything):\n    return 1\n",
        files={"service.py": DECORATED},
    ),
    Case(
        "a type of the person's own",
        script({"a": "Own({'type': 'x', 'example': (1, 2)})", "b": "Own({'example': 1})"}, head=HEAD + OWN_TYPE),
    ),
    Case("undecorated", PLAIN, over_http=True),
    Case("undecorated with headers", f"{INIT}def run(data, extra=1, *, request_headers):\n    return 1\n"),
    Case(
        "the whole request",
        f"from azureml.contrib.services.aml_request import rawhttp\n{INIT}@rawhttp\ndef run(request):\n    return 1\n",
    ),
    Case(
        "files of the person's own",
        DECORATED,
        {"swagger.json": '{"mine": [1, NaN]}', "swagger2.json": '{"no": 1}', "swagger3.1.json": '["a", "ü"]'},
        over_http=True,
    ),
    Case("a second name for version 2", PLAIN, {"swagger2.json": '{"b": 1, "a": 2}', "swagger3.json": "5"}),
    Case("empty files", DECORATED, {"swagger.json": "{}", "swagger2.json": '{"x": 1}', "swagger3.json": "[]"}),
    Case("nothing in any file", DECORATED, {"swagger.json": "null", "swagger2.json": "0", "swagger3.1.json": '""'}),
    Case("a file for a version that is not possible", script({"a": MIXED}), {"swagger.json": '"text"'}),
    Case(
        "values of the deployment",
        DECORATED,
        variables={"SERVICE_NAME": "grün", "SERVICE_VERSION": "2.0-ß", "SERVICE_PATH_PREFIX": "/api/v1/service/x/"},
        over_http=True,
    ),
    Case(
        "values that are filled in twice",
        PLAIN,
        variables={"SERVICE_NAME": r"a\u0041 $SERVICE_VERSION$ $PATH_PREFIX$", "SERVICE_PATH_PREFIX": "//"},
    ),
    Case("a value that adds to the JSON", PLAIN, variables={"SERVICE_VERSION": '1", "x-added": {"a": 1}, "b": "'}),
    Case(
        "values of config.json",
        PLAIN,
        {"config.json": '{"SERVICE_NAME": "from the file", "SERVICE_VERSION": "9", "SERVICE_PATH_PREFIX": null}'},
        {"service_version": "8", "AML_SERVICE_PATH_PREFIX": "p"},
    ),
    Case("empty values", PLAIN, {"config.json": ""}, {"SERVICE_NAME": "", "SERVICE_VERSION": ""}),
)

STOPPED = (
    Case("own file is no JSON", DECORATED, {"swagger3.json": '{"a": 1,}'}, over_http=True),
    Case("own file begins with a mark", PLAIN, {"swagger.json": "\ufeff{}"}),
    Case("own file is a folder", PLAIN, {"swagger2.json/x": ""}),
    Case("own file is empty", PLAIN, {"swagger3.1.json": ""}),
    Case("own file in another encoding", PLAIN, {"swagger.json": '"\udce4"'}),
    Case("a value breaks the JSON", PLAIN, variables={"SERVICE_NAME": 'the "best"'}),
    Case("config.json holds a number", PLAIN, {"config.json": '{"SERVICE_VERSION": 2}'}),
    Case("config.json is a list", PLAIN, {"config.json": "[1]"}),
    Case("config.json is no JSON", PLAIN, {"config.json": "{"}),
)
