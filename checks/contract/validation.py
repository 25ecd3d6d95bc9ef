"""A value held against a JSON schema: every disagreement, told as a person would tell it.

jsonschema-rs judges. It makes all errors at once, each with a copy of what is wrong, so a large value is given to it in
parts; and it takes NaN for null, so the numbers that JSON does not know are replaced before.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from checks.contract.records import Json, Schema
from checks.contract.saying import cut, near, plural, pointer_of, say, short
from checks.contract.schema_walk import DEEPEST, at, below, is_followable, properties_of, word_of
from checks.text import listed

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

MOST = 50  # disagreements that are told

Kind = Literal["missing", "extra", "type", "range", "choice", "form", "size", "other"]
Path = tuple[str | int, ...]

_PART = 1_000  # values that are judged in one go, where something is wrong with them
_SPLIT = 8
_MOST_PARTS = 2_000
_STAND_IN = 0.5  # for NaN and Infinity: a number, and no integer
_RANGES = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ,]\d\d:\d\d(:\d\d([.,]\d+)?)?)? ?([Zz]|[+-]\d\d:?\d\d)?")
_TIME = re.compile(r"\d\d:\d\d(:\d\d([.,]\d+)?)? ?([Zz]|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True)
class Disagreement:
    """One place where value and schema differ.

    `kind`: missing (a required key), extra (a key that is not allowed), type, range (minimum, maxLength …), choice
    (enum, const), form (pattern, format), size (number of items), other. `seen` and `expected` are short texts for
    people (`text "12"`, `number`); `key` is the key that is missing or too much, `near` one like it that is there (for
    missing) or that is expected (for extra).
    """

    pointer: str
    kind: Kind
    seen: str
    expected: str
    key: str | None = None
    near: str | None = None
    schema_pointer: str = ""


@dataclass(frozen=True)
class Disagreements:
    """The first MOST, in the order of the value; `more` when there are others."""

    items: tuple[Disagreement, ...]
    more: bool = False


def disagreements(schema: Schema, value: Json, most: int = MOST) -> Disagreements:
    """Where the value disagrees with the schema. Unknown formats are no reason.

    Never raises: of a schema that is none, or too deep to be followed, nothing is told. Of a value of more than
    schema_walk.DEEPEST levels, the deeper ones are not looked at.
    """
    try:
        return _disagreements(schema, value, most)
    except Exception:  # a schema that the library refuses, whatever is wrong with it
        return Disagreements(())


def _disagreements(schema: Schema, value: Json, most: int) -> Disagreements:
    shape = _shape(value)
    if not is_followable(schema, min(shape.depth, DEEPEST)):
        return Disagreements(())
    given = _plain(value) if shape.depth > DEEPEST or shape.odd else value
    try:
        judge = _Judge(schema, _validator(schema), value, most)
        judge.search(_Part(given), 0)
    except (UnicodeError, ValueError):  # half a surrogate pair, a key that is no text
        schema = _plain(schema)
        judge = _Judge(schema, _validator(schema), value, most)
        judge.search(_Part(_plain(value)), 0)
    found = sorted(judge.found.items(), key=lambda item: _order(value, item[1][0]))
    return Disagreements(tuple(one for _, (_, one) in found[:most]), more=len(found) > most)


def _validator(schema: Schema) -> "Draft202012Validator":
    from jsonschema_rs import Draft202012Validator

    loose = {"date-time": _is_date_time, "time": _is_time}  # as people write them, and inference-schema's own examples
    return Draft202012Validator(schema, validate_formats=True, offline=True, formats=loose)


def _is_date_time(text: str) -> bool:
    return bool(_DATE_TIME.fullmatch(text))


def _is_time(text: str) -> bool:
    return bool(_TIME.fullmatch(text))


@dataclass
class _Shape:
    depth: int = 0
    odd: bool = False  # holds NaN or Infinity
    values: int = 0


def _shape(value: Json) -> _Shape:
    shape, level = _Shape(), [value]
    while level:
        shape.values += len(level)
        deeper: list[Json] = []
        for one in level:
            if isinstance(one, dict):
                deeper.extend(one.values())
            elif isinstance(one, list):
                deeper.extend(one)
            elif isinstance(one, float) and not math.isfinite(one):
                shape.odd = True
        level = deeper
        shape.depth += bool(level)
        if shape.depth > 2 * DEEPEST:
            break
    return shape


def _plain(value: Json, depth: int = 0) -> Json:
    """A copy that the library takes: not too deep, without half characters, NaN and keys that are no text."""
    if isinstance(value, dict):
        return {_text(key): _plain(one, depth + 1) for key, one in value.items()} if depth <= DEEPEST else {}
    if isinstance(value, list):
        return [_plain(one, depth + 1) for one in value] if depth <= DEEPEST else []
    if isinstance(value, float) and not math.isfinite(value):
        return _STAND_IN
    return value if value is None or isinstance(value, bool | int | float) else _text(value)


def _text(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class _Part:
    """A part of the value: long lists and objects hold some of their items; `starts` are the first items left."""

    value: Json
    starts: dict[Path, int] = field(default_factory=dict)

    def path(self, path: "list[str | int]") -> Path:
        """The place in the whole value."""
        real: Path = ()
        for part in path:
            real = (*real, part + self.starts.get(real, 0) if isinstance(part, int) else part)
        return real

    def split(self) -> "Iterator[_Part]":
        """The same with an eighth of each long list and object: the outermost ones, all of them alike."""
        for number in range(_SPLIT):
            starts = dict(self.starts)
            yield _Part(self._piece(self.value, (), number, starts), starts)

    def _piece(self, value: Json, path: Path, number: int, starts: dict[Path, int]) -> Json:
        if not isinstance(value, dict | list):
            return value
        size = len(value)
        if size < 2 * _SPLIT:
            first = self.starts.get(path, 0)
            if isinstance(value, list):
                return [self._piece(one, (*path, n + first), number, starts) for n, one in enumerate(value)]
            return {key: self._piece(one, (*path, key), number, starts) for key, one in value.items()}
        begin, end = size * number // _SPLIT, size * (number + 1) // _SPLIT
        starts[path] = self.starts.get(path, 0) + begin
        return value[begin:end] if isinstance(value, list) else dict(list(value.items())[begin:end])


@dataclass
class _Judge:
    """Looks for disagreements until there are enough."""

    schema: Schema
    validator: "Draft202012Validator"
    value: Json
    most: int
    found: dict[tuple[Path, str, str | None], tuple[Path, Disagreement]] = field(default_factory=dict)
    parts: int = 0

    def search(self, part: _Part, depth: int) -> None:
        """Parts that are right are passed over at the speed of the library."""
        self.parts += 1
        if self.parts > _MOST_PARTS or self.validator.is_valid(part.value):
            return
        size = _shape(part.value).values
        if not depth:
            self.lengths(self.schema, part.value, (), 0)
        pieces = list(part.split()) if size > _PART and depth < 12 else []
        if not pieces or pieces[0].starts == part.starts:
            self.tell(part)
            return
        for piece in pieces:
            if len(self.found) > self.most:
                return
            self.search(piece, depth + 1)

    def tell(self, part: _Part) -> None:
        """All that is wrong in a part."""
        for error in self.validator.iter_errors(part.value):
            for path, one in self.told(error, part):
                self.found.setdefault((path, one.kind, one.key), (path, one))

    def told(self, error: "ValidationError", part: _Part) -> "list[tuple[Path, Disagreement]]":
        """One error of the library in our words; none where only the part is to blame; several for several keys."""
        path = part.path(error.instance_path)
        seen = _at_path(self.value, path)
        name, kind = error.kind.name, error.kind
        where = pointer_of(error.schema_path)
        if isinstance(seen, float) and not math.isfinite(seen) and name in _RANGES:
            return []
        if name in ("anyOf", "oneOf"):
            return self._nearest(error, part, path, seen, where)
        made = Disagreement(pointer_of(path), "other", say(seen), name, schema_pointer=where)
        if name == "required":
            key = str(kind.property)  # type: ignore[attr-defined]
            if not isinstance(seen, dict) or key in seen:
                return []
            known = self._known(error)
            free = [one for one in seen if one not in known]
            like = near(key, free)
            return [(path, replace(made, kind="missing", expected=f"key `{cut(key, 60)}`", key=key, near=like))]
        if name in ("additionalProperties", "unevaluatedProperties"):
            known = self._known(error)
            free = [one for one in known if isinstance(seen, dict) and one not in seen]
            return [
                (
                    (*path, key),
                    replace(
                        made, pointer=pointer_of((*path, key)), kind="extra", key=key, near=near(key, free),
                        seen=f"key `{cut(key, 60)}`", expected=f"only {listed(sorted(known))}" if known else "no keys",
                    ),
                )
                for key in kind.unexpected  # type: ignore[attr-defined]
            ]  # fmt: skip
        if path in part.starts and name in ("minItems", "minProperties"):
            if isinstance(seen, dict | list) and len(seen) >= kind.limit:  # type: ignore[attr-defined]
                return []
        elif path in part.starts and name in ("uniqueItems", "contains", "minContains", "maxContains"):
            return []
        told_as, says = _EXPECTED.get(name, ("other", name))
        expected = says if isinstance(says, str) else says(kind)
        return [(path, replace(made, kind=told_as, expected=expected))]

    def _nearest(
        self, error: "ValidationError", part: _Part, path: Path, seen: Json, where: str
    ) -> "list[tuple[Path, Disagreement]]":
        """Of alternatives, what is wrong with the one that comes nearest: of the right kind, with the fewest faults."""
        branches: list[list[ValidationError]] = error.kind.context  # type: ignore[attr-defined]
        told = [[one for each in branch for one in self.told(each, part)] for branch in branches]
        if type(error.kind).__name__.endswith("MultipleValid"):
            text = "exactly one of the alternatives"
            return [(path, Disagreement(pointer_of(path), "other", say(seen), text, schema_pointer=where))]
        if not told or not all(told):  # nothing is wrong with one of them but what JSON does not know
            return []
        of_kind = [one for one in told if not any(each.kind == "type" and place == path for place, each in one)]
        if of_kind:
            return min(of_kind, key=lambda one: (sum(each.kind in ("missing", "choice") for _, each in one), len(one)))
        kinds = list(dict.fromkeys(each.expected for one in told for at, each in one if each.kind == "type"))
        text = " or ".join(kinds[:4])
        return [(path, Disagreement(pointer_of(path), "type", say(seen), text, schema_pointer=where))]

    def _known(self, error: "ValidationError") -> set[str]:
        return set(properties_of(self.schema, at(self.schema, pointer_of(error.schema_path[:-1]))))

    def lengths(self, schema: Json, value: Json, path: Path, depth: int) -> None:
        """Lists that are too long: the parts that are judged are all shorter."""
        if depth > 6 or not isinstance(value, dict | list):
            return
        limit = word_of(self.schema, schema, "maxItems" if isinstance(value, list) else "maxProperties")
        if isinstance(limit, int) and len(value) > max(limit, _SPLIT):
            word = "item" if isinstance(value, list) else "key"
            made = Disagreement(pointer_of(path), "size", say(value), f"at most {plural(limit, word)}")
            self.found[(path, "size", None)] = (path, made)
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for number, (part, one) in enumerate(inner):
            if number >= _PART:
                return
            if isinstance(one, dict | list) and (deeper := below(self.schema, schema, part)) is not None:
                self.lengths(deeper, one, (*path, part), depth + 1)


def _at_path(value: Json, path: Path) -> Json:
    for part in path:
        value = value[part]
    return value


def _order(value: Json, path: Path) -> tuple[int, ...]:
    """Where the place comes in the text of the value; a key that is not there comes after those that are."""
    order: list[int] = []
    for part in path:
        if isinstance(value, dict):
            order.append(next((n for n, key in enumerate(value) if key == part), len(value)))
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            order.append(part)
            value = value[part]
    return tuple(order)


_TYPES = {
    "array": "list", "boolean": "true or false", "string": "text", "integer": "integer", "number": "number",
    "object": "object", "null": "null",
}  # fmt: skip


def _types(kind: Any) -> str:
    names = [_TYPES.get(str(one), str(one)) for one in kind.types]
    return " or ".join(sorted(names, key=lambda name: name == "null"))


def _choices(kind: Any) -> str:
    return f"one of {', '.join(short(one, 30) for one in kind.options[:6])}{' …' if len(kind.options) > 6 else ''}"


_EXPECTED: dict[str, tuple[Kind, Any]] = {
    "type": ("type", _types),
    "enum": ("choice", _choices),
    "const": ("choice", lambda kind: short(kind.expected_value)),
    "minimum": ("range", lambda kind: f"at least {short(kind.limit)}"),
    "maximum": ("range", lambda kind: f"at most {short(kind.limit)}"),
    "exclusiveMinimum": ("range", lambda kind: f"more than {short(kind.limit)}"),
    "exclusiveMaximum": ("range", lambda kind: f"less than {short(kind.limit)}"),
    "multipleOf": ("range", lambda kind: f"a multiple of {short(kind.multiple_of)}"),
    "minLength": ("range", lambda kind: f"at least {plural(kind.limit, 'character')}"),
    "maxLength": ("range", lambda kind: f"at most {plural(kind.limit, 'character')}"),
    "pattern": ("form", lambda kind: f"text that fits {cut(str(kind.pattern), 60)}"),
    "format": ("form", lambda kind: cut(str(kind.format), 60)),
    "minItems": ("size", lambda kind: f"at least {plural(kind.limit, 'item')}"),
    "maxItems": ("size", lambda kind: f"at most {plural(kind.limit, 'item')}"),
    "minProperties": ("size", lambda kind: f"at least {plural(kind.limit, 'key')}"),
    "maxProperties": ("size", lambda kind: f"at most {plural(kind.limit, 'key')}"),
    "uniqueItems": ("other", "no item twice"),
    "contains": ("other", "an item of another kind among them"),
    "propertyNames": ("other", "other names of keys"),
    "falseSchema": ("other", "nothing"),
    "not": ("other", "something else"),
}
