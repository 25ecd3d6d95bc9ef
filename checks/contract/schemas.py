"""Makes a schema of a document stand alone, as JSON schema (draft 2020-12) that any validator takes.

Sources: Swagger 2.0 "Schema Object", OpenAPI 3.0.3 "Schema Object" (both extend an older draft), OpenAPI 3.1 (which is
draft 2020-12 itself).
"""

import math
import re
from collections.abc import Iterable
from typing import Any

from checks.contract.records import Json, Schema
from checks.contract.references import DEEPEST, at_pointer, pointer_in

TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_ONE = ("not", "if", "then", "else", "items", "contains", "propertyNames", "additionalProperties")
_LAST = ("unevaluatedItems", "unevaluatedProperties")
_SEVERAL = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "dependentSchemas")
_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_COUNTS = (
    "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains",
)  # fmt: skip
_TEXTS = ("title", "description", "format", "pattern", "contentEncoding", "contentMediaType")
_PLAIN = ("default", "const")
_FLAGS = ("uniqueItems", "readOnly", "writeOnly", "deprecated")
_IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
"""Members whose schemas judge the same value: a cycle through them never ends."""
_PREFIX = "#/$defs/"
_NO_NAME = re.compile("[^A-Za-z0-9._-]")
"""What validators do not like in a reference."""


class Schemas:
    """Schemas of one document. Each definition is made once, however often it is asked for."""

    def __init__(self, content: Json) -> None:
        self._content = content
        self._names: dict[str, str] = {}  # pointer: name in $defs
        self._pointers: dict[str, str] = {}  # and the reverse
        self._made: dict[str, Schema] = {}  # name: schema
        self._uses: dict[str, set[str]] = {}  # name: names that it refers to

    def standalone(self, schema: Json) -> Schema | None:
        """The schema with all that it refers to in `$defs`; None for what is no schema."""
        schema = {} if schema is True else schema
        if not isinstance(schema, dict):
            return None
        uses: set[str] = set()
        made = self._convert(schema, uses, 0)
        self._make_all(uses)
        passed: set[str] = set()
        while made.keys() == {"$ref"}:  # what a name stands for is easier to read than the name
            name = made["$ref"].removeprefix(_PREFIX)
            if name in passed:
                return {}
            passed.add(name)
            made, uses = self._made[name], self._uses[name]
        needed = self._closure(uses)
        return _without_endless({**made, "$defs": {name: self._made[name] for name in needed}}) if needed else made

    def _closure(self, names: Iterable[str]) -> list[str]:
        seen: dict[str, None] = {}
        waiting = sorted(names)
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen[name] = None
                waiting += sorted(self._uses[name] - seen.keys())
        return sorted(seen)

    def _make_all(self, names: Iterable[str]) -> None:
        """Make the definitions of these names, and those that they lead to."""
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self._made:
                continue
            value = at_pointer(self._content, self._pointers[name])[1]
            uses: set[str] = set()
            self._made[name] = self._convert(value, uses, 0) if isinstance(value, dict) else {}
            self._uses[name] = uses
            waiting += uses

    def _name(self, pointer: str) -> str:
        """A name for the definition at a pointer; those of equal last part are told apart."""
        if pointer not in self._names:
            wish = name = _NO_NAME.sub("_", pointer.rsplit("/", 1)[-1]) or "document"
            number = 2
            while name in self._pointers:
                name, number = f"{wish}_{number}", number + 1
            self._names[pointer] = name
            self._pointers[name] = pointer
        return self._names[pointer]

    def _convert(self, schema: Schema, uses: set[str], depth: int) -> Schema:
        if depth > DEEPEST:
            return {}
        made: Schema = {}
        if "$ref" in schema:
            target = self._target(schema["$ref"])
            if target is None:
                return {}
            uses.add(target)
            made["$ref"] = _PREFIX + target
            if not str(self._content.get("openapi", "")).startswith("3.1"):
                return _nullable(made, schema)  # what stands beside a reference counts since 3.1 only
        made |= _plain(schema)
        self._nested(schema, made, uses, depth)
        _old_forms(schema, made)
        return _nullable(made, schema)

    def _nested(self, schema: Schema, made: Schema, uses: set[str], depth: int) -> None:
        def convert(value: Json) -> Json:
            return value if isinstance(value, bool) else self._convert(value, uses, depth + 1)

        for word in (*_ONE, *_LAST):
            if isinstance(schema.get(word), dict | bool):
                made[word] = convert(schema[word])
        for word in _SEVERAL:
            if isinstance(schema.get(word), list):
                several = [convert(one) for one in schema[word] if isinstance(one, dict | bool)]
                made |= {word: several} if several else {}
        for word in _NAMED:
            if isinstance(schema.get(word), dict):
                made[word] = {str(n): convert(v) for n, v in schema[word].items() if isinstance(v, dict | bool)}
        if isinstance(schema.get("items"), list):  # one schema an item, as older drafts wrote it
            several = [convert(one) for one in schema["items"] if isinstance(one, dict | bool)]
            made |= {"prefixItems": several} if several else {}

    def _target(self, reference: Json) -> str | None:
        """The name of what a reference leads to in the end; None for one that leads nowhere, or only to itself."""
        seen: set[str] = set()
        while True:
            pointer = pointer_in(reference)
            if pointer is None or pointer in seen:
                return None
            seen.add(pointer)
            found, value = at_pointer(self._content, pointer)
            if not found or not isinstance(value, dict | bool):
                return None
            if isinstance(value, dict) and value.keys() == {"$ref"}:
                reference = value["$ref"]
                continue
            return self._name(pointer)


def _plain(schema: Schema) -> Schema:
    """The members that hold no schemas, as far as they are what a validator takes."""
    made: Schema = {}
    types = schema.get("type")
    known = [one for one in (types if isinstance(types, list) else [types]) if isinstance(one, str) and one in TYPES]
    if known:
        made["type"] = list(dict.fromkeys(known)) if isinstance(types, list) else known[0]
    made |= {word: schema[word] for word in _LIMITS if _is_number(schema.get(word))}
    made |= {word: schema[word] for word in _COUNTS if _is_number(schema.get(word)) and schema[word] >= 0}
    made |= {word: schema[word] for word in _TEXTS if isinstance(schema.get(word), str)}
    made |= {word: schema[word] for word in _FLAGS if isinstance(schema.get(word), bool)}
    made |= {word: schema[word] for word in _PLAIN if word in schema}
    if made.get("multipleOf", 1) <= 0:
        del made["multipleOf"]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        made["enum"] = schema["enum"]
    if required := _required(schema):
        made["required"] = required
    if isinstance(schema.get("dependentRequired"), dict):
        made["dependentRequired"] = {k: v for k, v in schema["dependentRequired"].items() if _are_texts(v)}
    if "example" in schema:
        made["examples"] = [schema["example"]]
    elif isinstance(schema.get("examples"), list):
        made["examples"] = schema["examples"]
    return made


def _required(schema: Schema) -> list[str]:
    """The names that must be there. What only answers hold (`readOnly`) is not asked of a request."""
    names = schema.get("required")
    properties = schema.get("properties")
    known: dict[str, Any] = properties if isinstance(properties, dict) else {}
    if not isinstance(names, list):
        return []
    return list(
        dict.fromkeys(
            name
            for name in names
            if isinstance(name, str) and not (isinstance(known.get(name), dict) and known[name].get("readOnly") is True)
        )
    )


def _old_forms(schema: Schema, made: Schema) -> None:
    """Words of older drafts: `exclusiveMinimum: true`, a list of schemas under `items`, `type: file`."""
    for flag, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if schema.get(flag) is True and limit in made:
            made[flag] = made.pop(limit)
    if isinstance(schema.get("items"), list) and isinstance(schema.get("additionalItems"), bool):
        made["items"] = schema["additionalItems"]


def _nullable(made: Schema, schema: Schema) -> Schema:
    """With null allowed, where the schema says so."""
    if schema.get("nullable") is not True and schema.get("x-nullable") is not True:
        return made
    if "$ref" in made or any(word in made for word in ("allOf", "anyOf", "oneOf", "not", "const")):
        return {"anyOf": [made, {"type": "null"}]}
    if "type" in made:
        types = made["type"] if isinstance(made["type"], list) else [made["type"]]
        made["type"] = list(dict.fromkeys([*types, "null"]))
    if "enum" in made and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    return made


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _are_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _without_endless(schema: Schema) -> Schema:
    """Without references that judge the same value again and again: a validator would never end.

    Such a reference says nothing: it asks that a value which fits fits.
    """
    definitions: dict[str, Schema] = schema["$defs"]
    edges = {name: in_place(one) for name, one in definitions.items()}
    cut: set[tuple[str, str]] = set()
    done: set[str] = set()
    for first in definitions:
        path: list[tuple[str, list[str]]] = [(first, sorted(edges[first]))] if first not in done else []
        on_path = {first}
        while path:
            name, waiting = path[-1]
            if not waiting:
                done.add(name)
                on_path.discard(name)
                path.pop()
                continue
            target = waiting.pop()
            if target in on_path:
                cut.add((name, target))
            elif target not in done and target in edges:
                on_path.add(target)
                path.append((target, sorted(edges[target])))
    if not cut:
        return schema
    made = {
        name: _cut(one, {_PREFIX + target for source, target in cut if source == name})
        for name, one in definitions.items()
    }
    return {**schema, "$defs": made}


def in_place(schema: Json) -> set[str]:
    """Names of the definitions that judge the same value as the schema itself, at once or through others of it."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if not isinstance(value, dict):
            continue
        if isinstance(value.get("$ref"), str):
            found.add(value["$ref"].removeprefix(_PREFIX))
        for word in _IN_PLACE:
            below = value.get(word)
            if isinstance(below, list):
                waiting += below
            elif isinstance(below, dict):
                waiting += below.values() if word == "dependentSchemas" else [below]
    return found


def _cut(schema: Json, references: set[str]) -> Json:
    """The schema without these references, where they judge the same value."""
    if not references or not isinstance(schema, dict):
        return schema
    made = {word: value for word, value in schema.items() if word != "$ref" or value not in references}
    for word in _IN_PLACE:
        below = made.get(word)
        if isinstance(below, list):
            made[word] = [_cut(one, references) for one in below]
        elif isinstance(below, dict) and word == "dependentSchemas":
            made[word] = {name: _cut(one, references) for name, one in below.items()}
        elif isinstance(below, dict):
            made[word] = _cut(below, references)
    return made
