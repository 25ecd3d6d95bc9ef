"""A value against a schema: what is told, in which order, and that nothing hostile gets through."""

import json
import math
import random
import time

import pytest

from checks.contract.saying import near, say, short
from checks.contract.validation import MOST, Disagreement, disagreements

ROWS = {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}
PERSON = {
    "type": "object",
    "required": ["name", "age"],
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "additionalProperties": False,
}


def only(schema: dict, value: object) -> Disagreement:
    found = disagreements(schema, value)
    assert len(found.items) == 1, found
    return found.items[0]


def test_a_value_that_fits_is_no_disagreement() -> None:
    assert disagreements(PERSON, {"name": "a", "age": 3}).items == ()
    assert disagreements({"type": "integer"}, 1.0).items == ()
    assert disagreements({"type": "integer"}, 2**70).items == ()
    assert disagreements({"type": "number", "format": "of-my-own"}, 1).items == ()


def test_pointer_seen_and_expected() -> None:
    one = only({"type": "object", "properties": {"data": ROWS}}, {"data": [[1, 2], [3, "12"]]})
    assert (one.pointer, one.kind, one.seen, one.expected) == ("/data/1/1", "type", 'text "12"', "number")
    assert one.schema_pointer == "/properties/data/items/items/type"
    one = only({"type": "object", "properties": {"a/b": {"type": "integer"}}}, {"a/b": None})
    assert (one.pointer, one.seen) == ("/a~1b", "null")
    assert only(ROWS, [1, 2][:1]).expected == "list"
    assert only({"type": "integer"}, 1.7).seen == "number 1.7"


@pytest.mark.parametrize(
    ("schema", "value", "kind", "expected"),
    [
        ({"enum": ["red", "blue"]}, "green", "choice", 'one of "red", "blue"'),
        ({"minimum": 3}, 1, "range", "at least 3"),
        ({"exclusiveMaximum": 1.5}, 2, "range", "less than 1.5"),
        ({"maximum": 5}, 2**200, "range", "at most 5"),
        ({"maxLength": 1}, "abc", "range", "at most 1 character"),
        ({"pattern": "^a"}, "b", "form", "text that fits ^a"),
        ({"format": "date"}, "2020-13-01", "form", "date"),
        ({"minItems": 2}, [1], "size", "at least 2 items"),
        ({"type": ["integer", "null"]}, "a", "type", "integer or null"),
        ({"const": 1}, 2, "choice", "1"),
    ],
)
def test_kinds(schema: dict, value: object, kind: str, expected: str) -> None:
    one = only(schema, value)
    assert (one.kind, one.expected) == (kind, expected)


@pytest.mark.parametrize(
    "text", ["2020-01-02T03:04:05Z", "2020-01-02 03:04:05.000000 +0000", "2020-01-01 00:00:00,000000", "2020-01-02"]
)
def test_date_times_as_the_library_itself_writes_them(text: str) -> None:
    assert disagreements({"type": "string", "format": "date-time"}, text).items == ()
    assert disagreements({"type": "string", "format": "date-time"}, f"x{text}").items


def test_the_key_that_is_like_it() -> None:
    one = only(PERSON | {"additionalProperties": True}, {"Name": "a", "age": 3})
    assert (one.kind, one.pointer, one.key, one.near) == ("missing", "", "name", "Name")
    two = disagreements(PERSON, {"names": "a", "age": 3}).items
    assert [(one.kind, one.pointer, one.key, one.near) for one in two] == [
        ("missing", "", "name", "names"),
        ("extra", "/names", "names", "name"),
    ]
    deep = {"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"p": {"$ref": "#/$defs/b"}}}, "b": PERSON}}
    assert {one.near for one in disagreements(deep, {"p": {"NAME": "a", "age": 1}}).items} == {"NAME", "name"}


@pytest.mark.parametrize(
    ("key", "names", "like"),
    [
        ("data", ["Data", "date"], "Data"),
        ("data", ["datas"], "datas"),
        ("input_data", ["inputData"], "inputData"),
        ("columns", ["colums"], "colums"),
        ("data", ["rows", "x"], None),
        ("age", ["agw"], None),
        ("x", ["y"], None),
        ("instances", ["instance", "parameters"], "instance"),
    ],
)
def test_near(key: str, names: list[str], like: str | None) -> None:
    assert near(key, names) == like


def test_the_alternative_that_comes_nearest_is_told() -> None:
    schema = {"anyOf": [{"type": "integer"}, PERSON, {"type": "object", "required": ["x", "y", "z"]}]}
    one = only(schema, {"name": "a", "age": "old"})
    assert (one.pointer, one.expected) == ("/age", "integer")
    one = only({"oneOf": [{"type": "integer"}, {"type": "null"}]}, "a")
    assert (one.pointer, one.expected) == ("", "integer or null")
    assert only({"oneOf": [{"type": "integer"}, {"type": "number"}]}, 1).expected == "exactly one of the alternatives"


def test_numbers_that_json_does_not_know_are_numbers() -> None:
    assert disagreements(ROWS, [[math.nan, math.inf]]).items == ()
    assert disagreements({"type": "number", "minimum": 3}, math.inf).items == ()
    assert disagreements({"anyOf": [{"type": "string"}, {"type": "number"}]}, math.nan).items == ()
    assert only({"type": "integer"}, math.nan).seen == "NaN"
    assert only({"type": "null"}, -math.inf).seen == "-Infinity"


def test_the_first_fifty_of_a_long_value_in_its_order() -> None:
    rows = [[1.0, 2.0] for _ in range(10_000)]
    for number in range(9_000, 10_000):
        rows[number][1] = "x"
    told = disagreements({"type": "object", "properties": {"data": ROWS}}, {"data": rows})
    assert told.more
    assert [one.pointer for one in told.items] == [f"/data/{n}/1" for n in range(9_000, 9_000 + MOST)]


def test_parts_of_a_value_know_what_belongs_to_the_whole() -> None:
    wide = {f"k{n}": n for n in range(3_000)} | {"bad": "x"}
    schema = {
        "type": "object",
        "required": ["k1", "k2999"],
        "minProperties": 2_000,
        "properties": {"bad": {"type": "null"}},
    }
    assert [one.pointer for one in disagreements(schema, wide).items] == ["/bad"]
    long = {"type": "array", "maxItems": 1_500, "minItems": 1_200, "items": {"type": "integer"}}
    assert [one.pointer for one in disagreements(long, [*range(1_300), "x"]).items] == ["/1300"]
    assert [one.expected for one in disagreements(long, [*range(1_600), "x"]).items] == [
        "at most 1,500 items",
        "integer",
    ]


def test_columns_side_by_side_are_all_looked_at() -> None:
    columns = {f"c{n}": [0.5] * 5_000 for n in range(10)}
    columns["c7"][4_321] = "x"
    schema = {"additionalProperties": {"type": "array", "items": {"type": "number"}}}
    assert [one.pointer for one in disagreements(schema, columns).items] == ["/c7/4321"]


def test_as_the_library_judges_whatever_the_size() -> None:
    """The parts give what the whole gives, for random values with random faults."""
    from jsonschema_rs import Draft202012Validator

    chance = random.Random(3)
    schema = {"type": "object", "properties": {"data": {"type": "array", "items": PERSON}}}
    for _ in range(20):
        rows = [{"name": "a", "age": n} for n in range(1_500)]
        for number in chance.sample(range(1_500), 12):
            fault = chance.choice([{"age": "x"}, {"age": -1}, {"more": 1}, {"name": None}])
            rows[number] = {**rows[number], **fault}
        told = {one.pointer for one in disagreements(schema, {"data": rows}).items}
        errors = list(Draft202012Validator(schema).iter_errors({"data": rows}))
        assert {pointer.removesuffix("/more") for pointer in told} == {
            "".join(f"/{part}" for part in error.instance_path) for error in errors
        }


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def laughing(levels: int) -> dict:
    made = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(levels)}
    return {"$defs": {**made, f"a{levels}": {"type": "integer"}}, "$ref": "#/$defs/a0"}


DEEP: dict = {"type": "integer"}
for _ in range(3_000):
    DEEP = {"items": DEEP}
SELF: dict = {"type": "object"}
SELF["properties"] = {"me": SELF}
HOSTILE = {
    "deep": DEEP,
    "contains itself": SELF,
    "loops": {"$ref": "#"},
    "loops over two": {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
    "multiplies": laughing(40),
    "multiplies with the depth": {"items": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}},
    "leads outside": {"$ref": "http://127.0.0.1:9/schema.json"},
    "leads nowhere": {"$ref": "#/nowhere"},
    "a type that is none": {"type": "float"},
    "a type that is a number": {"type": 5},
    "a pattern that is none": {"pattern": "((("},
    "a pattern that never ends": {"pattern": "(a+)+$", "items": {"pattern": "(a|aa)+$"}},
    "words with wrong values": {"properties": [1], "items": "x", "required": "a", "allOf": {"a": 1}, "enum": 3},
    "numbers as keys": {"properties": {1: {"type": "string"}}},
    "half a character": {"properties": {"\ud800": {"type": "string"}}},
    "dynamic": {"$dynamicRef": "#x"},
    "no schema": [1],
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("value", [{"a": 1}, nested(60), nested(20_000), "a" * 60 + "b", None], ids=type)
def test_hostile_schemas_and_values(name: str, value: object) -> None:
    began = time.perf_counter()
    assert isinstance(disagreements(HOSTILE[name], value).items, tuple)
    assert time.perf_counter() - began < 20


def test_a_value_that_is_too_deep_is_told_where_it_goes_wrong() -> None:
    assert only(ROWS, nested(10_000)).pointer == "/0/0"
    assert disagreements({"items": {"$ref": "#"}}, nested(10_000)).items == ()


def test_half_characters_in_a_value() -> None:
    value = json.loads('{"name": "\\ud800", "age": "\\udfff"}')
    assert only(PERSON, value).pointer == "/age"
    assert say("\ud800") == 'text "?"'


def test_values_in_words() -> None:
    assert say([1, 2, 3]) == "list of 3 numbers"
    assert say([[1], [2]]) == "list of 2 lists"
    assert say([]) == "an empty list"
    assert say({"a": 1, "b": 2}) == "object with a and b"
    assert say(True) == "true"
    assert say(10**2_000).startswith("number of 200")
    assert len(short({"data": [["x" * 1_000] * 1_000] * 1_000})) <= 60
    assert short({"a": [1, None, True]}) == '{"a": [1, null, true]}'
