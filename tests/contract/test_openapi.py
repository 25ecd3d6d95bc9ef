"""Documents as descriptions of a scoring service: operations, and schemas that need nothing of the document."""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.contract.contracts import contracts
from checks.contract.openapi import operations, resolved, scoring, standalone
from checks.contract.records import Document, Documents
from checks.contract.scenes import declared, documented, interface, openapi


def document(content: dict[str, Any], **fields: Any) -> Document:
    version = content.get("swagger") or content.get("openapi")
    return Document(source="swagger.json", role="given", form="openapi", version=version, content=content, **fields)


def three(schema: Any, version: str = "3.0.3", **components: Any) -> Document:
    body = {"content": {"application/json": {"schema": schema}}}
    score = {"requestBody": body, "responses": {"200": {"description": "", **body}}}
    parts = {"schemas": components}
    return document({"openapi": version, "info": {}, "paths": {"/score": {"post": score}}, "components": parts})


def fits(schema: Any, value: Any) -> bool:
    return bool(jsonschema_rs.Draft202012Validator(schema).is_valid(value))


def test_a_document_of_version_2() -> None:
    found = scoring(document(openapi(basePath="/v1/")))
    assert found is not None
    assert (found.method, found.path, found.full_path) == ("post", "/score", "/v1/score")
    assert found.body_pointer == "/definitions/ServiceInput"
    assert found.media == ("application/json",)
    assert found.examples == ({"data": [[1.0, 2.0]]},)
    assert found.body is not None
    assert fits(found.body, {"data": [[1, 2]]})
    assert not fits(found.body, {"data": [["a"]]})
    assert found.answer is not None
    assert fits(found.answer, [1.5])


def test_a_document_of_version_3_whose_parts_are_references() -> None:
    content = {
        "openapi": "3.0.3",
        "servers": [{"url": "https://host/{stage}/v1", "variables": {"stage": {"default": "blue"}}}],
        "security": [{"Bearer": []}],
        "paths": {
            "/score": {
                "parameters": [{"name": "x", "in": "query"}],
                "post": {
                    "requestBody": {"$ref": "#/components/requestBodies/Rows"},
                    "responses": {"2XX": {"$ref": "#/components/responses/Numbers"}},
                },
            }
        },
        "components": {
            "requestBodies": {
                "Rows": {
                    "content": {
                        "text/csv": {"schema": {"type": "string"}},
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Row"},
                            "examples": {"one": {"$ref": "#/components/examples/one"}},
                        },
                    }
                }
            },
            "responses": {"Numbers": {"content": {"application/json": {"schema": {"type": "number"}}}}},
            "examples": {"one": {"value": {"a": 1}}},
            "schemas": {"Row": {"type": "object", "required": ["a"]}},
        },
    }
    found = scoring(document(content))
    assert found is not None
    assert found.full_path == "/blue/v1/score"
    assert found.body == {"type": "object", "required": ["a"]}
    assert found.answer == {"type": "number"}
    assert found.media == ("text/csv", "application/json")
    assert found.security == ("Bearer",)
    assert [one.pointer for one in found.judged] == ["/components/examples/one/value"]


def test_the_scoring_operation_is_the_only_post_with_a_body_where_no_path_says_so() -> None:
    paths = openapi()["paths"]
    assert getattr(scoring(document(openapi(paths={"/predict": paths["/score"]}))), "path", None) == "/predict"
    assert scoring(document(openapi(paths={"/a": paths["/score"], "/b": paths["/score"]}))) is None
    assert scoring(document(openapi(paths=paths["/"]))) is None


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer", "nullable": True}, [1, None], ["a"]),
        ({"type": "string", "enum": ["a"], "nullable": True}, ["a", None], ["b"]),
        ({"allOf": [{"type": "string"}], "nullable": True}, ["a", None], [1]),
        ({"type": "number", "minimum": 3, "exclusiveMinimum": True}, [4], [3]),
        ({"type": "number", "maximum": 3, "exclusiveMaximum": False}, [3], [4]),
        ({"type": "object", "discriminator": {"propertyName": "kind"}, "xml": {}}, [{}], [1]),
        ({"type": "object", "required": [1, "a"]}, [{"a": 1}], [{}]),
        ({"type": "object", "required": True, "properties": {"a": {"type": "text"}}}, [{"a": 1}], [1]),
        ({"type": "array", "items": [{"type": "string"}, {"type": "number"}]}, [["a", 1]], [[1, "a"]]),
        ({"type": "file"}, [1, "a"], []),
        ({"minimum": "3", "pattern": 5, "enum": [], "allOf": []}, [1, "a"], []),
        (
            {"type": "object", "required": ["id", "a"], "properties": {"id": {"readOnly": True}}},
            [{"a": 1}],
            [{"id": 1}],
        ),
    ],
)
def test_words_of_openapi_become_those_of_json_schema(schema: Any, good: list[Any], bad: list[Any]) -> None:
    made = standalone(three(schema), schema)
    assert all(fits(made, value) for value in good)
    assert not any(fits(made, value) for value in bad)


def test_what_is_no_schema() -> None:
    assert standalone(three({}), "text") is None
    assert standalone(three({}), True) == {}


def test_a_recursive_schema_stands_alone() -> None:
    node = {"type": "object", "required": ["v"], "properties": {"v": {"type": "number"}, "next": {"$ref": NODE}}}
    made = standalone(three({}, Node=node), {"$ref": NODE})
    assert made is not None
    assert made["type"] == "object"
    assert resolved(made, made["properties"]["next"])["required"] == ["v"]
    assert fits(made, {"v": 1, "next": {"v": 2}})
    assert not fits(made, {"v": 1, "next": {"v": "x"}})


NODE = "#/components/schemas/Node"


@pytest.mark.parametrize(
    "schemas",
    [
        {"Node": {"$ref": NODE}},
        {"Node": {"$ref": "#/components/schemas/B"}, "B": {"$ref": NODE}},
        {"Node": {"allOf": [{"$ref": NODE}]}},
        {"Node": {"anyOf": [{"$ref": "#/components/schemas/B"}, {"type": "number"}]}, "B": {"not": {"$ref": NODE}}},
        {"Node": {"$ref": "#/components/schemas/B", "title": "x"}, "B": {"$ref": NODE, "title": "y"}},
        {"Node": {"$ref": "#/components/schemas/None"}},
        {"Node": {"$ref": "other.json"}},
        {"Node": 5},
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_no_reference_sends_a_validator_round_for_ever(schemas: dict[str, Any], version: str) -> None:
    made = standalone(three({}, version, **schemas), {"type": "array", "items": {"$ref": NODE}})
    assert fits(made, [1])
    assert json.loads(json.dumps(made)) == made


def test_fifty_levels_of_references() -> None:
    made = {f"L{n}": {"properties": {"n": {"$ref": f"#/components/schemas/L{n + 1}"}}} for n in range(50)}
    schema = standalone(three({}, **made, L50={"type": "string"}), {"$ref": "#/components/schemas/L0"})
    value: Any = 5
    for _ in range(50):
        value = {"n": value}
    assert not fits(schema, value)
    assert len(json.dumps(schema)) < 50 * 100


def test_names_that_validators_do_not_like() -> None:
    names = {"List«Row»": {"type": "number"}, "a/b": {"type": "string"}, "List_Row_": {"type": "boolean"}}
    schema = {"prefixItems": [{"$ref": "#/components/schemas/" + one.replace("/", "~1")} for one in names]}
    made = standalone(three({}, "3.1.0", **names), schema)
    assert fits(made, [1, "x", True])
    assert not fits(made, ["x", 1, 5])
    encoded = standalone(three({}, "3.1.0", **names), {"$ref": "#/components/schemas/List%C2%ABRow%C2%BB"})
    assert encoded == {"type": "number"}


WORDS = (
    *("$ref", "type", "items", "properties", "allOf", "not", "required", "enum", "example", "nullable", "a"),
    *("paths", "/score", "post", "get", "parameters", "in", "body", "schema", "responses", "200", "requestBody"),
    *("content", "application/json", "security", "servers", "url", "swagger", "openapi"),
)
PARTS: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 9)
    | st.sampled_from(["x", "array", "object", "#/a", "#/paths", "#", ""]),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(WORDS),
            below,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from(["swagger", "openapi", "paths", "a", "security", "servers"]), PARTS, max_size=6))
def test_no_document_breaks_it(content: dict[str, Any]) -> None:
    post = {"post": content.get("a")}
    for changed in (
        content,
        {**content, "paths": {"/score": post}},
        {**content, "swagger": "2.0", "paths": {"/x": post}},
    ):
        one = Document(source="x", role="given", form="openapi", content=changed)
        for operation in operations(one):
            for schema in (operation.body, operation.answer):
                assert schema is None or isinstance(schema, dict)
        made = standalone(one, content.get("a"))
        if made is not None:
            jsonschema_rs.Draft202012Validator(made).is_valid({"a": [1]})


def test_contracts_come_surest_first() -> None:
    evidence = declared(interface=interface()).replace(documents=documented(openapi(), role="beside").documents)
    assert [one.origin for one in contracts(evidence)] == ["script", "document"]
    assert contracts(documented(openapi(), role="old")) == ()
    assert contracts(documented(openapi(), role="served"))[0].origin == "served"


def test_a_file_that_was_given_and_lies_beside_counts_once() -> None:
    given, beside = (documented(openapi(), role=role).documents for role in ("given", "beside"))
    assert isinstance(given, Documents)
    assert isinstance(beside, Documents)
    both = documented(openapi()).replace(documents=Documents(items=(*given.items, *beside.items)))
    assert [one.document and one.document.role for one in contracts(both)] == ["beside"]
    other = Document(source="swagger.json", role="beside", form="openapi", content=openapi(), text="x")
    assert len(contracts(both.replace(documents=Documents(items=(*given.items, other))))) == 2


def test_what_says_nothing_is_no_contract() -> None:
    content = openapi(
        definitions={name: {"type": "object", "example": {}} for name in ("ServiceInput", "ServiceOutput")}
    )
    assert contracts(documented(content)) == ()


def test_the_form_of_2018() -> None:
    swagger = {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}}}, "example": []}
    content = {
        "input": {"rows": {"internal": "gANjYnVpbHRpbnMK", "swagger": swagger, "type": 1, "version": "3.0"}},
        "output": {"out": {"internal": "", "swagger": {"type": "number"}, "type": 0}},
    }
    (made,) = contracts(documented(content, form="service-schema"))
    assert made.input is not None
    assert fits(made.input, {"rows": [{"a": 1}]})
    assert not fits(made.input, {"rows": [{"a": "x"}]})
    assert made.output == {"type": "number"}
    assert made.examples == ({"rows": []},)
