"""Schemas in few words, and the parts of a schema whatever stands there."""

from checks.contract.records import Json, Schema

_NAMES = {
    "integer": "an integer",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_MANY = {
    "integer": "integers",
    "number": "numbers",
    "string": "texts",
    "boolean": "true or false",
    "object": "objects",
}
_TOLD_FORMATS = frozenset({"date", "date-time", "time", "byte", "binary"})


def kind_of(schema: Schema) -> str:
    """A schema in few words: `a list of lists of numbers`, `an object`, `a text (date-time)`."""
    types = types_of(schema)
    told = " or ".join(name for one, name in _NAMES.items() if one in types)
    items = schema.get("items")
    if "array" in types and isinstance(items, dict) and types_of(items):
        told = told.replace("a list", f"a list of {_plural(items)}")
    form = schema.get("format")
    return f"{told} ({form})" if told and form in _TOLD_FORMATS else told or "anything"


def _plural(schema: Schema) -> str:
    types = types_of(schema)
    if "array" in types:
        inner = schema.get("items")
        return f"lists of {_plural(inner)}" if isinstance(inner, dict) and types_of(inner) else "lists"
    return " or ".join(name for one, name in _MANY.items() if one in types) or "values"


def says(schema: Json) -> bool:
    """True for a schema that says something of the value."""
    return isinstance(schema, dict) and bool(types_of(schema) or properties_of(schema) or schema.get("enum"))


def types_of(schema: Schema) -> set[str]:
    """The types that a schema allows; of alternatives all of them; empty where it does not say."""
    named = schema.get("type")
    listed = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    found = {one for one in listed if isinstance(one, str)}
    for word in ("anyOf", "oneOf"):
        for part in schema.get(word) or ():
            found |= types_of(part) if isinstance(part, dict) else set()
    if not found and properties_of(schema):
        found = {"object"}
    return found | ({"null"} if schema.get("nullable") is True else set())


def properties_of(schema: Schema) -> dict[str, Schema]:
    """The keys that a schema describes."""
    found = schema.get("properties")
    return {str(key): one for key, one in found.items() if isinstance(one, dict)} if isinstance(found, dict) else {}


def required_of(schema: Schema) -> list[str]:
    """The keys that a schema asks for."""
    found = schema.get("required")
    return [str(one) for one in found] if isinstance(found, list) else []


def some(values: list[Json]) -> str:
    """The first values of a list, for people."""
    shown = ", ".join(f"`{one}`" for one in values[:4])
    return f"{shown} and {len(values) - 4} more" if len(values) > 4 else shown
