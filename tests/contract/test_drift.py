"""What a new contract changes for old clients: each change classified, and what breaks nobody left alone."""

import pytest

from checks.contract.contracts import contract_of, contracts
from checks.contract.drift import changes, drift
from checks.contract.records import Document, Documents, Schema
from checks.contract.scenes import documented, openapi, renewed, taking

NUMBER: Schema = {"type": "number"}
INTEGER: Schema = {"type": "integer"}
TEXT: Schema = {"type": "string"}
ANSWER: Schema = {"type": "array", "items": NUMBER}


def rows(**columns: Schema) -> Schema:
    return {"type": "array", "items": {"type": "object", "required": list(columns), "properties": columns}}


def nested(item: Schema, depth: int) -> Schema:
    for _ in range(depth):
        item = {"type": "array", "items": item}
    return item


def kinds(old: Schema, new: Schema) -> list[tuple[str, str]]:
    found = drift(renewed(old, new))
    assert found is not None
    return [(one.kind, one.pointer) for one in found[2]]


INPUTS = [
    ("the same", {"data": nested(NUMBER, 2)}, {"data": nested(NUMBER, 2)}, []),
    ("number for integer", {"n": INTEGER}, {"n": NUMBER}, []),
    ("integer for number", {"n": NUMBER}, {"n": INTEGER}, [("input-type-narrowed", "/n")]),
    ("one dimension less", {"d": nested(NUMBER, 2)}, {"d": nested(NUMBER, 1)}, [("input-type-narrowed", "/d/*")]),
    ("a row for rows", {"d": nested(NUMBER, 1)}, {"d": nested(NUMBER, 2)}, [("input-type-narrowed", "/d/*")]),
    ("a column more", {"d": rows(a=NUMBER)}, {"d": rows(a=NUMBER, b=NUMBER)}, [("input-key-added", "/d/*/b")]),
    ("a column less", {"d": rows(a=NUMBER, b=TEXT)}, {"d": rows(a=NUMBER)}, [("input-key-removed", "/d/*/b")]),
    ("renamed", {"d": rows(a=TEXT, age=NUMBER)}, {"d": rows(a=TEXT, Age=NUMBER)}, [("input-key-renamed", "/d/*/Age")]),
    ("swapped", {"d": rows(a=NUMBER, b=NUMBER)}, {"d": rows(b=NUMBER, a=NUMBER)}, [("input-order-changed", "/d/*")]),
    ("a column of another type", {"d": rows(a=TEXT)}, {"d": rows(a=NUMBER)}, [("input-type-narrowed", "/d/*/a")]),
    ("a choice less", {"m": {"enum": ["a", "b"]}}, {"m": {"enum": ["a"]}}, [("input-values-narrowed", "/m")]),
    ("a choice more", {"m": {"enum": ["a"]}}, {"m": {"enum": ["a", "b"]}}, []),
    ("free text becomes a choice", {"m": TEXT}, {"m": {**TEXT, "enum": ["a"]}}, [("input-values-narrowed", "/m")]),
    ("less", {"n": {**NUMBER, "maximum": 9}}, {"n": {**NUMBER, "maximum": 5}}, [("input-values-narrowed", "/n")]),
    ("a lower minimum", {"n": {**NUMBER, "minimum": 5}}, {"n": {**NUMBER, "minimum": 0}}, []),
    ("null no more", {"n": {"type": ["number", "null"]}}, {"n": NUMBER}, [("input-values-narrowed", "/n")]),
    ("null too", {"n": NUMBER}, {"n": {"type": ["number", "null"]}}, []),
    ("a key that the server asks for", {"a": NUMBER}, {"a": NUMBER, "b": NUMBER}, [("input-key-added", "/b")]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), [pytest.param(*row[1:], id=row[0]) for row in INPUTS])
def test_requests(old: Schema, new: Schema, expected: list[tuple[str, str]]) -> None:
    assert kinds(taking(old), taking(new)) == expected


OUTPUTS = [
    ("the same", ANSWER, ANSWER, []),
    ("an object", ANSWER, {"type": "object", "properties": {"result": ANSWER}}, [("output-type-changed", "")]),
    ("integers for numbers", ANSWER, {"type": "array", "items": INTEGER}, []),
    ("numbers for integers", {"type": "array", "items": INTEGER}, ANSWER, [("output-type-changed", "/*")]),
    ("texts for numbers", ANSWER, {"type": "array", "items": TEXT}, [("output-type-changed", "/*")]),
    ("null too", NUMBER, {"type": ["number", "null"]}, [("output-widened", "")]),
    ("never null any more", {"type": ["number", "null"]}, NUMBER, []),
    (
        "a key less",
        {"type": "object", "properties": {"a": NUMBER, "b": NUMBER}},
        {"type": "object", "properties": {"a": NUMBER}},
        [("output-key-removed", "/b")],
    ),
    (
        "a key more",
        {"type": "object", "properties": {"a": NUMBER}},
        {"type": "object", "properties": {"a": NUMBER, "b": NUMBER}},
        [("compatible", "/b")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), [pytest.param(*row[1:], id=row[0]) for row in OUTPUTS])
def test_answers(old: Schema, new: Schema, expected: list[tuple[str, str]]) -> None:
    given = {"data": nested(NUMBER, 2)}
    assert kinds(taking(given, old), taking(given, new)) == expected


def test_an_optional_key_of_a_document_that_says_so() -> None:
    def written(*names: str) -> Schema:
        body = {"type": "object", "required": ["a"], "properties": dict.fromkeys(names, NUMBER)}
        return openapi(definitions={"ServiceInput": body, "ServiceOutput": ANSWER})

    assert kinds(written("a"), written("a", "b")) == [("compatible", "/b")]


def test_a_document_of_another_version_says_the_same() -> None:
    old = openapi()
    schemas = old["definitions"]
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/ServiceInput"}}}
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/ServiceOutput"}}}
    new = {
        "openapi": "3.0.3",
        "info": {"title": "score", "version": "1.0"},
        "paths": {
            "/score": {
                "post": {
                    "requestBody": {"content": content},
                    "responses": {"200": {"description": "ok", "content": answer}},
                }
            }
        },
        "components": {"schemas": schemas},
    }
    assert kinds(old, new) == []
    assert kinds(new, old) == []


def test_a_schema_that_leads_to_itself_ends() -> None:
    tree = {"type": "object", "properties": {"value": NUMBER, "left": {"$ref": "#/definitions/Tree"}}}
    old = openapi(definitions={"Tree": tree, "ServiceInput": tree, "ServiceOutput": NUMBER})
    other = {"type": "object", "properties": {"value": TEXT, "left": {"$ref": "#/definitions/Tree"}}}
    new = openapi(definitions={"Tree": other, "ServiceInput": other, "ServiceOutput": NUMBER})
    assert ("input-type-narrowed", "/value") in kinds(old, new)


@pytest.mark.parametrize("content", [{}, {"swagger": "2.0"}, {"swagger": "2.0", "paths": []}, {"openapi": 3}])
def test_documents_that_say_nothing_change_nothing(content: Schema) -> None:
    evidence = renewed(openapi(), openapi())
    assert isinstance(evidence.documents, Documents)
    new = contracts(evidence)[0]
    odd = Document(source="old.json", role="old", form="openapi", content=content)
    assert all(one.kind == "path-changed" or not one.pointer for one in changes(odd, new))


def test_what_stands_behind_references_is_compared() -> None:
    def referring(kind: str, null: bool = False) -> Document:
        row: Schema = {"type": "object", "properties": {"age": {"$ref": "#/definitions/Age"}}}
        age: Schema = {"anyOf": [{"type": kind}, {"type": "null"}]} if null else {"allOf": [{"type": kind}]}
        rows: Schema = {"type": "array", "items": {"$ref": "#/definitions/Row"}}
        made = taking({"data": rows})
        made = {**made, "definitions": {**made["definitions"], "Row": row, "Age": age}}
        found = documented(made).documents
        assert isinstance(found, Documents)
        return found.items[0]

    (narrowed,) = changes(referring("number"), contract_of(referring("string")))
    assert (narrowed.kind, narrowed.pointer) == ("input-type-narrowed", "/data/*/age")
    assert changes(referring("number"), contract_of(referring("number"))) == ()
    (less,) = changes(referring("number", null=True), contract_of(referring("number")))
    assert (less.kind, less.before) == ("input-values-narrowed", "null is allowed")
