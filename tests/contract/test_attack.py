"""An attack on real scripts: what breaks is found and made small, what is right stays silent, nothing is left."""

import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from checks.cases import script as evidence_of
from checks.contract.contracts import Contract, contracts
from checks.contract.records import Attack, Json, Tried
from checks.evidence import Evidence, Missing
from doctor.contract.attack import attack
from doctor.contract.payload_shape import of_sample
from doctor.probe.launcher import Rehearsal, start

NUMPY = """import math, os, time
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema, output_schema

def init(): ...

@input_schema("data", NumpyParameterType(np.array([[1.5, 2.0]])))
@output_schema(NumpyParameterType(np.array([1.5])))
def run(data):
    return BODY
"""
PERSON = """import json, os
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema
from azureml_inference_server_http.api.aml_response import AMLResponse

def init(): ...

@input_schema("person", StandardPythonParameterType({"age": 41, "name": "Ann"}))
@output_schema(StandardPythonParameterType({"score": 0.5}))
def run(person):
    BODY
"""
ATTACKED = Callable[..., Attack]


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory and a temporary folder of its own, which must be empty afterwards."""
    folder, here = tmp_path / "scratch", tmp_path / "here"
    folder.mkdir()
    here.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.chdir(here)
    yield tmp_path
    assert list(folder.iterdir()) == []
    assert list(here.iterdir()) == []


@pytest.fixture
def laid(scratch: Path) -> Callable[[str], Path]:
    """Writes a script."""

    def lay(text: str) -> Path:
        path = scratch / "code" / "score.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return lay


@pytest.fixture
def attacked(laid: Callable[[str], Path]) -> Iterator[ATTACKED]:
    """Attacks a text as score.py by the contract that it declares, or by one that is given."""
    marker = f"attack-test-{os.urandom(6).hex()}"

    def run(text: str, contract: Contract | None = None, **options: Any) -> Attack:
        path = laid(text)
        rehearsal = Rehearsal(
            script=path, variables={"MARK": marker}, memory_limit=options.pop("memory_limit", 400 << 20)
        )
        found = attack(rehearsal, contract or declared_by(path), **options)
        assert isinstance(found, Attack), found
        assert [one.name for one in path.parent.iterdir()] == ["score.py"]
        return found

    yield run
    assert not [process for process in psutil.process_iter() if is_marked(process, marker)]


def is_marked(process: psutil.Process, marker: str) -> bool:
    try:
        return process.environ().get("MARK") == marker
    except psutil.Error:
        return False


def declared_by(path: Path) -> Contract:
    probe = start(Rehearsal(script=path, stop_after="import")).wait()
    evidence: Evidence = evidence_of(path.read_text()).replace(probe=probe)
    return contracts(evidence)[0]


def rows_of(tried: Tried) -> Json:
    return json.loads(tried.payload)["data"]


def only(found: tuple[Tried, ...]) -> Tried:
    assert len(found) == 1, found
    return found[0]


def line_of(text: str, needle: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if needle in line)


def is_silent(found: Attack) -> bool:
    return not (found.valid_failed or found.invalid_accepted or found.ended or found.answers or found.problem)


def test_a_good_service_is_silent(attacked: ATTACKED) -> None:
    found = attacked(NUMPY.replace("BODY", "data.sum(axis=1).tolist()"))
    assert is_silent(found), found
    assert found.valid >= 30
    assert found.invalid >= 15


def test_a_service_that_says_what_is_wrong_is_silent(attacked: ATTACKED) -> None:
    body = """if {key: type(value) for key, value in person.items()} != {"age": int, "name": str}:
        return AMLResponse("age must be an integer, name a text", 400)
    if person["age"] < 0 or not -2**63 <= person["age"] < 2**63:
        return AMLResponse("age must be an age", 422)
    return {"score": 1 / (1 + person["age"])}"""
    found = attacked(PERSON.replace("BODY", body))
    assert is_silent(found), found


def test_outside_the_domain_of_a_function(attacked: ATTACKED) -> None:
    text = NUMPY.replace("BODY", "[math.sqrt(row[0]) for row in data]")
    tried = only(attacked(text).valid_failed)
    ((first, second),) = rows_of(tried)
    assert first < 0
    assert second == 2.0
    assert tried.headline is not None
    assert tried.headline.startswith("ValueError: ")
    assert (tried.status, tried.line, tried.smallest, tried.origin) == (500, line_of(text, "math.sqrt("), True, "made")
    assert "math.sqrt" in tried.code


def test_division_by_zero(attacked: ATTACKED) -> None:
    tried = only(attacked(NUMPY.replace("BODY", "[row[0].item() / row[1].item() for row in data]")).valid_failed)
    ((first, second),) = rows_of(tried)
    assert second == 0
    assert first == 1.5
    assert "ZeroDivisionError" in (tried.headline or "")


def test_text_that_is_not_ascii_and_two_faults_at_once(attacked: ATTACKED) -> None:
    body = """person["name"].encode("ascii")
    return {"score": 1 / person["age"]}"""
    text = PERSON.replace("BODY", body)
    found = {(one.headline or "").partition(":")[0]: json.loads(one.payload) for one in attacked(text).valid_failed}
    assert found.keys() == {"UnicodeEncodeError", "ZeroDivisionError"}
    assert found["ZeroDivisionError"] == {"person": {"age": 0, "name": "Ann"}}
    assert found["UnicodeEncodeError"]["person"]["age"] == 41
    assert len(found["UnicodeEncodeError"]["person"]["name"]) == 1


def test_rows_like_those_of_the_example(attacked: ATTACKED) -> None:
    tried = only(attacked(NUMPY.replace("BODY", "[data.item(1), len(data) // (2 - len(data))][:1]")).valid_failed)
    assert tried.origin == "near"
    assert rows_of(tried) == [[1.5, 2.0], [1.5, 2.0]]


def test_no_rows_and_null(attacked: ATTACKED) -> None:
    text = """import json

def init(): ...

def run(body):
    rows = json.loads(body)["rows"]
    return [max(row["age"] for row in rows) + 1]
"""
    age = {"type": ["integer", "null"]}
    row = {"type": "object", "required": ["age"], "properties": {"age": age}}
    contract = Contract(
        source="swagger.json",
        origin="document",
        input={"type": "object", "required": ["rows"], "properties": {"rows": {"type": "array", "items": row}}},
        examples=({"rows": [{"age": 3}]},),
    )
    found = attacked(text, contract)
    by_origin = {one.origin: one for one in found.valid_failed}
    assert json.loads(by_origin["made"].payload) == {"rows": [{"age": None}]}
    assert json.loads(by_origin["edge"].payload) == {"rows": []}
    assert by_origin["edge"].why == "/rows has no rows"


def test_what_ends_the_process_is_told_and_the_rest_still_found(attacked: ATTACKED) -> None:
    body = """if person["age"] < 0:
        os._exit(3)
    return {"score": 1 / person["age"]}"""
    text = PERSON.replace("BODY", body)
    found = attacked(text)
    tried = only(found.ended)
    assert tried.headline == "the process ended: os._exit(3)"
    assert (tried.line, tried.smallest, tried.valid) == (line_of(text, "os._exit(3)"), True, True)
    assert json.loads(tried.payload) == {"person": {"age": -1, "name": "Ann"}}
    assert "ZeroDivisionError" in (only(found.valid_failed).headline or "")


def test_what_never_ends(attacked: ATTACKED) -> None:
    text = NUMPY.replace("BODY", "time.sleep(1000) if data[0, 1] < 0 else [0.5] * len(data)")
    began = time.monotonic()
    found = attacked(text, examples=20, seconds=6.0, patience=0.3)
    assert time.monotonic() - began < 40
    tried = only(found.ended)
    assert tried.headline == "no answer within 0.3 s"
    assert tried.line == line_of(text, "sleep")
    assert rows_of(tried)[0][1] < 0


def test_memory_that_is_not_there(attacked: ATTACKED) -> None:
    text = NUMPY.replace("BODY", "[float(len(bytes(1 << 31)))] if data[0, 0] < -9 else [0.5] * len(data)")
    found = attacked(text.replace("bytes(1 << 31)", "b'x' * (1 << 30)"), memory_limit=300 << 20, examples=40)
    assert "memory" in (only(found.ended).headline or "")


def test_the_time_is_bounded(attacked: ATTACKED) -> None:
    began = time.monotonic()
    found = attacked(NUMPY.replace("BODY", "time.sleep(0.2) or [0.5] * len(data)"), seconds=1.5)
    assert time.monotonic() - began < 15
    assert found.problem is not None
    assert found.problem.startswith("the time was over after")
    assert not found.valid_failed


def test_everything_is_accepted(attacked: ATTACKED) -> None:
    found = attacked(PERSON.replace("BODY", 'return {"score": 0.5}'))
    said = [one.why for one in found.invalid_accepted]
    assert "the key `age` is missing in /person" in said
    assert '/person/age is the text "x"' in said
    assert "/person/age is null" in said
    assert "the key `age` is called `AGE` in /person" in said
    assert "/person/name is the number 12" in said
    assert json.loads(found.invalid_accepted[0].payload) == {"person": {"name": "Ann"}}
    assert all(one.status == 200 and one.smallest and not one.valid for one in found.invalid_accepted)
    assert not found.valid_failed


def test_answers_that_break_the_contract_for_some_payloads(attacked: ATTACKED) -> None:
    body = "[float('nan') if row[1] == 0 else 0.5 for row in data if row[0] >= 0]"
    found = attacked(NUMPY.replace("BODY", body))
    told = {one.why: one for one in found.answers}
    nan = next(one for why, one in told.items() if "NaN" in why)
    assert rows_of(nan)[0][1] == 0
    assert nan.answer == "[NaN]"
    assert "1 rows are sent, and 0 come back" in told


def test_an_answer_that_cannot_be_encoded_for_some_payloads(attacked: ATTACKED) -> None:
    found = attacked(NUMPY.replace("BODY", "[0.5] * len(data) if data[0, 0] >= 0 else [data[0].astype('float32')[0]]"))
    tried = only(found.valid_failed)
    assert tried.status == 500
    assert "not JSON serializable" in (tried.headline or "")


def test_the_example_itself_is_refused(attacked: ATTACKED) -> None:
    text = PERSON.replace('{"age": 41, "name": "Ann"}', "bytearray(b'abc')").replace("BODY", "return {'score': 0.5}")
    found = attacked(text)
    assert found.valid_failed[0].origin == "example"


def test_a_sample_of_an_undecorated_script(attacked: ATTACKED) -> None:
    text = """import json

def init(): ...

def run(body):
    values = json.loads(body)["values"]
    return [1 / value for value in values]
"""
    found = attacked(text, of_sample("sample.json", {"values": [1.0, 2.0], "note": "x"}))
    assert "ZeroDivisionError" in (only(found.valid_failed).headline or "")
    assert json.loads(found.valid_failed[0].payload)["note"] == "x"
    assert not found.invalid_accepted, "a sample forbids nothing"


def test_the_same_seed_makes_the_same_report(attacked: ATTACKED) -> None:
    text = NUMPY.replace("BODY", "[math.log(row[0]) / row[1] for row in data]")
    first, second = attacked(text, seed=7), attacked(text, seed=7)
    assert msgspec.structs.replace(first, seconds=0.0) == msgspec.structs.replace(second, seconds=0.0)
    other = attacked(text, seed=8)
    assert other.seed == 8


def test_why_nothing_was_tried(laid: Callable[[str], Path]) -> None:
    told = Contract(source="a", origin="document", input={"type": "object", "properties": {"a": {"type": "integer"}}})
    path = laid("def init():\n    raise OSError('no model')\n\ndef run(data):\n    return 1\n")
    for rehearsal, contract, words in (
        (Rehearsal(script=path), told, "init() fails: OSError: no model"),
        (Rehearsal(script=path, batch=True), told, "batch"),
        (Rehearsal(script=path), Contract(source="a", origin="script"), "says nothing of requests"),
        (Rehearsal(script=path, python="/nowhere/python"), told, "/nowhere/python"),
        (Rehearsal(script=path.parent / "absent.py"), told, "absent.py"),
    ):
        found = attack(rehearsal, contract)
        assert isinstance(found, Missing), found
        assert words in found.reason, found.reason


RUNNER = """import sys, tempfile
from pathlib import Path
tempfile.tempdir = sys.argv[2]
from checks.contract.contracts import Contract
from doctor.contract.attack import attack
from doctor.probe.launcher import Rehearsal
rows = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
contract = Contract(source="s", origin="document", input=rows, examples=({"a": 1},))
attack(Rehearsal(script=Path(sys.argv[1]), variables={"MARK": sys.argv[3]}), contract, patience=60, seconds=60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_after_an_interruption(number: signal.Signals, laid: Callable[[str], Path]) -> None:
    mark = f"attack-test-{os.urandom(6).hex()}"
    path = laid("import time\ndef init(): ...\ndef run(data):\n    time.sleep(100)\n")
    scratch = Path(tempfile.gettempdir())
    words = [sys.executable, "-c", RUNNER, str(path), str(scratch), mark]
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": root})
    try:
        until = time.monotonic() + 30
        while not any(scratch.glob("*/probe/where")) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.3)
        process.send_signal(number)
        assert process.wait(timeout=20) != 0
    finally:
        process.kill()
        process.wait()
    assert list(scratch.iterdir()) == []
    assert not [one for one in psutil.process_iter() if is_marked(one, mark)]


def test_the_ends_of_what_is_allowed_are_tried(attacked: ATTACKED) -> None:
    text = """import json

def init(): ...

def run(body):
    asked = json.loads(body)
    if len(asked["text"]) > 512:
        raise IndexError("index out of range in self")
    if asked["id"] > 2**31:
        raise OverflowError("int too large to convert")
    return ["low", "high"][len(asked["rows"]) > 20 and 7]
"""
    row = {"type": "object", "properties": {"age": {"type": "number"}}}
    properties = {
        "text": {"type": "string"},
        "id": {"type": "integer", "format": "int64"},
        "rows": {"type": "array", "items": row},
    }
    contract = Contract(
        source="swagger.json",
        origin="document",
        input={"type": "object", "properties": properties},
        examples=({"text": "a short note", "id": 7, "rows": [{"age": 3.0}]},),
    )
    whys = {one.why for one in attacked(text, contract).valid_failed if one.origin == "edge"}
    assert whys == {"/text has 10,000 characters", "/id is 2^40", "/rows has 25 rows"}


def test_the_answer_to_the_example_itself_is_kept(attacked: ATTACKED) -> None:
    text = "def init(): ...\n\ndef run(body):\n    return {'rate': [1.0]}\n"
    contract = Contract(
        source="swagger.json",
        origin="document",
        input={"type": "object", "properties": {"a": {"type": "number"}}, "required": ["a"]},
        output={"type": "object", "properties": {"rates": {"type": "array"}}, "required": ["rates"]},
        examples=({"a": 1.0},),
    )
    found = attacked(text, contract)
    assert [one.origin for one in found.answers] == ["example"]


def test_texts_that_are_files_stay_as_they_are(attacked: ATTACKED) -> None:
    text = """import base64, json

def init(): ...

def run(body):
    image = base64.b64decode(json.loads(body)["image"])
    if not image.startswith(b"PNG"):
        raise ValueError("no image")
    return {"bytes": len(image)}
"""
    image = base64.b64encode(b"PNG" + bytes(range(60))).decode()
    found = attacked(text, of_sample("sample.json", {"image": image}))
    assert found.valid_failed == ()
