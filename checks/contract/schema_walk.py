"""What a JSON schema is made of, and whether it can be followed with bounded work."""

import re
from collections.abc import Iterator

from checks.contract.records import Json, Schema

MOST_NODES = 400_000  # objects, lists and values of a schema, shared ones counted as often as they stand
MOST_WORK = 5_000  # schemas that one value may have to be held against
DEEPEST = 100

_IN_PLACE = ("not", "if", "then", "else")
_IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
_BELOW = ("items", "additionalProperties", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties")
_FOREIGN = ("$dynamicRef", "$recursiveRef")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def at(root: Json, pointer: str) -> Json:
    """What stands at `#/…` or `/…`; None where nothing does."""
    here = root
    for part in pointer.removeprefix("#").split("/")[1:]:
        plain = _PERCENT.sub(lambda found: bytes.fromhex(found[0].replace("%", "")).decode(errors="replace"), part)
        name = plain.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict) and name in here:
            here = here[name]
        elif isinstance(here, list) and name.isdecimal() and int(name) < len(here):
            here = here[int(name)]
        else:
            return None
    return here


def applied(root: Schema, schema: Json) -> Iterator[Schema]:
    """The schema and those that hold for the same value through `$ref` and `allOf`, each once."""
    seen: set[int] = set()
    waiting = [schema]
    while waiting and len(seen) < MOST_WORK:
        one = waiting.pop()
        if not isinstance(one, dict) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += reversed(one["allOf"] if isinstance(one.get("allOf"), list) else ())
        if isinstance(reference := one.get("$ref"), str) and reference.startswith("#"):
            waiting.append(at(root, reference))


def below(root: Schema, schema: Json, part: str | int) -> Schema | None:
    """The schema of a member or an item, where one schema says it."""
    for one in applied(root, schema):
        if isinstance(part, int):
            first = one.get("prefixItems")
            if isinstance(first, list) and part < len(first):
                return first[part] if isinstance(first[part], dict) else None
            if isinstance(one.get("items"), dict):
                return one["items"]  # type: ignore[no-any-return]
        else:
            properties = one.get("properties")
            if isinstance(properties, dict) and isinstance(properties.get(part), dict):
                return properties[part]  # type: ignore[no-any-return]
    for one in applied(root, schema):
        if isinstance(part, str) and isinstance(one.get("additionalProperties"), dict):
            return one["additionalProperties"]  # type: ignore[no-any-return]
    return None


def properties_of(root: Schema, schema: Json) -> dict[str, Json]:
    """The members that a schema describes, also through `$ref` and `allOf`."""
    found: dict[str, Json] = {}
    for one in applied(root, schema):
        if isinstance(one.get("properties"), dict):
            found.update({str(name): inner for name, inner in one["properties"].items()})
    return found


def word_of(root: Schema, schema: Json, word: str) -> Json:
    """What the schema says under a word (`type`, `maxItems` …), also through `$ref` and `allOf`; None for nothing."""
    return next((one[word] for one in applied(root, schema) if word in one), None)


def is_followable(schema: Json, depth: int) -> bool:
    """True where a value `depth` levels deep can be held against the schema with bounded work, and nothing fetched.

    False for references that lead outside or only to themselves, and for those that multiply: ten schemas that each
    name the next one twice are a thousand.
    """
    if not isinstance(schema, dict) or not _is_small(schema):
        return False
    try:
        return _work(schema, schema, depth, {}, set()) <= MOST_WORK
    except (_Endless, RecursionError):
        return False


class _Endless(Exception):
    """A reference that cannot be followed."""


def _is_small(schema: Json) -> bool:
    level, nodes = [schema], 0
    for _ in range(DEEPEST):
        nodes += len(level)
        if nodes > MOST_NODES:
            return False
        deeper: list[Json] = []
        for one in level:
            if isinstance(one, dict):
                deeper.extend(one.values())
            elif isinstance(one, list):
                deeper.extend(one)
            if nodes + len(deeper) > MOST_NODES:
                return False
        if not deeper:
            return True
        level = deeper
    return False


def _work(
    root: Schema, schema: Json, depth: int, known: dict[tuple[int, int], int], open_: set[tuple[int, int]]
) -> int:
    """How many schemas one value, and one value of each level below it, is held against."""
    if not isinstance(schema, dict):
        return 1
    key = (id(schema), depth)
    if key in known:
        return known[key]
    if key in open_ or any(word in schema for word in _FOREIGN):
        raise _Endless
    open_.add(key)
    work = 1 + sum(_work(root, one, depth, known, open_) for one in _in_place(root, schema))
    if depth > 0 and work <= MOST_WORK:
        work += sum(_work(root, one, depth - 1, known, open_) for one in _members(schema))
        named = schema.get("properties")
        if isinstance(named, dict):
            work += max((_work(root, one, depth - 1, known, open_) for one in named.values()), default=0)
    open_.discard(key)
    known[key] = work
    if work > MOST_WORK:
        raise _Endless
    return work


def _in_place(root: Schema, schema: Schema) -> Iterator[Json]:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if not reference.startswith("#") or not isinstance(found := at(root, reference), dict | bool):
            raise _Endless
        yield found
    for word in _IN_PLACE:
        if word in schema:
            yield schema[word]
    for word in _IN_PLACE_LISTS:
        if isinstance(schema.get(word), list):
            yield from schema[word]
    if isinstance(schema.get("dependentSchemas"), dict):
        yield from schema["dependentSchemas"].values()


def _members(schema: Schema) -> Iterator[Json]:
    for word in _BELOW:
        if isinstance(schema.get(word), dict):
            yield schema[word]
    for word in ("items", "prefixItems"):
        if isinstance(schema.get(word), list):
            yield from schema[word]
    if isinstance(schema.get("patternProperties"), dict):
        yield from schema["patternProperties"].values()
