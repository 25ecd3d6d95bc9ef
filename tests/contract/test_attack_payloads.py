"""Payloads that are made from a contract fit it, and each mutation is what it says."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from checks.contract.contracts import Contract
from checks.contract.records import Interface, Json, Parameter, ParameterType, Schema
from checks.contract.validation import disagreements
from doctor.contract.payload_mutations import edges, mutations, simpler
from doctor.contract.payload_shape import NotTold, inferred, of_sample, shape_of
from doctor.contract.payload_strategies import payloads

NUMBER: Schema = {"type": "number", "format": "double"}
INTEGER: Schema = {"type": "integer", "format": "int64"}
TEXT: Schema = {"type": "string"}


def document(schema: Schema, *examples: Json) -> Contract:
    return Contract(source="swagger.json", origin="document", input=schema, examples=examples)


def decorated(schema: Schema, example: Json, **types: ParameterType) -> Contract:
    parameters = tuple(Parameter(name=name, type=kind) for name, kind in types.items())
    interface = Interface(kind="schema", parameters=parameters, input=schema)
    given_schema = {"type": "object", "properties": schema}
    return Contract(source="score.py", origin="script", input=given_schema, examples=(example,), interface=interface)


def wanting(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def drawn(contract: Contract, origin: Any = "made", count: int = 40) -> list[Json]:
    found: list[Json] = []

    @seed(1)
    @settings(database=None, max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @given(payloads(shape_of(contract), origin))
    def one(made: Json) -> None:
        found.append(made)

    one()
    return found


PANDAS = ParameterType(kind="pandas", orient="records", columns=(("age", "int64"), ("city", "object")))
SPLIT = ParameterType(kind="pandas", orient="split", columns=(("age", "int64"), ("city", "object")))
RECORDS = {"type": "array", "items": wanting(age=INTEGER, city=TEXT), "format": "pandas.DataFrame:records"}
SPLIT_SCHEMA = {
    "type": "object",
    "required": ["columns", "index", "data"],
    "properties": {
        "columns": {"type": "array", "items": TEXT},
        "index": {"type": "array", "items": INTEGER},
        "data": {"type": "array", "items": {"type": "array", "items": TEXT}},
    },
}
FITTING = {
    "bounds": document(
        wanting(
            a={"type": "integer", "minimum": 3, "maximum": 9},
            b={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            c={"type": "string", "enum": ["red", "blue"]},
            d={"type": "string", "minLength": 2, "maxLength": 4},
            e={"type": "string", "pattern": "^[a-z]{3}$"},
            f={"type": ["integer", "null"]},
            g={"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 2},
            h={"anyOf": [{"type": "integer", "minimum": 0}, wanting(x=TEXT)]},
            i={"type": "string", "format": "date-time"},
            j={"type": "string", "format": "uuid"},
            k={"const": 4},
        )
    ),
    "references": document(
        {**wanting(a={"$ref": "#/$defs/A"}), "$defs": {"A": wanting(b={"$ref": "#/$defs/B"}), "B": {"type": "integer"}}}
    ),
    "records": decorated({"data": RECORDS}, {"data": [{"age": 3, "city": "Oslo"}]}, data=PANDAS),
    "small integers": document(wanting(a={"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255})),
    "beyond the usual": document(
        wanting(a={"type": "number", "minimum": 2e6}, b={"type": "integer", "minimum": 10**12})
    ),
}


@pytest.mark.parametrize("contract", FITTING.values(), ids=FITTING)
def test_what_is_made_fits(contract: Contract) -> None:
    every = drawn(contract)
    assert len({json.dumps(one) for one in every}) > 1
    for one in every:
        assert contract.input is not None
        assert not disagreements(contract.input, one).items, one
        json.dumps(one, allow_nan=False)
        assert one.keys() == contract.input["properties"].keys(), "the server asks for all of them"


def test_rows_have_the_columns_of_the_sample() -> None:
    matrix = {"type": "array", "items": {"type": "array", "items": NUMBER}, "format": "numpy.ndarray"}
    floats = ParameterType(kind="numpy", dtype="float64", shape=(1, 4))
    every = drawn(decorated({"data": matrix}, {"data": [[1.0, 2.0, 3.0, 4.0]]}, data=floats))
    assert {len(one["data"]) for one in every} == {1, 2, 3}
    assert {len(row) for one in every for row in one["data"]} == {4}


def test_a_form_that_names_its_columns_keeps_them() -> None:
    example = {"data": {"columns": ["age", "city"], "index": [0], "data": [[3, "Oslo"]]}}
    every = drawn(decorated({"data": SPLIT_SCHEMA}, example, data=SPLIT))
    assert len({json.dumps(one) for one in every}) > 5
    for one in every:
        assert one["data"]["columns"] == ["age", "city"]
        assert one["data"]["index"] == [0]
        ((age, city),) = one["data"]["data"]
        assert isinstance(age, int)
        assert isinstance(city, str)


def test_an_image_is_filled_without_drawing_each_point() -> None:
    image = [[[[0.5] * 3] * 64] * 64]
    schema: Schema = NUMBER
    for _ in range(4):
        schema = {"type": "array", "items": schema}
    kind = ParameterType(kind="numpy", dtype="float64", shape=(1, 64, 64, 3))
    one = drawn(decorated({"data": schema}, {"data": image}, data=kind), count=3)[-1]
    assert (len(one["data"][0]), len(one["data"][0][0]), len(one["data"][0][0][0])) == (64, 64, 3)


def test_values_near_the_example_leave_labels_alone() -> None:
    contract = document(wanting(a=NUMBER, b=INTEGER, c=TEXT), {"a": 10.0, "b": 7, "c": "red"})
    every = drawn(contract, "near")
    assert {(one["b"], one["c"]) for one in every} == {(7, "red")}
    assert all(9.0 <= one["a"] <= 11.0 for one in every)
    assert len({one["a"] for one in every}) > 5


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "array", "items": {"type": "array", "items": NUMBER}}, "how many values a row has"),
        (wanting(a={"type": "array", "items": NUMBER}), "how many values a list has"),
        ({**wanting(a={"$ref": "#/$defs/A"}), "$defs": {"A": wanting(a={"$ref": "#/$defs/A"})}}, "leads into itself"),
        (wanting(a={"$ref": "#/$defs/B"}), "which is not there"),
        (wanting(a={"$ref": "other.json#/A"}), "refers to other.json"),
        (wanting(**{f"k{number}": INTEGER for number in range(100_000)}), "more than 2,000 places"),
    ],
)
def test_what_a_contract_does_not_tell(schema: Schema, words: str) -> None:
    with pytest.raises(NotTold, match=words):
        shape_of(document(schema))


def test_a_schema_of_fifty_levels() -> None:
    schema: Schema = INTEGER
    for _ in range(50):
        schema = wanting(a=schema)
    with pytest.raises(NotTold):
        shape_of(document(schema))


def test_each_mutation_breaks_the_contract() -> None:
    schema = wanting(
        rows={"type": "array", "items": wanting(age=INTEGER, rate=NUMBER, city=TEXT, ok={"type": "boolean"})}
    )
    example = {"rows": [{"age": 3, "rate": 0.5, "city": "Oslo", "ok": True}]}
    interface = Interface(kind="schema", parameters=())
    contract = Contract(source="s", origin="script", input=schema, examples=(example,), interface=interface)
    every = mutations(contract, shape_of(contract))
    assert len({one.kind for one in every}) >= 15
    for one in every:
        body = one.change(example)
        if not one.counts or one.kind in ("an empty body", "no JSON", "a number beyond its type"):
            continue
        assert disagreements(schema, json.loads(body)).items, one.why
    assert example == {"rows": [{"age": 3, "rate": 0.5, "city": "Oslo", "ok": True}]}, "the payload itself stays"


def test_what_need_not_be_there_may_be_left_out() -> None:
    schema = {**wanting(a=INTEGER, b=INTEGER), "required": ["a"]}
    contract = Contract(
        source="s", origin="script", input=schema, examples=({"a": 1, "b": 2},),
        interface=Interface(kind="schema", parameters=()),
    )  # fmt: skip
    counting = {one.why for one in mutations(contract, shape_of(contract)) if one.counts}
    assert "the key `a` is missing" in counting
    assert "the key `b` is missing" not in counting


def test_the_ends_of_what_is_allowed() -> None:
    example = [{"a": 1, "b": "two words"}]
    contract = document({"type": "array", "items": wanting(a=INTEGER, b=TEXT)}, example)
    made = {why: json.loads(change(example)) for why, change in edges(shape_of(contract))}
    assert made["the body has no rows"] == []
    assert made["the body has 25 rows"] == example * 25
    assert made["/0/a is 2^40"] == [{"a": 2**40, "b": "two words"}]
    assert made["/0/b has 10,000 characters"][0]["b"].startswith("two words two words ")
    assert len(made) == 4


def test_what_a_contract_limits_has_no_ends_beyond() -> None:
    row = wanting(a={**INTEGER, "maximum": 9}, b={**TEXT, "maxLength": 80}, c=TEXT)
    limited = document(
        {"type": "array", "minItems": 1, "maxItems": 2, "items": row}, [{"a": 1, "b": "x y", "c": "id7"}]
    )
    assert not list(edges(shape_of(limited)))


def test_simpler_payloads_come_nearer_to_the_example() -> None:
    contract = document({"type": "array", "items": wanting(a=INTEGER, b=TEXT)}, [{"a": 1, "b": "x"}])
    steps = list(simpler(shape_of(contract), [{"a": -50, "b": "y"}, {"a": 1, "b": "x"}]))
    assert [{"a": -50, "b": "y"}] in steps
    assert [{"a": -50, "b": "x"}, {"a": 1, "b": "x"}] in steps
    assert [{"a": -1, "b": "y"}, {"a": 1, "b": "x"}] in steps
    assert not list(simpler(shape_of(contract), [{"a": 1, "b": "x"}]))


@pytest.mark.parametrize("value", [{"a": [1.5, 2], "b": {"c": "x"}, "d": None}, [[1, "x"], [2, "y"]], [], "text", 5])
def test_a_sample_gives_a_schema_that_it_fits(value: Json) -> None:
    assert not disagreements(inferred(value), value).items
    try:
        every = drawn(of_sample("sample.json", value), count=10)
    except NotTold:
        return
    assert all(not disagreements(inferred(value), one).items for one in every)
