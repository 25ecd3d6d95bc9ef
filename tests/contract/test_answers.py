"""Answers of real scripts against what they declare, as the engine's report tells it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from checks.cases import script as evidence_of
from checks.contract.answering import Mismatch, mismatch, not_finite, path_of, rows_of
from checks.contract.group_answers import CHECKS
from checks.contract.records import Json, Schema
from checks.evidence import Evidence, Missing, Sample, Samples
from checks.finding import Finding
from checks.outcome import Crashed, Found, run_check
from doctor.probe.launcher import Payload, Rehearsal, start

DECLARED = """import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema

def init(): ...

@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0], [3.0, 4.0]])))
@output_schema(OUTPUT)
def run(data):
    return ANSWER
"""
PER_ROW = "NumpyParameterType(np.array([1.0, 2.0]))"
OBJECT = 'StandardPythonParameterType({"scores": [{"label": "a", "score": 0.5}]})'
Told = Callable[..., list[Finding]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """The findings about answers of a script that was run."""

    def tell(output: str, answer: str, body: bytes | None = None) -> list[Finding]:
        text = DECLARED.replace("OUTPUT", output).replace("ANSWER", answer)
        path = tmp_path / "score.py"
        path.write_text(text)
        payloads = (Payload("sample.json", body),) if body else ()
        probe = start(Rehearsal(script=path, payloads=payloads)).wait()
        assert not isinstance(probe, Missing)
        evidence: Evidence = evidence_of(text).replace(probe=probe)
        if body:
            sample = Sample(source="sample.json", text=body.decode(), size=len(body))
            evidence = evidence.replace(samples=Samples(items=(sample,)))
        outcomes = [run_check(check, evidence) for check in CHECKS]
        assert not [one for one in outcomes if isinstance(one, Crashed)]
        return [finding for one in outcomes if isinstance(one, Found) for finding in one.findings]

    return tell


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        (PER_ROW, "data.sum(axis=1).tolist()"),
        (PER_ROW, "[1, 2]"),
        (OBJECT, '{"scores": [{"label": "a", "score": 1, "more": None}]}'),
        ("NumpyParameterType(np.array([True]))", "[True, False]"),
        ('StandardPythonParameterType("text")', "'{\"a\": 1}'"),
        ("StandardPythonParameterType([None])", "[1, 'a']"),
        ("StandardPythonParameterType(np.float64(0.5))", "0.25"),
    ],
)
def test_what_is_as_declared_is_silent(told: Told, output: str, answer: str) -> None:
    assert told(output, answer) == []


@pytest.mark.parametrize(
    ("output", "answer", "ids", "title"),
    [
        (PER_ROW, '{"result": data.sum(axis=1).tolist()}', ["contract.answer-mismatch"], "result is object"),
        (PER_ROW, "[1.0, '2']", ["contract.answer-mismatch"], 'result[1] is text "2", not number'),
        (PER_ROW, "[1.0]", ["contract.answer-row-count"], "2 rows were sent, and the answer has 1 item"),
        (PER_ROW, "None", ["contract.answer-empty"], "the answer is {}"),
        (
            OBJECT,
            '__import__("json").dumps({"scores": []})',
            ["contract.answer-double-encoded"],
            "JSON inside a JSON string",
        ),
        (
            OBJECT,
            '{"scores": [{"label": "a", "score": 0.5}, {"label": "b", "Score": 0.5}]}',
            ["contract.answer-mismatch"],
            "no key `score`",
        ),
        (OBJECT, '{"error": "boom"}', ["contract.answer-mismatch"], "no key `scores`"),
        (OBJECT, "[float('nan')]", ["contract.answer-mismatch"], "result is list"),
    ],
)
def test_what_is_not_as_declared(told: Told, output: str, answer: str, ids: list[str], title: str) -> None:
    found = told(output, answer)
    assert [one.id for one in found] == ids
    assert all(title in one.title for one in found), [one.title for one in found]


def test_the_rows_of_a_sample_count(told: Told) -> None:
    body = b'{"data": [[1, 2], [3, 4], [5, 6]]}'
    assert told(PER_ROW, "data.sum(axis=1).tolist()", body) == []
    (found,) = told(PER_ROW, "data.sum(axis=1).tolist()[:2]", body)
    assert found.title == "3 rows were sent, and the answer has 2 items"
    assert "sample:sample.json" in found.about


def test_an_example_that_the_decorator_cannot_convert(tmp_path: Path) -> None:
    text = """import datetime
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema

def init(): ...

@input_schema("rows", StandardPythonParameterType(range(3)))
def run(rows):
    return 1
"""
    path = tmp_path / "score.py"
    path.write_text(text)
    probe = start(Rehearsal(script=path)).wait()
    evidence = evidence_of(text).replace(probe=probe)
    found = [
        finding
        for one in (run_check(check, evidence) for check in CHECKS)
        if isinstance(one, Found)
        for finding in one.findings
    ]
    assert [one.id for one in found] == ["contract.example-refused"]
    assert "Invalid input data type to parse" in found[0].title


NESTED: Schema = {
    "type": "array",
    "items": {"type": "object", "required": ["a/b"], "properties": {"a/b": {"type": "number"}}},
}


def test_the_first_place_is_told_as_code() -> None:
    found = mismatch(NESTED, [{"a/b": 1}, {"a/b": "x"}])
    assert isinstance(found, Mismatch)
    assert (found.path, found.top) == ('result[1]["a/b"]', False)
    assert mismatch(NESTED, [{"a/b": 1.5}]) is None
    top = mismatch(NESTED, {})
    assert top is not None
    assert top.top


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        ({"data": [[1], [2]]}, 2),
        ({"input_data": {"columns": ["a"], "index": [0], "data": [[1]]}}, 1),
        ({"input_data": {"columns": ["a"], "data": [[1], [2], [3]]}, "params": {}}, None),
        ([{"a": 1}], 1),
        ({"a": [1, 2]}, None),
        ({"a": [[1]], "b": [[1]]}, None),
        ([], None),
        ("text", None),
    ],
)
def test_rows_of_a_request(value: Json, rows: int | None) -> None:
    assert rows_of(value) == rows


def test_places() -> None:
    assert not_finite({"a": [1, {"b~c": float("inf")}]}) == "/a/1/b~0c"
    assert path_of("/a/1/b~0c") == 'result["a"][1]["b~c"]'
    assert not_finite([1.5, "NaN", None]) is None
