"""A fault of a request body is the cause, and what the rehearsal meets because of it a symptom."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """import json


def init(): ...


def run(raw):
    return [row["age"] * 2 for row in json.loads(raw)["rows"]]
"""
DECORATED = """import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema


def init(): ...


@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0]])))
def run(data):
    return data.sum(axis=1).tolist()
"""


def report(folder: Path, text: str, body: object) -> dict:
    (folder / "score.py").write_text(text, encoding="utf-8")
    (folder / "bad.json").write_text(json.dumps(body), encoding="utf-8")
    words = [sys.executable, "-m", "doctor", "check", "score.py", "--sample", "bad.json", "--no-verify", "-o", "json"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("text", "body", "cause", "symptoms"),
    [
        (CODE, {"rows": [{"age": 1}, {"Age": 2}]}, "contract.key-case-differs", {"runtime.payload-mismatch"}),
        (DECORATED, {"data": [1, 2]}, "contract.one-row-for-rows", {"runtime.payload-mismatch", "runtime.run-raised"}),
        (DECORATED, {"data": [[1, "x"]]}, "contract.value-type", {"contract.request-refused", "runtime.run-raised"}),
        (DECORATED, {"data": [["1", "x"]]}, "contract.value-type", {"runtime.run-raised"}),
    ],
)
def test_the_fault_is_the_only_cause(tmp_path: Path, text: str, body: object, cause: str, symptoms: set[str]) -> None:
    told = report(tmp_path, text, body)
    assert [one["id"] for one in told["causes"]] == [cause]
    assert symptoms <= set(told["causes"][0]["explains"])
    assert told["checks"]["crashed"] == []


def test_a_right_body_is_healthy(tmp_path: Path) -> None:
    told = report(tmp_path, CODE, {"rows": [{"age": 1}, {"age": 2}]})
    assert told["verdict"] == "healthy"
    assert [one for one in told["findings"] if one["family"] == "contract"] == []
