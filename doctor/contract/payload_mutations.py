"""Slightly invalid payloads: one thing is wrong with each, and it is known what."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from checks.contract.contracts import Contract
from checks.contract.records import Json, Schema
from checks.contract.saying import pointer_of
from doctor.contract.payload_shape import MISSING, Shape, is_declared, is_nullable, type_of

HUGE = 10**30  # beyond every integer type
KINDS = (
    "a missing key", "text for a number", "null for a value", "another key", "a number for text",
    "text for true or false", "one row for rows", "list for object", "object for list", "no wrapper",
    "a fraction for an integer", "a number beyond its type", "a list for a value", "a value too few",
    "a value too many", "encoded twice", "null", "an empty body", "no JSON", "NaN", "long text",
)  # fmt: skip
"""The faults, those that clients make first."""
MOST_PLACES = 40  # leaves that are tried in turn
MANY_ROWS = 25  # more than examples hold, and not so many that a slow model needs minutes
LONG_TEXT = 10_000  # characters: a few pages

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutation:
    """One way to make a payload wrong.

    `kind` names the fault in general, `why` says it of this payload. `counts`: an answer with 200 means that the fault
    went unnoticed; it does not where the server makes the right value of it, or where the contract does not forbid it.
    """

    kind: str
    why: str
    change: Callable[[Json], bytes]
    counts: bool = True


def mutations(contract: Contract, shape: Shape) -> tuple[Mutation, ...]:
    """The mutations that fit a contract, in a fixed order."""
    found = [*_whole(shape)]
    places = list(shape.walk())
    step = max(len(places) // MOST_PLACES, 1)
    for path, place in places[::step]:
        found += _of_place(path, place, shape)
    if not is_declared(contract):
        found = [Mutation(one.kind, one.why, one.change, counts=False) for one in found]
    return tuple(found)


def encode(value: Json) -> bytes:
    """A payload as clients send it."""
    return json.dumps(value).encode()


def _whole(shape: Shape) -> Iterator[Mutation]:
    """Faults of the body as a whole."""
    yield Mutation("an empty body", "the body is empty", lambda _: b"")
    yield Mutation("no JSON", "the body is cut before its end, and no JSON", lambda value: encode(value)[:-1])
    yield Mutation("encoded twice", "the body is JSON inside a JSON string", lambda value: encode(json.dumps(value)))
    yield Mutation("null", "the body is null", lambda _: b"null", counts=shape.kind in ("object", "rows", "list"))
    if shape.kind == "object":
        yield Mutation("list for object", "the body is a list, not an object", lambda value: encode([value]))
        only = next(iter(shape.members), None)
        if only is not None and len(shape.members) == 1 and shape.members[only].kind in ("rows", "list"):
            yield Mutation("no wrapper", f"the key `{only}` around it is missing", lambda value: encode(value[only]))
    if shape.kind == "rows":
        yield Mutation("object for list", "the body is an object, not a list", lambda value: encode({"data": value}))


def _of_place(path: Path, place: Shape, root: Shape) -> Iterator[Mutation]:
    where = _shown(path)
    column = place.column
    converts = column is not None and column.kind in ("numpy", "pandas") and column.converts
    if place.kind == "object":
        for name in place.members:
            counts = name in place.required and not _is_optional(name, place, root)
            cell = column is not None and column.kind == "pandas"  # absent in one row: pandas makes a null of it
            yield Mutation(
                "a missing key", f"the key `{name}` is missing{_in(where)}", _without(path, name), counts and not cell
            )
            like = name.upper() if name != name.upper() else f"{name}_"
            yield Mutation(
                "another key", f"the key `{name}` is called `{like}`{_in(where)}", _renamed(path, name, like), counts
            )
        if path:
            yield Mutation("list for object", f"{where} is a list, not an object", _put(path, []))
    elif place.kind in ("rows", "list", "fixed"):
        if place.kind == "rows" and place.item is not None and place.item.kind in ("fixed", "list", "object"):
            yield Mutation(
                "one row for rows", f"{where or 'the body'} is one row, not a list of rows", _unwrapped(path)
            )
        if place.kind == "fixed" or (place.kind == "list" and place.strict):
            yield Mutation("a value too few", f"{where} has one value less", _shorter(path), place.strict)
            yield Mutation("a value too many", f"{where} has one value more", _longer(path), place.strict)
        if path:
            yield Mutation("object for list", f"{where} is an object, not a list", _put(path, {}))
    elif place.kind == "leaf":
        yield from _of_leaf(path, place, where, converts)


def _of_leaf(path: Path, place: Shape, where: str, converts: bool) -> Iterator[Mutation]:
    """Faults of one value. What inference-schema makes a value of, whatever the script does, does not count."""
    kind, form = type_of(place.schema), str(place.schema.get("format", ""))
    if kind in ("number", "integer"):
        yield Mutation("text for a number", f'{where} is the text "x"', _put(path, "x"))
    if kind == "boolean":
        yield Mutation("text for true or false", f'{where} is the text "x"', _put(path, "x"), not converts)
    if not is_nullable(place.schema):
        taken = converts and (kind in ("number", "string", "boolean") or form in ("date", "date-time"))
        yield Mutation("null for a value", f"{where} is null", _put(path, None), not taken)
    yield Mutation(
        "a list for a value", f"{where} is a list", _put(path, [1]), not (converts and kind in ("string", "boolean"))
    )
    if kind == "integer":
        yield Mutation("a fraction for an integer", f"{where} is 1.5", _put(path, 1.5), not converts)
        if form.startswith(("int", "uint")):
            why = f"{where} is 10^30, which {form} does not hold"
            # Python's own integers hold it: whoever answers has not gone wrong. Where it does harm, the service ends.
            yield Mutation("a number beyond its type", why, _put(path, HUGE), counts=False)
    if kind == "number":
        yield Mutation("NaN", f"{where} is NaN", _put(path, float("nan")), counts=False)
    if kind == "string":
        yield Mutation("a number for text", f"{where} is the number 12", _put(path, 12), not converts)
        yield Mutation("long text", f"{where} is a text of 100,000 characters", _put(path, "x" * 100_000), counts=False)


def _is_optional(name: str, place: Shape, root: Shape) -> bool:
    """Whether the decorator lets a parameter be absent."""
    member = place.members[name]
    return place is root and member.column is not None and member.column.optional


def _in(where: str) -> str:
    return f" in {where}" if where else ""


def _shown(path: Path) -> str:
    return pointer_of(path)


def _change(path: Path, work: Callable[[Any, str | int], None]) -> Callable[[Json], bytes]:
    """Change a copy of a payload at one place; the payload is encoded as it is where the place is not there."""

    def changed(value: Json) -> bytes:
        made = [copy.deepcopy(value)]
        holder: Any = made
        key: str | int = 0
        for part in path:
            holder, key = holder[key], part
        work(holder, key)
        return encode(made[0])

    return changed


def _put(path: Path, new: Json) -> Callable[[Json], bytes]:
    def work(holder: Any, key: str | int) -> None:
        holder[key] = new

    return _change(path, work)


def _without(path: Path, name: str) -> Callable[[Json], bytes]:
    def work(holder: Any, key: str | int) -> None:
        holder[key].pop(name, None)

    return _change(path, work)


def _renamed(path: Path, name: str, other: str) -> Callable[[Json], bytes]:
    def work(holder: Any, key: str | int) -> None:
        holder[key] = {other if one == name else one: value for one, value in holder[key].items()}

    return _change(path, work)


def _unwrapped(path: Path) -> Callable[[Json], bytes]:
    def work(holder: Any, key: str | int) -> None:
        holder[key] = holder[key][0] if holder[key] else None

    return _change(path, work)


def _shorter(path: Path) -> Callable[[Json], bytes]:
    return _lengths(path, lambda row: row[:-1])


def _longer(path: Path) -> Callable[[Json], bytes]:
    return _lengths(path, lambda row: [*row, *row[-1:]])


def _lengths(path: Path, resize: Callable[[list[Json]], list[Json]]) -> Callable[[Json], bytes]:
    """Resize a row, and all rows beside it: unequal rows would be another fault."""

    def work(holder: Any, key: str | int) -> None:
        if isinstance(holder, list):
            holder[:] = [resize(row) for row in holder]
        else:
            holder[key] = resize(holder[key])

    return _change(path, work)


def edges(shape: Shape) -> Iterator[tuple[str, Callable[[Json], bytes]]]:
    """Payloads at the ends of what a contract without limits allows: what is extreme in each, and the change.

    No rows at all, many rows, an integer that 32 bits do not hold, a long text where the example is one of words.
    """
    places = list(shape.walk())
    for path, place in places:
        name = _shown(path) or "the body"
        if place.kind == "rows" and not any(isinstance(one, int) for one in path):
            if "minItems" not in place.schema:
                yield f"{name} has no rows", _put(path, [])
            if "maxItems" not in place.schema:
                yield f"{name} has {MANY_ROWS} rows", _repeated(path)
    for path, place in places[:MOST_PLACES]:
        kind, free = type_of(place.schema), place.kind == "leaf" and not _is_limited(place.schema)
        if free and kind == "integer" and str(place.schema.get("format", "int64")) == "int64":
            yield f"{_shown(path) or 'the body'} is 2^40", _put(path, 2**40)
        elif free and kind == "string" and _is_prose(place.example):
            yield f"{_shown(path) or 'the body'} has {LONG_TEXT:,} characters", _put(path, _long(place.example))


def _is_limited(schema: Schema) -> bool:
    """Whether the schema says itself which values are too large, or what form they have."""
    return any(word in schema for word in ("maximum", "exclusiveMaximum", "maxLength")) or (
        type_of(schema) == "string" and "format" in schema
    )


def _is_prose(example: Json) -> bool:
    """Words with spaces between them: such texts may be of any length."""
    return isinstance(example, str) and len(example.split()) > 1 and not example[:1].isdigit()


def _long(example: str) -> str:
    times = LONG_TEXT // (len(example) + 1) + 1
    return " ".join([example] * times)[:LONG_TEXT]


def _repeated(path: Path) -> Callable[[Json], bytes]:
    def work(holder: Any, key: str | int) -> None:
        rows = holder[key]
        holder[key] = [rows[number % len(rows)] for number in range(MANY_ROWS)] if rows else rows

    return _change(path, work)


def simpler(shape: Shape, value: Json) -> Iterator[Json]:
    """Payloads that differ from a valid one in one step towards the example, or in fewer rows."""
    if shape.kind == "rows" and isinstance(value, list) and len(value) > max(shape.least, 1):
        yield from ([one] for one in value if shape.least <= 1)
    if shape.example is not MISSING and shape.kind in ("leaf", "schema") and value != shape.example:
        yield shape.example
        if isinstance(value, int | float) and value not in (-1, 0, 1):
            yield type(value)(1 if value > 0 else -1)
    for key, member in _inside(shape, value):
        for smaller in simpler(member, value[key]):
            if isinstance(value, dict):
                yield {**value, key: smaller}
            else:
                yield [smaller if number == key else one for number, one in enumerate(value)]


def _inside(shape: Shape, value: Json) -> Iterator[tuple[Any, Shape]]:
    if isinstance(value, dict):
        yield from ((name, member) for name, member in shape.members.items() if name in value)
    elif isinstance(value, list):
        if shape.item is not None:
            yield from ((number, shape.item) for number in range(min(len(value), MOST_PLACES)))
        yield from zip(range(min(len(value), MOST_PLACES)), shape.items, strict=False)
