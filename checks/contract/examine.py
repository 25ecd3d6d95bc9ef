"""A request body held against a contract: keys, tables, values and numbers."""

import math
import re
from collections.abc import Iterator

from checks.contract.body import Body
from checks.contract.contracts import Contract
from checks.contract.conversion_standard import moment_of
from checks.contract.examine_tables import examine_table, is_table, is_table_of_rows
from checks.contract.faults import Fault, Faults, Path
from checks.contract.records import Json, ParameterType, Schema
from checks.contract.saying import kind_of, near, say
from checks.contract.schema_walk import at, below, properties_of, word_of
from checks.contract.validation import Disagreement, disagreements

MOST = 1_000  # places of faults that are looked at
SAFE = 2**53  # integers up to here are exact in every language that has only floats
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*")
_WORDS = {"choice": "choice-unknown", "range": "out-of-range", "form": "text-form", "size": "array-size"}


def examine(contract: Contract, body: Body) -> list[Fault]:
    """Everything that is wrong, in the order in which it is found; graded by nobody yet."""
    schema = contract.input
    if schema is None:
        return []
    value, found = body.value, Faults(body)
    types = {one.name: one.type for one in contract.interface.parameters} if contract.interface else {}
    root = word_of(schema, schema, "type")
    if root == "object" and not isinstance(value, dict):
        return []  # what is no object at all is told as a form
    _keys(contract, schema, value, found)
    if isinstance(value, dict):
        for name, one in value.items():
            inner = below(schema, schema, name)
            if inner is not None:
                _walk(schema, inner, types.get(name), one, (name,), found, 0)
    else:
        _walk(schema, schema, None, value, (), found, 0)
    told = disagreements(schema, value, MOST)
    for one in told.items:
        _told(schema, value, one, found)
    if contract.interface is not None:
        _exact(types, value, found)
    numbers(value, found)
    return list(found.found.values())


def _keys(contract: Contract, schema: Schema, value: Json, found: Faults) -> None:
    """Keys of the outermost object. What the generated schemas do not say, run()'s own parameters do."""
    if not isinstance(value, dict):
        return
    known = list(properties_of(schema, schema))
    if contract.interface is not None:
        named = [one for one in contract.interface.parameters if one.name != "request_headers"]
        known = list(dict.fromkeys([*(one.name for one in named), *known]))
        required = [one.name for one in named if one.required]
    else:
        listed = word_of(schema, schema, "required")
        required = [str(one) for one in listed] if isinstance(listed, list) else []
        if not required and known and not set(known) & set(value):
            required = known[:1] if len(known) == 1 else [name for name in known if near(name, value)] or known
    if not known:
        return
    missing = [name for name in known if name not in value]
    extra = [str(key) for key in value if key not in known and key != "request_headers"]
    if wrapped(value, [name for name in missing if name in required], known):
        found.cover(())
        return
    for name in missing:
        like = near(name, extra)
        if name not in required and like is None:
            continue
        same = like is not None and like.lower() == name.lower()
        if like is not None:
            extra.remove(like)
        found.add(
            "key-case-differs" if same else "key-missing", (), say(value), f"`{name}`",
            key=name, near=like, names=tuple(known), at_key=like is not None,
        )  # fmt: skip
    lone = [name for name in missing if name in required]
    if len(extra) == len(lone) == 1:
        found.instead(lone[0], extra.pop())
    if word_of(schema, schema, "additionalProperties") in (None, True, False):
        for key in extra:
            found.add("key-unknown", (key,), f"`{key}`", f"only {', '.join(known[:8])}", key=key, names=tuple(known))


def wrapped(value: Json, missing: list[str], known: list[str]) -> bool:
    """True for what other services take, and for a body inside another: that is told as a form."""
    from checks.contract.tables import form_of

    if not missing or not isinstance(value, dict):
        return False
    inside = next(iter(value.values())) if len(value) == 1 else None
    if isinstance(inside, dict) and all(name in inside for name in missing):
        return True
    form = form_of(value)
    return form is not None and form.key not in known and not near(missing[0], value)


def _walk(
    root: Schema, schema: Json, kind: ParameterType | None, value: Json, path: Path, found: Faults, depth: int
) -> None:
    """Tables wherever they lie; what their schemas say of their cells is left to the validator."""
    if depth > 8 or not isinstance(schema, dict):
        return
    if is_table(root, schema, kind):
        examine_table(root, schema, kind, value, path, found)
    if kind is not None and kind.kind in ("numpy", "pandas"):
        return
    if isinstance(value, dict):
        for name, one in value.items():
            inner = below(root, schema, name)
            if inner is not None and isinstance(one, dict | list):
                _walk(root, inner, kind.inner.get(name) if kind else None, one, (*path, name), found, depth + 1)
    elif isinstance(value, list):
        for number, one in enumerate(value[:50]):
            inner = below(root, schema, number)
            if inner is not None and isinstance(one, dict | list) and not is_table_of_rows(root, schema):
                _walk(root, inner, kind.item if kind else None, one, (*path, number), found, depth + 1)


def _told(root: Schema, value: Json, one: Disagreement, found: Faults) -> None:
    path = real_path(value, one.pointer)
    if found.is_covered(path):
        return
    if one.kind == "missing":
        if path and path not in found.without_keys:
            same = one.near is not None and one.near.lower() == (one.key or "").lower()
            names = tuple(properties_of(root, at(root, one.schema_pointer.rpartition("/")[0])))
            found.add(
                "key-case-differs" if same else "key-missing", path, one.seen, f"`{one.key}`",
                key=one.key, near=one.near, names=names,
            )  # fmt: skip
    elif one.kind == "extra":
        if (
            len(path) > 1
            and path[:-1] not in found.without_keys
            and not any(one.key == fault.near for fault in found.found.values())
        ):
            found.add("key-unknown", path, one.seen, one.expected, key=one.key)
    elif one.kind == "type":
        seen = _at(value, path)
        form = word_of(root, at(root, one.schema_pointer.rpartition("/")[0]), "format")
        if form == "date-time" and (moment := moment_of(seen)):
            found.add("text-form", path, say(seen), "date-time", better=moment)
        else:
            classify(seen, one.expected, path, found)
    elif one.kind == "form" and (moment := moment_of(_at(value, path))):
        found.add("text-form", path, one.seen, one.expected, better=moment)
    else:
        found.add(_WORDS.get(one.kind, "value-type"), path, one.seen, one.expected)


def classify(value: Json, expected: str, path: Path, found: Faults) -> None:
    """A value of another type, by the way in which it is another."""
    wants = expected.split(" or ")
    number = bool({"number", "integer"} & set(wants))
    seen = say(value)
    if value is None:
        found.add("null-where-value", path, seen, expected)
    elif isinstance(value, float) and not math.isfinite(value):
        found.add("not-finite", path, seen, expected)
    elif isinstance(value, str) and number and _NUMBER.fullmatch(value):
        better = float(value) if "integer" not in wants or not value.strip().lstrip("+-").isdecimal() else int(value)
        found.add("number-as-text", path, seen, expected, better=better)
    elif (
        isinstance(value, str) and "true" in wants and value.strip().lower() in ("true", "false", "0", "1", "yes", "no")
    ):
        found.add("bool-as-text", path, seen, "true or false", better=value.strip().lower() in ("true", "1", "yes"))
    elif isinstance(value, int | float) and not isinstance(value, bool) and wants[0] == "text":
        found.add("text-as-number", path, seen, expected, better=str(value))
    elif isinstance(value, float) and "integer" in wants:
        found.add("integer-as-float", path, seen, expected, better=round(value))
    elif isinstance(value, list) and len(value) == 1 and _is_boxed(value[0], wants):
        found.add("value-type", path, seen, expected, better=value[0], boxed=True)
    else:
        found.add("value-type", path, seen, expected)


def _is_boxed(value: Json, wants: list[str]) -> bool:
    """True for a plain value of the right kind, of which the client made a list."""
    kind = kind_of(value)
    if kind == "number":
        return bool({*wants} & {"number", "integer"})
    return kind in ("text", "true or false") and kind in wants


def _exact(types: "dict[str, ParameterType | None]", value: Json, found: Faults) -> None:
    """A sample of a plain integer takes no 1.0, which JSON schema calls an integer."""
    for name, kind in types.items():
        one = value.get(name) if isinstance(value, dict) else None
        plain = kind is not None and kind.kind == "standard" and kind.python == "int"
        if plain and isinstance(one, float) and one.is_integer():
            found.add("integer-as-float", (name,), say(one), "integer", better=int(one))


def numbers(value: Json, found: Faults) -> None:
    """Numbers that are no JSON, and integers that other languages round."""
    for path, one in _leaves(value):
        if isinstance(one, float):
            if not math.isfinite(one) and not found.is_covered(path):
                found.add("not-finite", path, say(one), "a number that JSON knows")
        elif abs(one) > SAFE and not found.is_covered(path):
            found.add("integer-too-large", path, say(one), "an integer of at most 53 bits")


def _leaves(value: Json) -> "Iterator[tuple[Path, int | float]]":
    """Numbers worth a look, with their places; of a value of more than a hundred levels, those above."""
    pending: list[tuple[Path, Json]] = [((), value)]
    while pending:
        path, here = pending.pop()
        if len(path) > 100:
            continue
        inner = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        deeper = []
        for part, one in inner:
            if isinstance(one, dict | list):
                deeper.append(((*path, part), one))
            elif (isinstance(one, float) and not math.isfinite(one)) or (
                isinstance(one, int) and not isinstance(one, bool) and abs(one) > SAFE
            ):
                yield (*path, part), one
        pending.extend(reversed(deeper))


def real_path(value: Json, pointer: str) -> Path:
    """The parts of a pointer, numbers where the value is a list."""
    path: Path = ()
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            path, value = (*path, int(name)), value[int(name)]
        else:
            path, value = (*path, name), value.get(name) if isinstance(value, dict) else None
    return path


def _at(value: Json, path: Path) -> Json:
    for part in path:
        value = value[part]
    return value
