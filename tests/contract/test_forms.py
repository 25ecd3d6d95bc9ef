"""Sixty bodies broken by hand, each with the check that must name it; and forty that are right, which stay in peace.

The table was written before the checks were tried on it.
"""

import base64
import gzip
import io
import json
import pickle
import zipfile
from collections.abc import Callable

import pytest

from checks.cases import script
from checks.contract import group_forms
from checks.contract.records import Interface, Parameter, ParameterType
from checks.contract.scenes import FLOATS, declared, interface
from checks.evidence import Evidence, Samples
from checks.outcome import Crashed, Found, run_check
from doctor.collectors.samples import describe

ROWS = {"data": [[5.1, 3.5, 1.4, 0.2], [6.2, 2.9, 4.3, 1.3]]}
TEXT = json.dumps(ROWS)
PRETTY = json.dumps(ROWS, indent=2)
RECORDS = {"data": [{"age": 31, "city": "Ulm"}, {"age": 45, "city": "Bonn"}]}

ROWS_SCRIPT = """import json
import joblib
import numpy as np

def init():
    global model
    model = joblib.load("model.pkl")

def run(raw_data):
    data = np.array(json.loads(raw_data)["data"])
    return model.predict(data).tolist()
"""
FRAME_SCRIPT = """import json
import pandas as pd

def init(): ...

def run(raw):
    try:
        payload = json.loads(raw)
        frame = pd.DataFrame(payload["input_data"]["data"], columns=payload["input_data"]["columns"])
        return frame.sum(axis=1).tolist()
    except Exception as error:
        return str(error)
"""
LIST_SCRIPT = """import json

def init(): ...

def run(raw):
    return [len(row) for row in json.loads(raw)]
"""
IMAGE_KEY_SCRIPT = """import base64, io, json
from PIL import Image

def init(): ...

def run(raw):
    body = json.loads(raw)
    return Image.open(io.BytesIO(base64.b64decode(body["image"]))).size
"""
RAW_IMAGE_SCRIPT = """from azureml.contrib.services.aml_request import rawhttp
import cv2
import numpy as np

def init(): ...

@rawhttp
def run(request):
    return cv2.imdecode(np.frombuffer(request.get_data(), np.uint8), 1).shape
"""
PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c489".replace(" ", ""))
TENSOR = {"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]}
LETTERS = {"data": [{"age": 1, "city": "Köln 北京 “x” \u00a0"}]}
SPLIT = {"input_data": {"columns": ["a"], "index": [0], "data": [[1]]}}
FRAME = ParameterType(kind="pandas", columns=(("age", "int64"), ("city", "object")), orient="records")


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("rows.json", TEXT * 3)
    return made.getvalue()


def rows(body: bytes) -> Evidence:
    return _with(script(ROWS_SCRIPT), body)


def frame(body: bytes) -> Evidence:
    return _with(script(FRAME_SCRIPT), body)


def listed(body: bytes) -> Evidence:
    return _with(script(LIST_SCRIPT), body)


def image_key(body: bytes) -> Evidence:
    return _with(script(IMAGE_KEY_SCRIPT), body)


def raw_image(body: bytes) -> Evidence:
    return _with(script(RAW_IMAGE_SCRIPT), body)


def numpy(body: bytes) -> Evidence:
    return _with(declared(interface=interface()), body)


def pandas(body: bytes) -> Evidence:
    made: Interface = interface((Parameter(name="data", type=FRAME),))
    return _with(declared(interface=made), body)


def two_keys(body: bytes) -> Evidence:
    made = interface((Parameter(name="inputs", type=FLOATS), Parameter(name="threshold", required=False)))
    return _with(declared(interface=made), body)


def _with(evidence: Evidence, body: bytes) -> Evidence:
    return evidence.replace(samples=Samples(items=(describe("sample.json", body),)))


def named(evidence: Evidence) -> list[str]:
    outcomes = [run_check(check, evidence) for check in group_forms.CHECKS]
    assert not [one for one in outcomes if isinstance(one, Crashed)], outcomes
    return [finding.id for one in outcomes if isinstance(one, Found) for finding in one.findings]


Service = Callable[[bytes], Evidence]
BROKEN: tuple[tuple[str, Service, str | bytes, str], ...] = (
    ("str() of the payload", rows, str(ROWS), "json-python-literal"),
    ("str() of None and True", pandas, str({"data": [{"age": None, "ok": True}]}), "json-python-literal"),
    ("an f-string with a tuple", numpy, f'{{"data": {[(1.0, 2.0)]}}}', "json-python-literal"),
    ("one True in a hand-made body", rows, TEXT[:-1] + ', "proba": True}', "json-python-literal"),
    ("a comma after the last row", rows, TEXT.replace("]]}", "],]}"), "json-comma"),
    ("a comma after the last member", numpy, PRETTY[:-2] + ",\n}", "json-comma"),
    ("a row pasted without its comma", rows, TEXT.replace("], [", "] ["), "json-comma"),
    ("a line deleted with its comma", pandas, '{"data": [{"age": 31\n"city": "Ulm"}]}', "json-comma"),
    ("a value deleted, its comma left", rows, TEXT.replace("3.5", ""), "json-comma"),
    ("a comment behind a row", rows, PRETTY.replace("[\n", "[ // measured\n", 1), "json-javascript"),
    ("a comment above", numpy, "# two flowers\n" + TEXT, "json-javascript"),
    ("keys as in JavaScript", rows, TEXT.replace('"data"', "data"), "json-javascript"),
    ("undefined from a web form", rows, TEXT.replace("3.5", "undefined"), "json-javascript"),
    ("a number that begins with its point", numpy, TEXT.replace("0.2", ".2"), "json-javascript"),
    ("leading zeros of an export", pandas, '{"data": [{"age": 031, "city": "Ulm"}]}', "json-javascript"),
    ("a copy out of a word processor", rows, TEXT.replace('"data"', "“data”"), "json-look-alike"),
    ("a no-break space of a web page", numpy, TEXT.replace(": ", ":\u00a0"), "json-look-alike"),
    ("a line break inside of a text", pandas, '{"data": [{"age": 31, "city": "Ulm\nMitte"}]}', "json-string"),
    ("a tab inside of a text", pandas, '{"data": [{"age": 31, "city": "Ulm\tMitte"}]}', "json-string"),
    ("a Windows path", frame, '{"input_data": {"path": "C:\\Users\\data.csv"}}', "json-string"),
    ("inches", pandas, '{"data": [{"age": 31, "city": "the 5" screen"}]}', "json-string"),
    ("a forgotten closing quote", pandas, '{"data": [{"age": 31, "city": "Ulm}]}', "json-string"),
    ("half of the file", rows, PRETTY[: len(PRETTY) // 2], "json-cut-off"),
    ("the last bracket not copied", rows, TEXT[:-1], "json-cut-off"),
    ("cut inside of a text", pandas, json.dumps(RECORDS)[:27], "json-cut-off"),
    ("one bracket of a row missing", rows, TEXT.replace("]]}", "]}"), "json-bracket"),
    ("one brace too many", numpy, TEXT + "}", "json-bracket"),
    ("JSON lines", pandas, "\n".join(json.dumps(row) for row in RECORDS["data"]), "json-text-after"),
    ("the same request twice", rows, TEXT + TEXT, "json-text-after"),
    ("a prompt copied behind", rows, TEXT + "\nuser@host:~$", "json-text-after"),
    ("lists side by side", listed, "[1, 2], [3, 4]", "json-text-after"),
    ("a template", rows, '{"data": {{ rows }}}', "placeholder-sent"),
    ("dots of a shortened print", numpy, TEXT.replace("[6.2, 2.9, 4.3, 1.3]", "..."), "placeholder-sent"),
    ("NaN of a data frame", rows, TEXT.replace("3.5", "NaN"), "json-constant"),
    ("nothing", rows, "", "body-empty"),
    ("line ends alone", numpy, "\r\n\r\n", "body-empty"),
    ("a gateway's error page", rows, "<html>\n<head><title>504 Gateway Time-out</title></head></html>", "markup-sent"),
    ("XML", rows, '<?xml version="1.0"?><rows><row><v>5.1</v></row></rows>', "markup-sent"),
    ("a curl command", rows, f"curl -s http://h/score -H 'Accept: */*' -d '{TEXT}'", "request-copied"),
    ("a request of a REST client", rows, f"POST /score HTTP/1.1\nAccept: */*\n\n{TEXT}", "request-copied"),
    ("a line of a notebook", rows, f"payload = {TEXT}", "request-copied"),
    ("requests.post(url, data=payload)", rows, "data=5.1&data=3.5&data=1.4&data=0.2", "form-encoded"),
    ("a form of a browser", rows, "data=%5B%5B5.1%2C3.5%5D%5D", "form-encoded"),
    ("@ kept by the tool", numpy, "@sample.json", "path-sent"),
    ("print(array)", rows, "[[5.1 3.5 1.4 0.2]\n [6.2 2.9 4.3 1.3]]", "printed-object"),
    ("repr(array) in an f-string", rows, '{"data": array([[5.1, 3.5], [6.2, 2.9]])}', "printed-object"),
    ("print(frame)", pandas, "   age  city\n0   31   Ulm\n1   45  Bonn", "printed-object"),
    ("frame.to_csv()", pandas, "age,city\n31,Ulm\n45,Bonn\n", "csv-sent"),
    ("a row of CSV for SageMaker", rows, "5.1,3.5,1.4,0.2", "csv-sent"),
    ("YAML", rows, "data:\n- [5.1, 3.5]\n- [6.2, 2.9]\n", "yaml-sent"),
    ("base64 of an image alone", image_key, base64.b64encode(PNG).decode(), "base64-sent"),
    ("an image's bytes", image_key, PNG + b"\xff\xfe", "binary-sent"),
    ("a pickle of the array", rows, pickle.dumps(ROWS, 4) + b"\xff", "binary-sent"),
    ("a zip archive", rows, zipped() + b"\xff", "binary-sent"),
    ("compressed by the client", numpy, gzip.compress(TEXT.encode(), mtime=0), "binary-sent"),
    ("JSON for raw image bytes", raw_image, json.dumps({"image": "aGk="}), "json-for-file"),
    ("a data URI of a browser", image_key, json.dumps({"image": "data:image/png;base64,aGk="}), "base64-prefix"),
    ("a file saved with BOM", rows, "\ufeff" + TEXT, "body-encoding"),
    ("PowerShell's Out-File", rows, TEXT.encode("utf-16"), "body-encoding"),
    ("an old Windows export", pandas, '{"data": [{"age": 31, "city": "Köln"}]}'.encode("cp1252"), "body-encoding"),
    ("json=json.dumps(payload)", rows, json.dumps(TEXT), "double-encoded"),
    ("rows dumped before the wrapper", numpy, json.dumps({"data": json.dumps(ROWS["data"])}), "double-encoded"),
    ("quotes of a shell in the file", rows, f"'{TEXT}'", "double-encoded"),
    ("MLflow's split", rows, json.dumps({"dataframe_split": {"columns": ["a"], "data": [[1]]}}), "other-service-form"),
    ("Triton's tensors", numpy, json.dumps({"inputs": [TENSOR]}), "other-service-form"),
    ("TensorFlow Serving's instances", pandas, json.dumps({"instances": RECORDS["data"]}), "other-service-form"),
    ("a chat", rows, json.dumps({"messages": [{"role": "user", "content": "hi"}]}), "other-service-form"),
    ("the bare rows", rows, json.dumps(ROWS["data"]), "wrapper-missing"),
    ("the bare records", pandas, json.dumps(RECORDS["data"]), "wrapper-missing"),
    ("a wrapper for a list", listed, TEXT, "wrapper-missing"),
    ("wrapped twice", numpy, json.dumps({"data": ROWS}), "wrapper-twice"),
    ("a list of one request", rows, json.dumps([ROWS]), "wrapper-twice"),
)  # fmt: skip


@pytest.mark.parametrize(("service", "body", "expected"), [pytest.param(*one[1:], id=one[0]) for one in BROKEN])
def test_what_is_wrong_is_named(service: Service, body: str | bytes, expected: str) -> None:
    assert named(service(body.encode() if isinstance(body, str) else body)) == [f"contract.{expected}"]


MANY = json.dumps({"data": [[1.5, 2.5]] * 20_000})
RIGHT: tuple[tuple[str, Service, str | bytes], ...] = (
    ("rows", rows, TEXT),
    ("rows on many lines", rows, PRETTY),
    ("with Windows line ends", rows, PRETTY.replace("\n", "\r\n")),
    ("with a line end behind", rows, TEXT + "\n\n"),
    ("no rows", rows, '{"data": []}'),
    ("one row", numpy, '{"data": [[1, 2]]}'),
    ("more keys than are read", rows, TEXT[:-1] + ', "method": "predict", "note": "it\'s fine"}'),
    ("exponents and signs", numpy, '{"data": [[-1.5e-7, 2E+10]]}'),
    ("twenty thousand rows", numpy, MANY),
    ("null in a row", rows, '{"data": [[null, 1]]}'),
    ("records", pandas, json.dumps(RECORDS)),
    ("records with commas and quotes", pandas, json.dumps({"data": [{"age": 1, "city": 'a, "b" \\ // # c'}]})),
    ("records with other letters", pandas, json.dumps(LETTERS, ensure_ascii=False)),
    ("records with escapes", pandas, json.dumps({"data": [{"age": 1, "city": "K\u00f6ln\n\ttab"}]})),
    ("a text that is JSON in a cell", pandas, json.dumps({"data": [{"age": 1, "city": "[1, 2]"}]})),
    ("a text that is a path", pandas, json.dumps({"data": [{"age": 1, "city": "C:\\Users\\me"}]})),
    ("a text of markup", pandas, json.dumps({"data": [{"age": 1, "city": "<html>"}]})),
    ("a column called data", pandas, json.dumps({"data": [{"data": 1, "age": 3}]})),
    ("columns in lists", pandas, json.dumps({"data": {"age": [1], "city": ["Ulm"]}})),
    ("the optional key left out", two_keys, json.dumps({"inputs": [[1, 2]]})),
    ("all keys", two_keys, json.dumps({"inputs": [[1, 2]], "threshold": 0.2})),
    ("keys in another order", two_keys, json.dumps({"threshold": 0.2, "inputs": [[1, 2]]})),
    ("managed MLflow's form, which is read", frame, json.dumps(SPLIT)),
    ("a list for a list", listed, "[[1, 2], [3]]"),
    ("an empty list", listed, "[]"),
    ("a list of texts", listed, '["a", "{}"]'),
    ("base64 under its key", image_key, json.dumps({"image": base64.b64encode(PNG).decode()})),
    ("an image as bytes", raw_image, PNG + b"\xff"),
    ("a JPEG as bytes", raw_image, b"\xff\xd8\xff\xe0\0\x10JFIF\0\xff"),
    ("a decorated run() and a mark", numpy, "\ufeff" + TEXT),
    ("a decorated run() and UTF-16", numpy, TEXT.encode("utf-16")),
    ("deep but sound", listed, "[" * 100 + "]" * 100),
    ("large integers", rows, '{"data": [[9007199254740993, 1]]}'),
    ("keys twice", rows, '{"data": [[1]], "data": [[2]]}'),
    ("surrogates", pandas, '{"data": [{"age": 1, "city": "\\ud83d\\ude00"}]}'),
    ("slashes escaped", pandas, '{"data": [{"age": 1, "city": "a\\/b"}]}'),
    ("no space anywhere", rows, json.dumps(ROWS, separators=(",", ":"))),
    ("booleans", rows, '{"data": [[true, false]]}'),
    ("a text of NaN", pandas, '{"data": [{"age": 1, "city": "NaN"}]}'),
    ("a long text", pandas, json.dumps({"data": [{"age": 1, "city": "x" * 300_000}]})),
    ("tabs between values", rows, PRETTY.replace("  ", "\t")),
)  # fmt: skip


@pytest.mark.parametrize(("service", "body"), [pytest.param(*one[1:], id=one[0]) for one in RIGHT])
def test_what_is_right_is_left_in_peace(service: Service, body: str | bytes) -> None:
    assert named(service(body.encode() if isinstance(body, str) else body)) == []


def test_there_are_enough_of_both() -> None:
    assert len(BROKEN) >= 60
    assert len(RIGHT) >= 40
