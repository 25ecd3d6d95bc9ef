"""`doctor check --attack` as it is typed: what payloads show of the answers is told, too."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "Loans", "version": "1.0"},
    "paths": {
        "/score": {
            "post": {
                "parameters": [{"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Input"}}],
                "responses": {"200": {"description": "rates", "schema": {"$ref": "#/definitions/Output"}}},
            }
        }
    },
    "definitions": {
        "Input": {
            "type": "object",
            "required": ["amount"],
            "properties": {"amount": {"type": "number"}},
            "example": {"amount": 4.0},
        },
        "Output": {"type": "object", "required": ["rates"], "properties": {"rates": {"type": "array"}}},
    },
}
SCRIPT = (
    "import json, math\n\ndef init(): ...\n\ndef run(body):\n    amount = json.loads(body)['amount']\n    return BODY\n"
)


def told(folder: Path, body: str, *files: tuple[str, object]) -> dict[str, str]:
    """Titles by check of what is found."""
    (folder / "score.py").write_text(SCRIPT.replace("BODY", body))
    for name, value in files:
        (folder / name).write_text(json.dumps(value))
    done = subprocess.run(
        [sys.executable, "-m", "doctor", "check", "score.py", "--attack", "-o", "json"],
        cwd=folder, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return {one["id"]: one["title"] for one in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize(
    "beside", [("swagger.json", SWAGGER), ("sample.json", {"amount": 4.0})], ids=lambda one: one[0]
)
def test_answers_that_are_no_json(tmp_path: Path, beside: tuple[str, object]) -> None:
    found = told(tmp_path, "{'rates': [4 / amount if amount else math.inf]}", beside)
    assert "contract.answer-not-json" in found


def test_answers_that_are_not_as_declared(tmp_path: Path) -> None:
    found = told(tmp_path, "{'rate': [amount * 2]}", ("swagger.json", SWAGGER))
    assert found["contract.answer-mismatch"] == "the answer has no key `rates`, which the contract declares"


def test_a_script_that_reads_another_key_refuses_the_example(tmp_path: Path) -> None:
    found = told(tmp_path, "json.loads(body)['loan']", ("swagger.json", SWAGGER))
    assert "contract.example-refused" in found
    assert "contract.valid-payload-fails" not in found


def test_a_service_that_is_right(tmp_path: Path) -> None:
    assert told(tmp_path, "{'rates': [float(amount)]}", ("sample.json", {"amount": 4.0})) == {}
