"""One schema with all that holds for the same value: its references, `allOf`, and an alternative to null."""

from checks.contract.records import Json, Schema
from checks.contract.references import followed
from checks.contract.schema_walk import applied, word_of

_MERGED = frozenset({"$ref", "$defs", "allOf", "anyOf", "oneOf"})
_ALTERNATIVES = ("anyOf", "oneOf")
_SHOWN = 3  # levels of items that are flattened for a text


def flat(root: Schema, schema: Json) -> Schema:
    """The words of a schema and of what its references and `allOf` lead to, in one object.

    Members and items stay as they stand. Of several alternatives only the types are kept; one beside null is merged,
    which is how tools write a value that may be null.
    """
    made: Schema = {}
    for one in applied(root, schema):
        _merge(made, one)
        for word in _ALTERNATIVES:
            parts = [part for part in one[word] if isinstance(part, dict)] if isinstance(one.get(word), list) else []
            values = [part for part in parts if part.get("type") != "null"]
            if len(values) == 1 and len(parts) > 1:
                for inner in applied(root, values[0]):
                    _merge(made, inner)
                made["type"] = list(dict.fromkeys([*_types(made.get("type")), "null"]))
            elif parts:
                made.setdefault(word, [{"type": word_of(root, part, "type")} for part in parts])
    return made


def shown(root: Schema, schema: Json, depth: int = 0) -> Schema:
    """The schema as it is told in words: flat, and its items too."""
    made = flat(root, schema)
    if isinstance(made.get("items"), dict) and depth < _SHOWN:
        made["items"] = shown(root, made["items"], depth + 1)
    return made


def stands(root: Schema, schema: Json) -> int:
    """What tells a schema from others: its identity, or that of what it refers to."""
    found, _ = followed(root, schema)
    return id(found)


def _merge(made: Schema, one: Schema) -> None:
    for word, value in one.items():
        if word == "properties" and isinstance(value, dict):
            made["properties"] = {**value, **made.get("properties", {})}
        elif word == "required" and isinstance(value, list):
            made["required"] = [*made.get("required", []), *value]
        elif word not in _MERGED:
            made.setdefault(word, value)


def _types(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []
