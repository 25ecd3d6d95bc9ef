"""References inside a document: where they lead, and which lead only to themselves."""

import re
from collections.abc import Iterator

from checks.contract.places import pointer_of
from checks.contract.records import Json

DEEPEST = 128
"""Levels of nesting that are followed. Documents made by hand or by tools have about twenty."""

_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
LITERAL = frozenset({"example", "examples", "default", "enum", "const", "x-example", "x-examples"})
"""Members whose value is data: what looks like a reference there is none."""


def parts_of(pointer: str) -> list[str]:
    """The keys and indexes of a JSON pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def pointer_in(reference: Json) -> str | None:
    """The JSON pointer of a reference into the same document (`#/definitions/Row`); None for any other."""
    if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
        return None
    if "%" not in reference:
        return reference[1:]
    raw = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), reference[1:])
    try:
        return raw.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return raw


def at_pointer(content: Json, pointer: str) -> tuple[bool, Json]:
    """Whether there is a value at a JSON pointer, and the value."""
    value = content
    for part in parts_of(pointer):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return False, None
    return True, value


def followed(content: Json, value: Json, pointer: str = "") -> tuple[Json, str]:
    """The value, or what its chain of references leads to, and where that stands; None for what leads nowhere."""
    seen: set[str] = set()
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        target = pointer_in(value["$ref"])
        if target is None or target in seen:
            return None, pointer
        seen.add(target)
        found, value = at_pointer(content, target)
        if not found:
            return None, target
        pointer = target
    return value, pointer


def references(content: Json) -> Iterator[tuple[str, str]]:
    """Place and text of all references, in the order of the document; not deeper than DEEPEST."""
    stack: list[tuple[Json, str, int, bool]] = [(content, "", 0, False)]
    while stack:
        value, pointer, depth, names = stack.pop()
        if depth > DEEPEST:
            continue
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str) and not names:
                yield pointer, reference
            for key, item in reversed(value.items()):
                # Under `properties` and its like stand names of the person's own: `example` may be one of them.
                if names or (key not in LITERAL and not str(key).startswith("x-")):
                    stack.append((item, pointer + pointer_of(key), depth + 1, not names and key in NAMED))
        elif isinstance(value, list):
            stack.extend(
                (item, f"{pointer}/{index}", depth + 1, False) for index, item in reversed(list(enumerate(value)))
            )


NAMED = frozenset(
    {
        "properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "schemas", "responses",
        "parameters", "requestBodies", "headers", "securitySchemes", "links", "callbacks", "paths", "pathItems",
    }
)  # fmt: skip
"""Members that hold names and what they mean."""
