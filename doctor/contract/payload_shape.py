"""What a contract says of ordinary payloads, as a tree that strategies and mutations are made from.

A schema alone is not enough: it has neither the number of columns nor the length of rows. Those are taken from the
contract's example, and from the samples of the decorators.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from checks.contract.contracts import Contract
from checks.contract.records import Json, ParameterType, Schema

MOST_ROWS = 3
MOST_NODES = 2_000  # of the tree: beyond it a payload is too large to be made a hundred times
DEEPEST = 40
MISSING: Any = object()  # no example

Kind = Literal["object", "rows", "list", "fixed", "leaf", "constant", "choice", "schema"]
_NOT_SHARED = ("example", "examples", "default", "title", "description")
_UNREADABLE = ("not", "if", "propertyNames", "patternProperties", "dependentSchemas", "dependentRequired", "contains")


class NotTold(Exception):
    """The contract does not say enough to make payloads from; the text is the reason."""


@dataclass(frozen=True)
class Shape:
    """One place of a payload.

    `kind`: object (of `members`), rows (any number of `item`), list (as long as the example), fixed (of `items`, one
    each), leaf (of one type), constant (the example as it is), choice (one of `items`), schema (values that are named,
    or a pattern). `required` are the members that the contract asks for. `column` is the parameter type whose library
    converts the value; `strict`: the server or its library refuses another number of items.
    """

    kind: Kind
    schema: Schema
    example: Json = MISSING
    members: dict[str, "Shape"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    item: "Shape | None" = None
    items: tuple["Shape", ...] = ()
    least: int = 1
    most: int = MOST_ROWS
    column: ParameterType | None = None
    strict: bool = False

    def walk(self, pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], "Shape"]]:
        """Every place, with its path in a payload of one row."""
        yield pointer, self
        for name, member in self.members.items():
            yield from member.walk((*pointer, name))
        if self.item is not None:
            yield from self.item.walk((*pointer, 0))
        for number, one in enumerate(self.items if self.kind == "fixed" else ()):
            yield from one.walk((*pointer, number))


def shape_of(contract: Contract) -> Shape:
    """The tree of a contract. Raises NotTold."""
    if contract.input is None:
        raise NotTold("the contract says nothing of requests")
    example = contract.examples[0] if contract.examples else MISSING
    builder = _Builder(contract.input)
    types = {one.name: one for one in contract.interface.parameters} if contract.interface else {}
    if not types:
        return builder.make(contract.input, example, None, 0)
    properties = contract.input.get("properties", {})
    members: dict[str, Shape] = {}
    for name, parameter in types.items():
        schema = properties.get(name) or {}
        part = example.get(name, MISSING) if isinstance(example, dict) else MISSING
        if not schema and not parameter.required:
            continue
        members[name] = builder.make(schema, part, parameter.type, 1)
    asked = frozenset(name for name, one in types.items() if one.required)
    return Shape("object", contract.input, example, members=members, required=asked)


class _Builder:
    def __init__(self, root: Schema) -> None:
        self.root = root
        self.nodes = 0

    def make(self, schema: Schema, example: Json, column: ParameterType | None, depth: int) -> Shape:
        """The shape of one place."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise NotTold(f"the contract has more than {MOST_NODES:,} places")
        if depth > DEEPEST:
            raise NotTold(f"the contract is deeper than {DEEPEST} levels, or leads into itself")
        schema = self.resolved(schema)
        if example is MISSING:
            given = schema.get("examples")
            first = given[0] if isinstance(given, list) and given else MISSING
            example = schema.get("example", schema.get("default", first))
        if any(word in schema for word in ("enum", "const", "pattern")):
            return Shape("schema", schema, example, column=column)
        if any(word in schema for word in _UNREADABLE):
            if example is MISSING:
                raise NotTold(f"the contract uses `{next(word for word in _UNREADABLE if word in schema)}`")
            return Shape("constant", schema, example, column=column)
        if "allOf" in schema:
            return self.make(self._merged(schema), example, column, depth + 1)
        kind = type_of(schema)
        if kind == "null":
            return Shape("constant", schema, None, column=column)
        if (branches := _alternatives(schema, kind)) is not None:
            items = tuple(self.make(self.resolved(one), MISSING, column, depth + 1) for one in branches)
            return Shape("choice", schema, example, items=items, column=column)
        if column is not None and column.kind == "pandas" and column.orient in ("split", "table"):
            return self._labelled(schema, example, column, depth)
        if kind == "object" or "properties" in schema:
            return self._object(schema, example, column, depth)
        if kind == "array" or "items" in schema:
            return self._array(schema, example, column, depth)
        if kind in ("string", "number", "integer", "boolean"):
            return Shape("leaf", schema, example, column=column)
        return Shape("constant", schema, {} if example is MISSING else example, column=column)

    def resolved(self, schema: Json) -> Schema:
        """The schema behind references."""
        for _ in range(20):
            target = schema.get("$ref") if isinstance(schema, dict) else None
            if not isinstance(target, str):
                break
            schema = self.at(target)
        return schema if isinstance(schema, dict) else {}

    def at(self, target: str) -> Json:
        """The value that a reference into this document leads to."""
        value: Json = self.root
        if not target.startswith("#"):
            raise NotTold(f"the contract refers to {target[:80]}")
        for part in target[1:].split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(value, dict) or key not in value:
                raise NotTold(f"the contract refers to {target[:80]}, which is not there")
            value = value[key]
        return value

    def _merged(self, schema: Schema) -> Schema:
        """The parts of an allOf in one; of words that several have, the last counts, but for members."""
        made = {word: value for word, value in schema.items() if word != "allOf"}
        parts = schema["allOf"] if isinstance(schema["allOf"], list) else []
        for part in parts:
            one = self.resolved(part)
            members = {**made.get("properties", {}), **one.get("properties", {})}
            required = list(dict.fromkeys([*made.get("required", []), *one.get("required", [])]))
            made = {**made, **{word: value for word, value in one.items() if word not in _NOT_SHARED}}
            made |= {"properties": members} if members else {}
            made |= {"required": required} if required else {}
        return made

    def _object(self, schema: Schema, example: Json, column: ParameterType | None, depth: int) -> Shape:
        properties = schema.get("properties")
        if not isinstance(properties, dict) or not properties:
            return Shape("constant", schema, example if isinstance(example, dict) else {}, column=column)
        inner = column.inner if column is not None else {}
        whole = column if column is not None and column.kind in ("numpy", "pandas") else None
        members = {
            str(name): self.make(
                one,
                example.get(name, MISSING) if isinstance(example, dict) else MISSING,
                inner.get(name, whole),
                depth + 1,
            )
            for name, one in properties.items()
            if not (isinstance(one, dict) and one.get("readOnly") is True)
        }
        asked = schema.get("required")
        required = frozenset(str(one) for one in asked) if isinstance(asked, list) else frozenset()
        return Shape("object", schema, example, members=members, required=required & members.keys(), column=column)

    def _array(self, schema: Schema, example: Json, column: ParameterType | None, depth: int) -> Shape:
        items = self.resolved(schema.get("items", {}))
        first = example[0] if isinstance(example, list) and example else MISSING
        known = isinstance(example, list) and bool(example)
        nested = items.get("type") in ("array", "object") or "properties" in items or "items" in items
        inner = column.item if column is not None and column.item is not None else column
        if nested and (items.get("type") != "array" or depth < 8):
            if items.get("type") == "array":
                return self._table(schema, items, example, inner, depth)
            least, most = _limits(schema, 1, MOST_ROWS)
            item = self.make(items, first, inner, depth + 1)
            return Shape("rows", schema, example, item=item, least=least, most=most, column=column)
        if known:
            one = self.make(items, first, inner, depth + 1)
            return Shape("list", schema, example, item=one, column=column, least=len(example), most=len(example))
        if "minItems" not in schema and "maxItems" not in schema and items.get("type") in ("number", "integer"):
            raise NotTold("the contract does not say how many values a list has: it needs an example")
        least, most = _limits(schema, 1, MOST_ROWS)
        return Shape("list", schema, example, item=self.make(items, MISSING, inner, depth + 1), least=least, most=most)

    def _table(self, schema: Schema, items: Schema, example: Json, column: ParameterType | None, depth: int) -> Shape:
        """A list of lists: rows of one length, that of the example."""
        row = example[0] if isinstance(example, list) and example and isinstance(example[0], list) else None
        if row is None:
            least, most = _limits(items, 0, 0)
            if not least or least != most:
                raise NotTold("the contract does not say how many values a row has: it needs an example")
            row = [MISSING] * least
        strict = column is not None and column.kind in ("numpy", "pandas") and column.enforce_shape
        inner = self.resolved(items.get("items", {}))
        deeper = inner.get("type") in ("array", "object") or "properties" in inner
        if deeper or len(row) > 64:
            one: Shape = self.make(items, row, column, depth + 1)
            one = (
                Shape("list", items, row, item=one.item, least=len(row), most=len(row), column=column, strict=strict)
                if one.kind in ("list", "rows")
                else one
            )
        else:
            mixed = not _fits(inner, row)
            parts = tuple(self.make(inferred(part) if mixed else inner, part, column, depth + 2) for part in row)
            one = Shape("fixed", items, row, items=parts, column=column, strict=strict)
        least, most = _limits(schema, 1, MOST_ROWS)
        return Shape("rows", schema, example, item=one, least=least, most=most, column=column)

    def _labelled(self, schema: Schema, example: Json, column: ParameterType, depth: int) -> Shape:
        """The pandas forms that say their columns beside the data: columns and index stay as they are."""
        if not isinstance(example, dict) or not isinstance(example.get("data"), list):
            return Shape("constant", schema, {} if example is MISSING else example, column=column)
        column = msgspec.structs.replace(column, orient=None)  # of what is inside
        rows = example["data"]
        members = {name: Shape("constant", {}, part) for name, part in example.items() if name != "data"}
        row = rows[0] if rows else None
        if isinstance(row, list):
            parts = tuple(self.make(inferred(part), part, column, depth + 2) for part in row)
            item = Shape("fixed", {"type": "array"}, row, items=parts, column=column, strict=column.enforce_shape)
        elif isinstance(row, dict):
            item = self.make(inferred(row), row, column, depth + 2)
        else:
            return Shape("constant", schema, example, column=column)
        count = len(rows)
        members["data"] = Shape("list", {"type": "array"}, rows, item=item, least=count, most=count, column=column)
        required = frozenset(name for name in members if name != "index")
        return Shape("object", schema, example, members=members, required=required, column=column)


def type_of(schema: Schema) -> str | None:
    """The one type that a schema names beside null; None where it names several, or none."""
    kind = schema.get("type")
    plain = [one for one in kind if one != "null"] if isinstance(kind, list) else [kind]
    return str(plain[0]) if len(plain) == 1 and plain[0] is not None else None


def is_nullable(schema: Schema) -> bool:
    """Whether null is allowed beside the type."""
    return schema.get("nullable") is True or (isinstance(schema.get("type"), list) and "null" in schema["type"])


def inferred(value: Json) -> Schema:
    """A schema that a value fits, and values like it: for payloads that no contract describes."""
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int):
        return {"type": "integer"}
    if isinstance(value, float):
        return {"type": "number"}
    if isinstance(value, str):
        return {"type": "string", **({"format": "date-time"} if re.match(r"\d{4}-\d\d-\d\d", value) else {})}
    if isinstance(value, list):
        kinds = [inferred(one) for one in value[:100]]
        if kinds and all(one == kinds[0] for one in kinds):
            return {"type": "array", "items": kinds[0]}
        if kinds and all(one in ({"type": "integer"}, {"type": "number"}) for one in kinds):
            return {"type": "array", "items": {"type": "number"}}
        if kinds and all(one.get("type") == "object" for one in kinds):
            return {"type": "array", "items": kinds[0]}
        if kinds and all(one.get("type") == "array" for one in kinds):
            return {"type": "array", "items": {"type": "array", "items": {}}}
        return {"type": "array", "items": {}}
    if isinstance(value, dict):
        return {
            "type": "object",
            "properties": {str(key): inferred(one) for key, one in value.items()},
            "required": [str(key) for key in value],
        }
    return {}


def of_sample(source: str, value: Json) -> Contract:
    """What one sample payload of an undecorated script suggests. It forbids nothing."""
    return Contract(source=source, origin="script", input=inferred(value), examples=(value,))


def is_declared(contract: Contract) -> bool:
    """False for what was only inferred from a sample."""
    return contract.interface is not None or contract.document is not None


def _alternatives(schema: Schema, kind: str | None) -> list[Schema] | None:
    """The schemas of which a value fits one: of anyOf and oneOf with the words beside them, and of several types."""
    branches = schema.get("anyOf", schema.get("oneOf"))
    rest = {word: value for word, value in schema.items() if word not in ("anyOf", "oneOf", *_NOT_SHARED)}
    if isinstance(branches, list) and branches:
        return [{**rest, **one} if "$ref" not in one else one for one in branches if isinstance(one, dict)]
    if isinstance(schema.get("type"), list) and kind is None:
        return [{**rest, "type": one} for one in schema["type"]] or None
    return None


def _limits(schema: Schema, least: int, most: int) -> tuple[int, int]:
    low = schema.get("minItems")
    high = schema.get("maxItems")
    least = low if isinstance(low, int) else least
    most = max(most, least)
    if isinstance(high, int):
        most = min(most, high) if high >= least else least
    if least > MOST_NODES:
        raise NotTold(f"the contract asks for {least:,} items")
    return least, most


def _fits(inner: Schema, row: list[Json]) -> bool:
    """Whether the values of an example row are all of the type that the schema gives for them."""
    kinds: dict[Any, tuple[type, ...]] = {
        "number": (int, float), "integer": (int,), "string": (str,), "boolean": (bool, str),
    }  # fmt: skip
    wanted = kinds.get(inner.get("type"))
    return wanted is not None and all(one is MISSING or isinstance(one, wanted) for one in row)
