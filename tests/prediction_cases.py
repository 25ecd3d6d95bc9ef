"""Scripts with request bodies, and what the real server answers to them."""

import json
from dataclasses import dataclass, field

from checks.contract.records import Json

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

HEAD = """
import datetime
import json
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType as N
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as S
from inference_schema.schema_decorators import input_schema


def init(): ...


def seen(value, pointer):
    '''Each scalar that arrived, as Python writes it, by where it stood in the body.'''
    if isinstance(value, np.ndarray):
        names = value.dtype.names
        value = [dict(zip(names, row)) for row in value.tolist()] if names else value.tolist()
    if isinstance(value, dict):
        return {p: r for key, one in value.items() for p, r in seen(one, f"{pointer}/{key}").items()}
    if isinstance(value, (list, tuple)):
        return {p: r for n, one in enumerate(value) for p, r in seen(one, f"{pointer}/{n}").items()} | {
            pointer: repr(value)
        }
    return {pointer: repr(value)}
"""
PANDAS = (
    HEAD
    + """
import pandas as pd
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType as P

FRAME = pd.DataFrame({"i": [1], "f": [1.5], "s": ["x"], "b": [True]})


def cells(frame, form):
    found = {"columns": repr(frame.columns.tolist())}
    for k, column in enumerate(frame.columns):
        for n, (label, value) in enumerate(zip(frame.index, frame[column].tolist())):
            found[form.format(row=n, place=k, column=column, label=label)] = repr(value)
    return found
"""
)


@dataclass(frozen=True)
class Ask:
    """One request: the status that comes, and whether that can be known without running the script."""

    status: int
    body: Json | bytes
    kind: str | None = JSON
    sure: bool = True
    message: str = ""
    got: dict[str, str] = field(default_factory=dict)

    @property
    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Service:
    """An entry script with its requests."""

    name: str
    text: str
    asks: tuple[Ask, ...]


def data(status: int, value: Json, **more: object) -> Ask:
    """A body `{"data": value}`; `got` is what is changed, by pointer."""
    return Ask(status, {"data": value}, **more)  # type: ignore[arg-type]


def deep(levels: int) -> bytes:
    """Lists in lists."""
    return b'{"data": ' + b"[" * levels + b"]" * levels + b"}"


UNDECORATED = """
import json

def init(): ...

def run(raw):
    return {"": repr(raw)} if not raw.startswith("{") else {"read": json.loads(raw)["data"]}
"""
NO_TYPE = "Expects Content-Type to be application/json"
NO_KEY = "A value is not provided for the 'data' parameter."

SERVICES = (
    Service(
        "undecorated",
        UNDECORATED,
        (
            Ask(200, {"data": 1}, sure=False),
            Ask(500, {"rows": 1}, sure=False),
            Ask(500, b'{"data": ', sure=False),
            Ask(200, [1, 2], sure=False),
            Ask(200, b"", sure=False),
            Ask(200, {"data": 1}, None, sure=False),
            Ask(200, {"data": 1}, "text/plain", sure=False),
            Ask(200, {"data": 1}, FORM, sure=False, got={"": "''"}),
            Ask(200, b"\xff", FORM, sure=False, got={"": "''"}),
            Ask(200, b"--x\r\n\r\n--x--\r\n", "multipart/form-data; boundary=x", sure=False, got={"": "''"}),
            Ask(200, {"data": 1}, "multipart/form-data", sure=False),
            Ask(200, b"\xef\xbb\xbf[1]", sure=False, got={"": "'\\ufeff[1]'"}),
            Ask(400, '{"data": "é"}'.encode("cp1252")),
            Ask(400, '{"data": 1}'.encode("utf-16")),
            Ask(400, b'{"data": "\xed\xa0\x80"}', None),
        ),
    ),
    Service(
        "two-parameters", "def init(): ...\n\ndef run(data, extra, more=1): return data\n", (Ask(500, {"data": 1}),)
    ),
    Service("keyword-only", "def init(): ...\n\ndef run(data, *, extra): return data\n", (Ask(500, {"data": 1}),)),
    Service(
        "raw",
        """
from azureml.contrib.services.aml_request import rawhttp

def init(): ...

@rawhttp
def run(request):
    return len(request.get_data())
""",
        (Ask(200, b"\xff\xd8", "image/jpeg", sure=False), Ask(200, b"", None, sure=False)),
    ),
    Service(
        "any-list",
        HEAD
        + """
@input_schema("data", S(["a"]))
def run(data, k=1, request_headers=None):
    return {"/data": repr(data)[:2000]}
""",
        (
            data(200, ["a"]),
            data(200, [1, None, {"x": []}]),
            data(500, "a"),
            data(500, {"a": 1}),
            data(500, None),
            Ask(200, {"data": [1], "k": [2], "more": 3, "request_headers": 5}),
            Ask(400, {"k": 1}, message=NO_KEY),
            Ask(400, {"Data": [1]}, message=NO_KEY),
            Ask(400, {}, message=NO_KEY),
            Ask(400, [["a"]], message="POST body should be a JSON dictionary."),
            Ask(400, b"1"),
            Ask(400, b'"{\\"data\\": []}"'),
            Ask(400, b"null"),
            Ask(400, b"", message="POST body is empty. Expecting a JSON dictionary."),
            Ask(400, b"  "),
            Ask(400, b"{'data': [1]}"),
            Ask(400, b'{"data": [1],}'),
            Ask(400, b'{"data": [1]} x'),
            Ask(400, b'{"data": ["\t"]}'),
            Ask(400, b'{"data": [1]}\x00'),
            Ask(400, b"\xff\xfe"),
            Ask(200, b'{"data": ["a"], "data": ["b"]}'),
            Ask(200, b'{"data": [NaN, Infinity, -Infinity]}'),
            Ask(200, b'\xef\xbb\xbf{"data": [1]}'),
            Ask(200, '{"data": [1]}'.encode("utf-16")),
            Ask(200, '{"data": [1]}'.encode("utf-16-le")),
            Ask(200, '{"data": [1]}'.encode("utf-32")),
            Ask(200, b'{"data": ["\xed\xa0\x80"]}'),
            Ask(500, '{"data": ["é"]}'.encode("cp1252")),
            Ask(500, b'\xff\xfe{\x00"'),
            Ask(200, b'{"data": [' + b"1" * 4300 + b"]}"),
            Ask(500, b'{"data": [' + b"1" * 4301 + b"]}"),
            Ask(500, b'{"data": [-' + b"1" * 9000 + b"]}"),
            Ask(200, deep(850)),
            Ask(500, deep(1500), sure=False),
            Ask(500, deep(150_000)),
            Ask(415, {"data": [1]}, None, message=NO_TYPE),
            Ask(415, {"data": [1]}, "text/json", message=NO_TYPE),
            Ask(415, {"data": [1]}, FORM, message=NO_TYPE),
            Ask(415, b"", "text/plain", message=NO_TYPE),
            Ask(415, {"data": [1]}, "application/json, text/plain"),
            Ask(200, {"data": [1]}, "application/json; charset=utf-8"),
            Ask(200, {"data": [1]}, "Application/JSON"),
            Ask(200, {"data": [1]}, "application/vnd.api+json"),
        ),
    ),
    Service(
        "standard-types",
        HEAD
        + """
@input_schema("i", S(1))
@input_schema("f", S(1.5))
@input_schema("s", S("a"))
@input_schema("b", S(True))
@input_schema("y", S(b"abc"))
@input_schema("t", S(datetime.datetime(2020, 1, 1)))
@input_schema("d", S({"a": 1}))
def run(i=1, f=1.5, s="a", b=True, y="YQ==", t="2020-01-01", d={}):
    return {f"/{k}": repr(v) for k, v in locals().items()}
""",
        (
            Ask(200, {}),
            Ask(200, {"i": True, "f": 2, "d": {"z": 1}}),
            Ask(500, {"i": 1.0}),
            Ask(500, {"i": "1"}),
            Ask(500, {"f": "1.5"}),
            Ask(500, {"f": True}),
            Ask(500, {"s": 1}),
            Ask(500, {"b": 0}),
            Ask(500, {"b": "false"}),
            Ask(500, {"d": [1]}),
            Ask(500, {"i": None}),
            Ask(200, {"y": "aGVsbG8="}),
            Ask(200, {"y": "!!!!"}, got={"/y": "b''"}),
            Ask(500, {"y": "aGk"}),
            Ask(500, {"y": 5}),
            Ask(200, {"t": "2020-02-28 10:00:00Z"}),
            Ask(200, {"t": "03/04/2020"}, got={"/t": "datetime.datetime(2020, 3, 4, 0, 0)"}),
            Ask(500, {"t": "nope"}),
            Ask(500, {"t": ""}),
            Ask(500, {"t": 1600000000}),
            Ask(200, {"t": "Jan 5"}, sure=False),
        ),
    ),
    Service(
        "never-converts",
        HEAD
        + """
@input_schema("a", S(bytearray(b"a")), optional=True)
@input_schema("d", S(datetime.date(2020, 1, 1)), optional=True)
@input_schema("r", S(range(3)), optional=True)
@input_schema("t", S(datetime.time(1, 2)), optional=True)
def run(a=None, d=None, r=None, t=None):
    return {f"/{k}": repr(v) for k, v in locals().items()}
""",
        (
            Ask(200, {}),
            Ask(500, {"a": "YQ=="}),
            Ask(500, {"d": "2020-01-01"}),
            Ask(500, {"r": [1]}),
            Ask(200, {"r": []}, got={"/r": "[]"}),
            Ask(200, {"t": "10:30:00"}),
            Ask(500, {"t": "half past"}),
        ),
    ),
    Service(
        "default-refused",
        HEAD
        + """
@input_schema("data", N(np.array([[1.0, 2.0]])))
def run(data=None, *, flag):
    return seen(data, "/data")
""",
        (
            Ask(400, {"data": [[1, 2]]}, message="A value is not provided for the 'flag' parameter."),
            Ask(200, {"data": [[1, 2]], "flag": 1}),
            Ask(500, {"flag": 1}),
            Ask(200, b'{"data": [[NaN, Infinity]], "flag": 1}'),
            Ask(200, {"data": [["1.5", None], [True, 2]], "flag": 1}),
            Ask(200, {"data": [[9007199254740993, 1]], "flag": 1}, got={"/data/0/0": "9007199254740992.0"}),
            Ask(500, {"data": [[1, 2], [3]], "flag": 1}),
            Ask(500, {"data": [1, 2], "flag": 1}),
            Ask(500, {"data": [[1, 2, 3]], "flag": 1}),
            Ask(500, {"data": [], "flag": 1}),
            Ask(500, {"data": [["a", 2]], "flag": 1}),
            Ask(500, {"data": [[{"a": 1}, 2]], "flag": 1}),
            Ask(500, {"data": "[[1, 2]]", "flag": 1}),
            Ask(500, {"data": {"0": [1, 2]}, "flag": 1}),
        ),
    ),
    Service(
        "numpy-types",
        HEAD
        + """
def array(values, dtype=None):
    return N(np.array(values, dtype=dtype))

@input_schema("i", array([1]), optional=True)
@input_schema("small", array([1], "int8"), optional=True)
@input_schema("u", array([1], "uint64"), optional=True)
@input_schema("half", array([1], "float16"), optional=True)
@input_schema("b", array([True]), optional=True)
@input_schema("s", array(["ab"]), optional=True)
@input_schema("y", array([b"ab"]), optional=True)
@input_schema("o", array([1], object), optional=True)
@input_schema("d", array(["2020-01-01"], "M8[D]"), optional=True)
@input_schema("w", array([1], "m8[D]"), optional=True)
@input_schema("st", array([(1, 2.0)], [("a", "i4"), ("b", "f8")]), optional=True)
@input_schema("any", N(np.array([[1, 2]]), enforce_column_type=False), optional=True)
@input_schema("ragged", N(np.array([[1, 2]]), enforce_shape=False), optional=True)
def run(i=None, small=None, u=None, half=None, b=None, s=None, y=None, o=None, d=None, w=None, st=None, any=None,
        ragged=None):
    return seen(locals(), "")
""",
        (
            Ask(200, {"i": [1.7, -1.5]}, got={"/i/0": "1", "/i/1": "-1"}),
            Ask(200, {"i": ["5", " 6 ", True]}),
            Ask(500, {"i": ["1.7"]}),
            Ask(500, {"i": [None]}),
            Ask(500, {"i": [2**63]}),
            Ask(500, b'{"i": [NaN]}'),
            Ask(500, {"small": [300]}),
            Ask(500, {"u": [-1]}),
            Ask(200, {"u": [2**64 - 1]}),
            Ask(200, {"half": [70000, 2049]}, got={"/half/0": "inf", "/half/1": "2048.0"}),
            Ask(200, {"b": ["False", "", 7, 1]}, got={"/b/0": "True", "/b/1": "False", "/b/2": "True"}),
            Ask(200, {"s": ["abc", 12, None, "é"]}, got={"/s/0": "'ab'", "/s/1": "'12'", "/s/2": "'No'"}),
            Ask(200, {"y": ["abc"]}, got={"/y/0": "b'ab'"}),
            Ask(500, {"y": ["é"]}),
            Ask(200, {"o": [1, "a", None]}),
            Ask(500, {"o": [[1]]}),
            Ask(200, {"d": ["2020-01-01T10:00"]}, got={"/d/0": "datetime.date(2020, 1, 1)"}),
            Ask(500, {"d": ["01/02/2020"]}),
            Ask(500, {"d": ["2020-13-01"]}),
            Ask(500, {"d": [1577836800]}),
            Ask(500, {"d": [["2020-01-01"]]}),
            Ask(200, {"w": ["3 days"]}),
            Ask(500, {"w": ["3 day"]}),
            Ask(500, {"w": [3]}),
            Ask(200, {"st": [{"a": 1.5, "b": 2}, [1, 2, 3]]}, got={"/st/0/a": "1"}),
            Ask(500, {"st": [{"a": 1}]}),
            Ask(500, {"st": [[1]]}),
            Ask(500, {"st": [5]}),
            Ask(200, {"any": [["a", 2]]}, got={"/any/0/1": "'2'"}),
            Ask(500, {"any": [[1], [2, 3]]}),
            Ask(200, {"ragged": [1, 2, 3]}),
            Ask(200, {"i": [], "b": 0}, got={"/i": "[]", "/b": "0"}),
        ),
    ),
    Service(
        "nested",
        PANDAS
        + """
@input_schema("data", S({"x": N(np.array([1.0])), "y": P(pd.DataFrame({"a": [1]})), "n": 3}))
@input_schema("rows", S([N(np.array([1])), N(np.array(["a"]))]))
def run(data, rows=[]):
    return seen({k: v for k, v in data.items() if k != "y"}, "/data") | seen(list(rows), "/rows")
""",
        (
            data(200, {"x": [1], "y": [{"a": 1}], "n": "anything"}),
            data(200, {}),
            data(200, {"y": [{"a": 1.5}]}, got={"/data/y/0/a": "1"}),
            data(500, {"x": 1}),
            data(500, {"x": [[1]]}),
            data(500, {"y": "rows"}),
            data(500, [1]),
            Ask(200, {"data": {}, "rows": [[1], [2.5], [3]]}, got={"/rows/1/0": "2"}),
            Ask(500, {"data": {}, "rows": [[1], ["a"]]}),
            Ask(500, {"data": {}, "rows": 5}),
        ),
    ),
    Service(
        "name-differs",
        HEAD + '\n@input_schema("datum", S(1))\ndef run(data):\n    return data\n',
        (data(500, 1), Ask(400, {"datum": 1}, message=NO_KEY)),
    ),
    Service(
        "not-converted",
        HEAD
        + """
@input_schema("data", N(np.array([1])), convert_to_provided_type=False)
def run(data):
    return seen(data, "/data")
""",
        (data(200, "anything"), data(200, None), Ask(400, {}, message=NO_KEY)),
    ),
    Service(
        "records",
        PANDAS
        + """
@input_schema("data", P(FRAME))
def run(data):
    return cells(data, "/data/{row}/{column}")
""",
        (
            data(200, [{"i": 1, "f": 1, "s": "x", "b": False}]),
            data(
                200,
                [{"i": 1.7, "f": "2.5", "s": 5, "b": "false"}],
                got={"/data/0/i": "1", "/data/0/s": "'5'", "/data/0/b": "True"},
            ),
            data(200, [{"i": 2**63, "f": None, "s": None, "b": None}], got={"/data/0/i": str(-(2**63))}),
            data(200, [{"b": True, "s": "x", "f": 1.5, "i": 1}]),
            data(200, [{"I": "x", "f": 1.5, "s": "x", "b": True}]),
            data(200, [{"i": 1, "f": 1.5, "s": 1.7, "b": 2}], got={"/data/0/s": "'1.7000000000000002'"}),
            data(200, {"i": [1, 2], "f": [1, 2], "s": ["a", "b"], "b": [True, False]}),
            data(200, {"i": {"0": 1}, "f": {"0": 1}, "s": {"0": "a"}, "b": 1}),
            data(200, [[1, 2, 3, 4]]),
            data(500, [[1, 2, 3]]),
            data(500, [{"i": 1, "f": 1.5, "s": "x"}]),
            data(500, [{"i": 1, "f": 1.5, "s": "x", "b": True, "more": 1}]),
            data(500, [{"i": "x", "f": 1.5, "s": "x", "b": True}]),
            data(500, [{"i": "1.7", "f": 1.5, "s": "x", "b": True}]),
            data(500, [{"i": 1, "f": "x", "s": "x", "b": True}]),
            data(500, [{"i": None, "f": 1.5, "s": "x", "b": True}]),
            data(500, [{"i": 1, "f": 1, "s": "x", "b": True}, {"i": None, "f": 1, "s": "x", "b": True}]),
            data(500, [{"i": [1], "f": 1.5, "s": "x", "b": True}]),
            data(500, [{"i": 2**64, "f": 1.5, "s": "x", "b": True}]),
            data(500, []),
            data(500, {"i": 1, "f": 1.5, "s": "x", "b": True}),
            data(500, {"columns": ["i", "f", "s", "b"], "index": [0], "data": [[1, 1.5, "x", True]]}),
            data(500, "i,f,s,b\n1,1.5,x,true"),
            data(500, json.dumps([{"i": 1, "f": 1.5, "s": "x", "b": True}])),
            data(500, 5),
            data(500, [{"i": 1, "f": 1.5, "s": "x", "b": True}, None]),
        ),
    ),
    Service(
        "split",
        PANDAS
        + """
@input_schema("data", P(FRAME, orient="split"))
def run(data):
    return cells(data, "/data/data/{row}/{place}")
""",
        (
            data(200, {"columns": ["i", "f", "s", "b"], "index": [0], "data": [[1, 1.5, "x", True]]}),
            data(200, {"columns": ["i", "f", "s", "b"], "data": [[1.5, 1, 2, 3]]}, got={"/data/data/0/0": "1"}),
            data(200, {"columns": ["b", "s", "f", "i"], "data": [[True, "x", 1.5, 1]]}),
            data(200, {"columns": ["i", "f", "s", "b"]}),
            data(500, {"columns": ["i", "f"], "data": [[1, 1.5]]}),
            data(500, {"columns": ["i", "f", "s", "b"], "data": [[1, 1.5]]}),
            data(500, {"data": [[1, 1.5, "x", True]]}),
            data(500, {"columns": ["i", "f", "s", "b"], "data": [[1, 1.5, "x", True]], "dtypes": {}}),
            data(500, [{"i": 1, "f": 1.5, "s": "x", "b": True}]),
            data(200, {"columns": ["i", "f", "s", "b"], "index": [0, 1], "data": [[1, 1, "x", True]]}, sure=False),
        ),
    ),
    Service(
        "columns",
        PANDAS
        + """
@input_schema("data", P(FRAME, orient="columns"))
def run(data):
    return cells(data, "/data/{column}/{label}")
""",
        (
            data(200, {"i": {"0": 1}, "f": {"0": 1}, "s": {"0": "a"}, "b": {"0": True}}),
            data(200, {"i": {"0": 1}, "f": {"0": 1}, "s": {"0": 7}, "b": {"0": 5}}, got={"/data/b/0": "True"}),
            data(500, {"i": {"0": 1}, "f": {"1": 1}, "s": {"0": "a"}, "b": {"0": True}}),
            data(500, {"i": [1], "f": {"0": 1}, "s": ["a"], "b": [True]}),
            data(500, {"i": [1], "f": [1, 2], "s": ["a"], "b": [True]}),
        ),
    ),
    Service(
        "index-and-values",
        PANDAS
        + """
@input_schema("data", P(FRAME, orient="index"), optional=True)
@input_schema("rows", P(pd.DataFrame([[1, 2.5]]), orient="values"), optional=True)
@input_schema("table", P(pd.DataFrame({"a": [1]}), orient="table"), optional=True)
def run(data=None, rows=None, table=None):
    found = {} if data is None else cells(data, "/data/{label}/{column}")
    return found if rows is None else found | cells(rows, "/rows/{row}/{place}")
""",
        (
            data(200, {"0": {"i": 1.5, "f": 1, "s": "a", "b": True}}, got={"/data/0/i": "1"}),
            data(500, {"0": {"i": 1, "f": 1, "s": "a"}}),
            data(500, [{"i": 1, "f": 1, "s": "a", "b": True}]),
            data(500, {"0": {"i": 1}, "1": 5}),
            Ask(200, {"rows": [[1.5, 2]]}, got={"/rows/0/0": "1"}),
            Ask(200, {"rows": [["1", "2"], [3, None]]}),
            Ask(500, {"rows": [["x", 2]]}),
            Ask(500, {"rows": [[1, 2, 3]]}),
            Ask(500, {"rows": [[1, 2], None]}),
            Ask(500, {"table": [{"a": 1}]}),
            Ask(500, {"table": {"data": [{"a": 1}]}}),
        ),
    ),
    Service(
        "frame-types",
        PANDAS
        + """
def one(name, values, dtype=None):
    return input_schema(name, P(pd.DataFrame({"a": pd.array(values, dtype=dtype)})), optional=True)

@one("small", [1], "int8")
@one("wide", [1], "Int64")
@one("flag", [True], "boolean")
@one("c", ["x", "y"], "category")
@one("d", ["2020-01-01"], "datetime64[us]")
@one("z", ["2020-01-01"], "datetime64[us, UTC]")
@one("w", ["1 days"], "timedelta64[us]")
def run(small=None, wide=None, flag=None, c=None, d=None, z=None, w=None):
    found = {}
    for name, frame in locals().copy().items():
        if isinstance(frame, pd.DataFrame):
            found |= cells(frame, "/" + name + "/{row}/{column}")
    return found
""",
        (
            Ask(200, {"small": [{"a": 300}]}, got={"/small/0/a": "44"}),
            Ask(500, {"small": [{"a": "300"}]}),
            Ask(200, {"wide": [{"a": None}, {"a": 1}]}),
            Ask(500, {"wide": [{"a": 1.5}]}),
            Ask(200, {"flag": [{"a": 1}]}),
            Ask(500, {"flag": [{"a": "true"}]}),
            Ask(200, {"c": [{"a": "z"}, {"a": "x"}]}, got={"/c/0/a": "nan"}),
            Ask(500, {"c": [{"a": [1]}]}),
            Ask(200, {"d": [{"a": "2020-01-01T10:00:00"}]}),
            Ask(200, {"d": [{"a": 1600000000}]}, got={"/d/0/a": "Timestamp('1970-01-01 00:26:40')"}),
            Ask(200, {"d": [{"a": "01/02/2020"}]}, got={"/d/0/a": "Timestamp('2020-01-02 00:00:00')"}),
            Ask(500, {"d": [{"a": "2020-01-01T10:00:00Z"}]}),
            Ask(500, {"d": [{"a": "abc"}]}),
            Ask(500, {"d": [{"a": "5"}]}),
            Ask(200, {"d": [{"a": "Jan"}]}, sure=False),
            Ask(200, {"z": [{"a": "2020-01-01T10:00:00Z"}]}),
            Ask(200, {"z": [{"a": "2020-01-01"}]}),
            Ask(500, {"z": [{"a": True}]}),
            Ask(200, {"w": [{"a": "3 days"}]}),
            Ask(200, {"w": [{"a": 1500}]}, got={"/w/0/a": "Timedelta('0 days 00:00:00.000001')"}),
            Ask(200, {"w": [{"a": -1}]}, got={"/w/0/a": "Timedelta('-1 days +23:59:59.999999')"}),
            Ask(500, {"w": [{"a": "soon"}]}),
            Ask(500, {"w": [{"a": True}]}),
        ),
    ),
)
