"""What the specifications ask and the validator leaves out: each rule fires at its place, and is quiet beside it."""

import copy
import json
from typing import Any

import pytest

from doctor.contract import specification
from doctor.contract.documents import document_of
from doctor.contract.specification_rules import rule_problems

TWO: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "score", "version": "1.0"},
    "securityDefinitions": {"Bearer": {"type": "apiKey", "in": "header", "name": "Authorization"}},
    "paths": {
        "/score": {
            "post": {
                "security": [{"Bearer": []}],
                "parameters": [{"name": "body", "in": "body", "schema": {"type": "object"}}],
                "responses": {"200": {"description": "scores"}},
            }
        }
    },
}


def _changed(*path: str, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(TWO)
    part: Any = made
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return made


def test_a_sound_document_is_quiet() -> None:
    assert rule_problems(TWO, "2.0") == []


def test_a_scheme_that_nobody_defines_is_told_with_the_one_like_it() -> None:
    (found,) = rule_problems(_changed("paths", "/score", "post", "security", value=[{"bearer": []}]), "2.0")
    assert found.pointer == "/paths/~1score/post/security/0"
    assert "`bearer`; `Bearer` is like it" in found.message


@pytest.mark.parametrize(("other", "said"), [("body", "one body"), ("formData", "a body or a form")])
def test_a_request_has_one_body(other: str, said: str) -> None:
    given = [*TWO["paths"]["/score"]["post"]["parameters"], {"name": "more", "in": other, "type": "string"}]
    (found,) = rule_problems(_changed("paths", "/score", "post", "parameters", value=given), "2.0")
    assert said in found.message


@pytest.mark.parametrize(("version", "count"), [("3.0.3", 1), ("3.1.0", 0)])
def test_lists_of_3_0_say_what_they_hold(version: str, count: int) -> None:
    schemas = {"Row": {"type": "array"}, "Named": {"properties": {"type": {"type": "string"}, "array": {}}}}
    content = {"openapi": version, "components": {"schemas": schemas, "examples": {"a": {"value": {"type": "array"}}}}}
    found = [one.pointer for one in rule_problems(content, version)]
    assert found == ["/components/schemas/Row"] * count


def test_references_that_multiply_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(specification, "SECONDS", 1.0)
    schemas: dict[str, Any] = {"X40": {"type": "object"}}
    for number in range(40):
        schemas[f"X{number}"] = {"allOf": [{"$ref": f"#/components/schemas/X{number + 1}"}] * 2}
    content = {"openapi": "3.0.1", "info": {"title": "x", "version": "1"}, "paths": {}, "components": {"schemas": {}}}
    content["components"] = {"schemas": schemas}
    _, left_out = specification.problems_of(content, "3.0.1", sound=True)
    assert left_out is not None
    assert "not all looked at in 1 s" in left_out


@pytest.mark.parametrize(
    ("text", "source", "line", "said"),
    [
        ('{\n<<<<<<< HEAD\n"a": 1\n}', "swagger.json", 2, "a merge that was not finished"),
        ("info:\n  title: x\n<<<<<<< ours\n  version: 1\n", "openapi.yaml", 3, "a merge that was not finished"),
        ("<html><body>Sign in</body></html>", "swagger.json", 1, "a web page"),
        ("info:\n  title: x\n    version: 1\n", "openapi.yaml", 3, "indented deeper"),
    ],
)
def test_what_broke_a_text_is_named(text: str, source: str, line: int, said: str) -> None:
    found = document_of(text.encode(), source, "given").problems[0]
    assert (found.line, said in found.message) == (line, True), found.message


def test_an_old_document_is_not_judged() -> None:
    broken = json.dumps(_changed("paths", "/score", "post", "security", value=[{"bearer": []}])).encode()
    assert document_of(broken, "old.json", "old").problems == ()
    assert document_of(broken, "new.json", "given").problems != ()
