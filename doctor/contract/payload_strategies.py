"""Strategies for payloads that a contract allows: what the example holds, values near it, and anything else.

The example's own values come first, so that a shrunk payload differs from it only where it must.
"""

import base64
import re
from typing import TYPE_CHECKING, Any, Literal

from checks.contract.records import Schema
from doctor.contract.payload_shape import MISSING, Shape, is_nullable, type_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]

LONGEST_TEXT = 20  # characters
LARGEST_NUMBER = 1e6  # unless the contract asks for more
MOST_DRAWN = 16  # items of a list that are drawn; longer ones repeat a few
NEAR = 0.1  # how far a number near the example may be from it, as a share of it

_LETTERS = "ax0 AZ9_-.,:;/\\'\"\t\n<&%é ß日本ё🙂"  # those that are easily forgotten among them; the simplest first
_INTEGERS = {
    **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32)},
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16)},
    "uint32": (0, 2**31 - 1),
    "uint64": (0, 2**31 - 1),
}
_OPAQUE = re.compile(r"(?:data:[\w/+.-]+;base64,)?[\w+/-]{40,}={0,2}")  # a file or a token: other texts are none
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_USUAL_INTEGERS = (-(2**31), 2**31 - 1)


def payloads(shape: Shape, origin: Literal["near", "made"]) -> "Strategy":
    """Payloads of a shape. `near` changes floats a little and repeats rows, and leaves everything else."""
    from hypothesis import strategies as st

    inner = _inner(shape, origin)
    if shape.kind in ("object", "rows", "fixed") or shape.example is MISSING:
        return inner
    return st.one_of(st.just(shape.example), inner)


def _inner(shape: Shape, origin: Literal["near", "made"]) -> "Strategy":
    from hypothesis import strategies as st

    if shape.kind == "object":
        members = st.fixed_dictionaries({name: payloads(member, origin) for name, member in shape.members.items()})
        return members.map(lambda made: {name: made[name] for name in shape.members})  # in the contract's order
    if shape.kind == "fixed":
        return st.tuples(*(payloads(one, origin) for one in shape.items)).map(list)
    if shape.kind in ("rows", "list"):
        assert shape.item is not None
        item = payloads(shape.item, origin)
        if shape.most <= MOST_DRAWN:
            return st.lists(item, min_size=shape.least, max_size=shape.most)
        few = st.lists(item, min_size=1, max_size=4)
        return few.map(lambda drawn: [drawn[n % len(drawn)] for n in range(shape.most)])
    if shape.kind == "constant":
        return st.just({} if shape.example is MISSING else shape.example)
    if origin == "near" and shape.example is not MISSING:
        return _near(shape)
    if shape.kind == "choice":
        return st.one_of(*(payloads(one, origin) for one in shape.items))
    return _leaf(shape) if shape.kind == "leaf" else _named(shape.schema)


def _near(shape: Shape) -> "Strategy":
    """Floats that differ a little; labels, codes and texts stay, for only some of them may be known."""
    from hypothesis import strategies as st

    value = shape.example
    if type_of(shape.schema) != "number" or not isinstance(value, int | float) or isinstance(value, bool):
        return st.just(value)
    low, high = sorted((value * (1 - NEAR), value * (1 + NEAR)))
    low, high = max(low, _limit(shape.schema, "minimum", low)), min(high, _limit(shape.schema, "maximum", high))
    return st.floats(low, high, allow_subnormal=False) if low < high else st.just(value)


def _named(schema: Schema) -> "Strategy":
    """Values that are named one by one, or texts of a pattern."""
    words = ("type", "enum", "const", "pattern", "minLength", "maxLength")
    return _of_schema({word: schema[word] for word in words if word in schema})


def _limit(schema: Schema, name: str, otherwise: float) -> float:
    value = schema.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _leaf(shape: Shape) -> "Strategy":
    from hypothesis import strategies as st

    made = _value(shape)
    return st.one_of(made, st.none()) if is_nullable(shape.schema) else made


def _value(shape: Shape) -> "Strategy":
    from hypothesis import strategies as st

    schema, kind = shape.schema, type_of(shape.schema)
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        return _integers(schema)
    if kind == "number":
        return _of_schema({"type": "number", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER, **_bounds(schema)})
    return _texts(shape)


def _bounds(schema: Schema) -> Schema:
    found = {name: schema[name] for name in _BOUNDS if name in schema}
    for name, other in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if found.get(name) is True and other in found:  # draft 4 and OpenAPI 3.0
            found[name] = found.pop(other)
        elif isinstance(found.get(name), bool):
            del found[name]
    low, high = found.get("minimum"), found.get("maximum")
    if isinstance(low, int | float) and low > LARGEST_NUMBER and high is None:
        found["maximum"] = low * 10
    if isinstance(high, int | float) and high < -LARGEST_NUMBER and low is None:
        found["minimum"] = high * 10
    return found


def _integers(schema: Schema) -> "Strategy":
    low, high = _INTEGERS.get(str(schema.get("format")), _USUAL_INTEGERS)
    given = _bounds(schema)
    if isinstance(given.get("minimum"), int) and given["minimum"] > high:
        high = given["minimum"] * 10
    return _of_schema({"type": "integer", "minimum": low, "maximum": high, **given})


def _texts(shape: Shape) -> "Strategy":
    from hypothesis import strategies as st

    schema = shape.schema
    form = str(schema.get("format", ""))
    example = shape.example if isinstance(shape.example, str) else ""
    dtype = (shape.column.dtype or "") if shape.column is not None else ""
    if form in ("byte", "binary"):
        return st.binary(max_size=LONGEST_TEXT).map(lambda part: base64.b64encode(part).decode())
    if form in ("date", "date-time", "time") or re.match(r"\d{4}-\d\d-\d\d", example):
        return _moments(form, example, dtype)
    if (form and form != "string" and example) or _OPAQUE.fullmatch(example):  # of a form that nobody else knows
        return st.just(example)
    known = {
        "email": st.just("ann@example.com"),
        "uuid": st.uuids().map(str),
        "uri": st.just("https://example.com/a"),
        "hostname": st.just("example.com"),
        "ipv4": st.just("192.0.2.1"),
        "ipv6": st.just("2001:db8::1"),
    }
    if form in known:
        return known[form]
    least = schema.get("minLength") if isinstance(schema.get("minLength"), int) else 0
    most = schema.get("maxLength") if isinstance(schema.get("maxLength"), int) else max(LONGEST_TEXT, least or 0)
    return st.text(_LETTERS, min_size=least or 0, max_size=min(most or 0, 1_000))


def _moments(form: str, example: str, dtype: str) -> "Strategy":
    """Times between 1990 and 2030, in the form that the example has."""
    import datetime

    from hypothesis import strategies as st

    first, last = datetime.datetime(1990, 1, 1), datetime.datetime(2030, 12, 31)  # noqa: DTZ001 wall-clock times
    if form == "time":
        return st.times().map(lambda one: one.replace(microsecond=0).isoformat())
    if form == "date" or dtype == "datetime64[D]" or re.fullmatch(r"\d{4}-\d\d-\d\d", example):
        return st.dates(first.date(), last.date()).map(lambda one: one.isoformat())
    ends_in_zone = bool(re.search(r"(?:Z|[+-]\d\d:?\d\d)$", example)) or not example
    return st.datetimes(first, last).map(
        lambda one: one.replace(microsecond=0).isoformat() + ("Z" if ends_in_zone else "")
    )


def _of_schema(schema: Schema) -> "Strategy":
    """What the schema of a plain value allows, made by hypothesis-jsonschema."""
    from hypothesis_jsonschema import from_schema

    return from_schema(schema, allow_x00=False)
