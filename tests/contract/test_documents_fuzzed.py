"""Broken, cut, nested and random documents: never an exception, always a document or a problem with a place."""

import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import group_documents
from checks.contract.records import Deployment, Document, Documents
from checks.contract.scenes import openapi
from checks.evidence import Evidence, Target
from checks.outcome import Crashed, run_checks
from doctor.contract.documents import document_of

YAML = """\
swagger: "2.0"
info: &info {title: score, version: 1.0}
paths:
  /score:
    post:
      consumes: [application/json]
      parameters:
      - {in: body, name: rows, schema: {$ref: "#/definitions/Row"}}
      responses: {200: {description: |
        text
      }}
x-info: *info
definitions:
  Row: {type: array, items: {type: number}, example: [1, 2]}
"""
SEEDS = (
    (json.dumps(openapi(), indent=1), "swagger.json"),
    (json.dumps(openapi()), "given.json"),
    (YAML, "swagger.yaml"),
    ('{"input": {"a": {"swagger": {"type": "array"}, "type": 1}}, "output": {}}', "service_schema.json"),
)
PIECES = (
    "{",
    "}",
    "[",
    "]",
    '"',
    ",",
    ":",
    "\n",
    "\\",
    "\t",
    "- ",
    "&a ",
    "*a",
    "<<: ",
    "$ref",
    "null",
    "-",
    "\x00",
    "é",
)


def judge(content: bytes, name: str) -> Document:
    """Read it and let all checks look at it."""
    found = document_of(content, name, "beside")
    assert found.content or found.problems or found.form == "unknown"
    for problem in found.problems:
        if problem.kind in ("syntax", "deep"):
            assert problem.line is not None
            assert problem.line >= 1
    msgspec.json.encode(found)
    evidence = Evidence(
        target=Target(kind="document", name=name),
        documents=Documents(items=(found,)),
        deployment=Deployment(source="endpoint.yml", kind="managed", auth_mode="key"),
    )
    crashed = [one for one in run_checks(group_documents.CHECKS, evidence) if isinstance(one, Crashed)]
    assert not crashed, crashed[0].trace
    return found


def mutated(text: str, chance: random.Random) -> bytes:
    """A text with a few characters flipped, cut, doubled, or nested."""
    for _ in range(chance.randint(1, 4)):
        at, end = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        end = min(end, at + 40)
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind == 1:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif kind == 2:
            text = text[:end] + text[at:end] * chance.randint(1, 3) + text[end:]
        elif kind == 3:
            text = text[: max(at, 1)]
        elif kind == 4:
            deep = chance.choice((3, 50, 400))
            text = text[:at] + chance.choice(("[", '{"a":', "- ")) * deep + text[at:]
        else:
            text = text[:at] + chance.choice(PIECES) * chance.randint(1, 3) + text[end:]
    content = bytearray(text.encode())
    if chance.random() < 0.2 and content:
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


@pytest.mark.parametrize("seed", range(8))
def test_mutated_documents(seed: int) -> None:
    chance = random.Random(seed)
    for number in range(40):
        text, name = SEEDS[number % len(SEEDS)]
        judge(mutated(text, chance), name)


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 300)
    | st.floats()
    | st.sampled_from(["", "array", "x", "#/definitions/A"]),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "$ref", "items", "properties", "required", "example", "allOf", "x", "in", "schema", "200"]
            ),
            below,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(openapi())), VALUES, VALUES, st.sampled_from(["swagger.json", "swagger3.json"]))
def test_documents_with_any_value_anywhere(member: str, value: Any, schema: Any, name: str) -> None:
    made = openapi(**{member: value})
    if isinstance(made["definitions"], dict):
        made["definitions"]["A"] = schema
    judge(json.dumps(made).encode(), name)
    if isinstance(made["paths"], dict) and member != "paths":
        made["paths"]["/score"] = {"post": value, "get": schema}
        judge(json.dumps(made).encode(), name)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=60), st.sampled_from(["swagger.json", "swagger.yaml", "x"]))
def test_any_bytes(content: bytes, name: str) -> None:
    judge(content, name)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(alphabet="ab:- \n\"'{}[]&*!|>#%@,?\t1<", max_size=50))
def test_any_yaml(text: str) -> None:
    judge(text.encode(), "swagger.yaml")
