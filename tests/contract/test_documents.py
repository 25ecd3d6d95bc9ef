"""Files that describe a service: whatever they hold, a document or a problem with its place."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from checks.contract.records import Document, DocumentProblem
from checks.contract.scenes import openapi
from doctor.contract import documents, specification
from doctor.contract.documents import document_of, documents_beside, is_document, read_document
from doctor.errors import CannotExamine


def read(content: str | bytes | dict[str, Any], name: str = "swagger.json") -> Document:
    text = json.dumps(content, indent=1) if isinstance(content, dict) else content
    return document_of(text.encode() if isinstance(text, str) else text, name, "given")


def only(document: Document) -> DocumentProblem:
    (problem,) = document.problems
    return problem


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    made = openapi()
    change(made)
    return made


def three(version: str = "3.0.3", **schemas: Any) -> dict[str, Any]:
    return {
        "openapi": version,
        "info": {"title": "score", "version": "1"},
        "paths": {
            "/score": {
                "post": {
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Row"}}}},
                    "responses": {"200": {"description": "ok"}},
                }
            }
        },
        "components": {"schemas": {"Row": {"type": "object"}, **schemas}},
    }


@pytest.mark.parametrize("content", [openapi(), three(), three("3.1.0"), three("3.0.0"), three("3.1.1")])
def test_a_sound_document(content: dict[str, Any]) -> None:
    found = read(content)
    assert (found.form, found.problems) == ("openapi", ())
    assert found.version in (content.get("swagger"), content.get("openapi"))
    assert found.content == content


def test_yaml_says_the_same_as_json_and_keeps_its_lines() -> None:
    text = """\
swagger: 2.0
info: {title: score, version: 1.0}
paths:
  /score:
    post:
      parameters:
        - {in: body, name: rows, schema: {$ref: '#/definitions/Row'}}
      responses:
        200: &ok
          description: on
        default: *ok
definitions:
  Row: {type: array, items: {type: number, minimum: 1_0, maximum: 1e3, x-none: ~}}
"""
    found = read(text, "swagger.yaml")
    assert found.version == "2.0"
    assert found.content["info"]["version"] == "1.0"
    responses = found.content["paths"]["/score"]["post"]["responses"]
    assert responses == {"200": {"description": "on"}, "default": {"description": "on"}}
    assert found.content["definitions"]["Row"]["items"]["maximum"] == 1000
    assert found.lines["/paths/~1score/post/parameters/0"] == 7
    assert found.lines["/definitions/Row/items/type"] == 13
    (problem,) = found.problems
    assert (problem.pointer, problem.line) == ("/definitions/Row/items/minimum", 13)
    assert problem.message == 'seen text "1_0", expected a number'


def test_keys_are_merged() -> None:
    found = read("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n", "some.yaml")
    assert found.content["b"] == {"x": 1, "y": 3}


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ('{"swagger": "2.0",\n "a": [1, 2,],}', 2, 11, "a comma stands before `]`"),
        ("{'swagger': '2.0'}", 1, 1, "single quotes"),
        ('{"swagger": "2.0", // here\n}', 1, 19, "a comment"),
        ('{"swagger": "2.0"\n "info": {}}', 2, 1, "a comma or a closing bracket"),
        ('{"swagger": "2.0", "info": {', 1, 28, "the text ends before its last bracket"),
        ('{"swagger": "2.0"} {}', 1, 19, "goes on behind its end"),
        ('{"swagger": "2.\n0"}', 1, 15, "a line end or tab"),
        ('{"swagger": True}', 1, 12, "seen `True`"),
        ('{"swagger": "C:\\d"}', 1, 15, "a backslash"),
        ("", 1, 0, "the file is empty"),
        ('{"n": ' + "9" * 5000 + "}", 1, 6, "limit"),
    ],
)
def test_the_place_where_json_breaks(text: str, line: int, column: int, said: str) -> None:
    found = only(read(text))
    assert (found.kind, found.line, found.column) == ("syntax", line, column)
    assert said in found.message


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("swagger: '2.0'\ninfo:\n\ttitle: x\n", 3, "a tab indents the line"),
        ("swagger: '2.0'\ninfo: a: b\n", 2, "a second `: `"),
        ("swagger: '2.0\n", 1, ""),
        ("a: &a\n  b: *a\n", 2, "stands inside of what it names"),
        ("a: *none\n", 1, "names no anchor"),
        ("[a]: 1\n", 1, "a key is expected"),
    ],
)
def test_the_place_where_yaml_breaks(text: str, line: int, said: str) -> None:
    found = only(read(text, "swagger.yaml"))
    assert found.kind in ("syntax", "loop")
    assert found.line is not None
    assert line <= found.line <= line + 1
    assert said in found.message


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8-sig", "byte order mark"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16-LE"), ("utf-32", "UTF-32")],
)
def test_other_encodings_are_read_and_told(encoding: str, said: str) -> None:
    found = read(json.dumps(openapi(info={"title": "é", "version": "1"})).encode(encoding))
    assert said in only(found).message
    assert found.content["info"]["title"] == "é"


def test_bytes_that_are_no_utf_8() -> None:
    found = read(b'{\n "a": "caf\xe9"}')
    assert (found.problems[0].line, found.problems[0].column) == (2, 10)
    assert "0xe9" in found.problems[0].message


def test_yaml_in_a_file_that_says_json() -> None:
    found = read("swagger: '2.0'\ninfo: {title: a, version: '1'}\npaths: {}\n")
    assert found.version == "2.0"
    assert "holds YAML" in only(found).message


@pytest.mark.parametrize("name", ["swagger.json", "swagger.yaml"])
def test_a_key_that_stands_twice(name: str) -> None:
    text = '{"swagger": "2.0",\n "info": {"title": "a", "version": "1"},\n "paths": {}, "paths": {}}'
    found = only(read(text, name))
    assert (found.pointer, found.line) == ("/paths", 3)
    assert "a second time" in found.message


def test_what_json_does_not_know() -> None:
    found = only(read(json.dumps(openapi(**{"x-a": ['"NaN"', float("nan")]}))))
    assert "`NaN` is no JSON" in found.message
    assert found.pointer == "/x-a/1"


@pytest.mark.parametrize("text", ["[" * 10_000, '{"a":' * 10_000, "[" * 10_000 + "]" * 10_000, '{"x":' + "[" * 200])
def test_deep_json_is_a_problem_with_its_place(text: str) -> None:
    found = only(read(text))
    assert (found.kind, found.line) == ("deep", 1)
    assert found.column is not None


@pytest.mark.parametrize("text", ["- " * 10_000 + "x", "a: " + "[" * 5_000, "? " * 300 + "x"])
def test_deep_yaml_is_a_problem_with_its_place(text: str) -> None:
    found = read(text, "swagger.yaml").problems[0]
    assert found.kind in ("deep", "syntax")
    assert found.line == 1


def test_aliases_that_grow_are_stopped() -> None:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    lines += [f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]" for n in range(12)]
    found = only(read("\n".join(lines), "swagger.yaml"))
    assert (found.kind, found.line) == ("large", 6)


def test_large_yaml_is_told_at_once() -> None:
    start = time.perf_counter()
    assert only(read("swagger: '2.0'\n" + "# x\n" * 600_000, "swagger.yaml")).kind == "large"
    assert time.perf_counter() - start < 10


def test_a_file_of_two_hundred_megabytes_is_never_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "swagger.json"
    with path.open("wb") as file:
        file.write(b'{"swagger": "2.0", "x-a": "')
        file.seek(200_000_000)
        file.write(b'"}')
    before = psutil.Process().memory_info().rss
    start = time.perf_counter()
    found = read_document(path, "given")
    assert time.perf_counter() - start < 15
    assert psutil.Process().memory_info().rss - before < 100_000_000
    assert only(found).kind == "large"
    assert "200 MB" in only(found).message
    assert only(found).line == 1


def test_many_small_objects_are_not_made() -> None:
    assert only(read('{"a": [' + "{}," * 3_100_000 + "{}]}")).kind == "large"


def test_references_that_lead_nowhere_or_out_or_round() -> None:
    made = changed(lambda one: one["definitions"].update(
        A={"$ref": "#/definitions/B"}, B={"allOf": [{"$ref": "#/definitions/A"}]}, C={"$ref": "#/definitions/Cc"},
        D={"$ref": "common.yaml#/D"}, E={"properties": {"example": {"$ref": "#/definitions/E"}}},
        F={"example": {"$ref": "#/no/reference"}, "x-y": {"$ref": "#/no/reference"}},
    ))  # fmt: skip
    found = read(made).problems
    assert [(one.kind, one.pointer) for one in found] == [
        ("reference", "/definitions/C/$ref"),
        ("reference", "/definitions/D/$ref"),
        ("loop", "/definitions/A"),
    ]
    assert all(one.line for one in found)


def test_fifty_levels_of_references() -> None:
    levels = {f"L{n}": {"type": "object", "properties": {"n": {"$ref": f"#/definitions/L{n + 1}"}}} for n in range(50)}
    made = changed(lambda one: one["definitions"].update(levels, L50={"type": "string"}))
    assert read(made).problems == ()
    plain = {f"L{n}": {"$ref": f"#/definitions/L{n + 1}"} for n in range(50)}
    assert read(changed(lambda one: one["definitions"].update(plain, L50={"type": "string"}))).problems == ()


def test_what_the_specification_does_not_allow_is_told_for_people() -> None:
    made = changed(lambda one: one["paths"]["/score"]["post"].update(respnses={}, operationId=5))
    made["definitions"]["ServiceInput"]["properties"]["data"] = {"type": "float"}
    del made["info"]["version"]
    made["schemes"] = ["ftp"]
    told = {one.pointer: one.message for one in read(made).problems}
    assert told["/info"] == "`version` is missing"
    assert told["/schemes/0"] == 'seen text "ftp", expected one of http, https, ws or wss'
    assert told["/paths/~1score/post"] == "`respnses` is not known here; `responses` is like it"
    assert told["/paths/~1score/post/operationId"] == "seen the number 5, expected text"
    assert told["/definitions/ServiceInput/properties/data/type"].startswith('seen text "float", expected one of array')


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_the_second_look_knows_its_places(version: str) -> None:
    content = three(version, Row={"type": "object", "properties": {"n": {"type": "integer", "default": "x"}}})
    found = only(read(content))
    assert found.pointer == "/components/schemas/Row/properties/n"
    assert found.line is not None
    bad = only(read(three("3.1.0", Row={"type": "object", "properties": {"n": {"type": "float"}}})))
    assert bad.pointer == "/components/schemas/Row/properties/n/type"


def test_operations_of_one_name() -> None:
    made = changed(lambda one: one["paths"]["/"]["get"].update(operationId="RunMLService"))
    assert "not unique" in only(read(made)).message


def test_a_version_that_nobody_knows() -> None:
    assert "version 1.2 is not known" in only(read(openapi(swagger="1.2"))).message
    assert "neither `swagger` nor `openapi`" in read({"paths": {}, "info": {}}).problems[0].message


def test_at_most_fifty_problems() -> None:
    assert len(read(changed(lambda one: one.update({f"k{n}": {"a": n} for n in range(90)}))).problems) <= 50
    bad = {f"p{n}": {"type": "float"} for n in range(90)}
    assert len(read(changed(lambda one: one["definitions"]["ServiceInput"].update(properties=bad))).problems) == 50


def test_a_large_document_is_judged_by_a_process_that_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    properties = {f"p{n}": {"type": "string", "description": "x"} for n in range(6_000)}
    made = changed(lambda one: one["definitions"]["ServiceInput"].update(properties=properties))
    made["definitions"]["ServiceInput"]["properties"]["p5000"] = {"type": "integer", "default": "x"}
    assert only(read(made)).pointer == "/definitions/ServiceInput/properties/p5000"
    monkeypatch.setattr(specification, "SECONDS", 0.05)
    start = time.perf_counter()
    assert "not all looked at" in only(read(made)).message
    assert time.perf_counter() - start < 15


def test_a_pattern_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(specification, "SECONDS", 2.0)
    schema = {"type": "string", "pattern": "^(a+)+$", "default": "a" * 60 + "!"}
    made = changed(lambda one: one["definitions"]["ServiceInput"]["properties"].update(text=schema))
    assert "not all looked at" in only(read(made)).message


def test_secrets_are_not_kept() -> None:
    key = "c2VjcmV0LWtleS1vZi1hLXBlcnNvbg12345"
    made = openapi(info={"title": "x", "version": "1", "description": f"Authorization: Bearer {key}"})
    made["definitions"]["ServiceInput"]["example"] = {"password": "hunter22hunter", "data": [[1.0]]}
    found = read(made)
    kept = f"{found.text} {found.content} {found.problems}"
    assert key not in kept
    assert "hunter22" not in kept
    assert found.content["definitions"]["ServiceInput"]["example"]["data"] == [[1.0]]


def test_halves_of_surrogate_pairs_can_be_written() -> None:
    found = document_of(rb'{"swagger": "2.0", "\ud800": "\udfff"}', "x.json", "given")
    json.dumps(found.content).encode()
    str(found.content).encode()


def test_the_form_of_2018() -> None:
    content = {"input": {"rows": {"internal": "gANj", "swagger": {"type": "array"}, "type": 1}}, "output": {}}
    found = read(content, "service_schema.json")
    assert (found.form, found.problems) == ("service-schema", ())


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("swagger.json", "{}", True),
        ("any.json", '{"info": {}, "swagger": "2.0"}', True),
        ("any.json", '{"definitions": {"a": 1}, "info": {}, "paths": {', True),
        ("any.yaml", "# a comment\nopenapi: 3.0.3\n", True),
        ("any.yml", '"swagger": "2.0"\n', True),
        ("openapi.yaml", "a: [", True),
        ("openapi.json", '{"broken', True),
        ("openapi.json", '{"data": [[1, 2]]}', False),
        ("service_schema.json", '{"input": {"a": {"internal": "x", "type": 1, "swagger": {}}}}', True),
        ("sample.json", '{"input": {"swagger": 1}}', False),
        ("sample.json", '{"data": [{"swagger": "2.0"}]}', False),
        ("sample.json", '{"openapi": "a text"}', False),
        ("sample.json", '[{"swagger": "2.0"}]', False),
        ("deployment.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  swagger: '2.0'\n", False),
        ("crd.yaml", "kind: CustomResourceDefinition\nspec:\n  openAPIV3Schema: {}\n", False),
        ("conda.yml", "dependencies:\n- python=3.11\n", False),
        ("score.py", "swagger: 2.0\n", False),
        ("empty.json", "", False),
    ],
)
def test_documents_are_told_from_other_files(tmp_path: Path, name: str, text: str, expected: bool) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert is_document(path) is expected


def test_files_that_are_none(tmp_path: Path) -> None:
    assert not is_document(tmp_path / "swagger.json")
    (tmp_path / "swagger.json").mkdir()
    assert not is_document(tmp_path / "swagger.json")
    for name in ("swagger.json", "none.json"):
        with pytest.raises(CannotExamine):
            read_document(tmp_path / name, "given")


def test_documents_beside_a_script(tmp_path: Path) -> None:
    assert documents_beside(tmp_path) is None
    for name in ("swagger3.json", "swagger.json", "openapi.yaml", "other.json"):
        (tmp_path / name).write_text(json.dumps(openapi()))
    found = documents_beside(tmp_path)
    assert found is not None
    assert [one.source for one in found.items] == ["swagger.json", "swagger3.json", "openapi.yaml"]
    assert {one.role for one in found.items} == {"beside"}


def test_a_text_is_cut_and_its_places_are_not() -> None:
    made = openapi(**{"x-long": "x" * (documents.KEPT + 10), "x-last": 1})
    made["zz"] = {}
    found = read(made)
    assert len(found.text) == documents.KEPT
    assert [(one.pointer, bool(one.message)) for one in found.problems] == [("", True)]
