"""A document against its own specification, judged by openapi-spec-validator, in bounded time.

Run as a module it judges the document on its standard input, and writes a problem a line as it finds them: a document
that is large, or whose patterns could run for ever, is judged by a process that can be ended.
"""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any

from checks.contract.places import pointer_of
from checks.contract.records import DocumentProblem, Json
from checks.contract.references import DEEPEST, followed
from checks.text import listed

MOST = 50  # problems that are told
SECONDS = 10.0  # that a large document may take
SMALL = 2_000  # objects of a document that is judged at once
SHALLOW = 40  # levels of it
MOST_WRITTEN_OUT = 50_000  # its values where every reference is replaced by what it leads to

_OTHER_NAME = {"'openapi' is a required property": "swagger", "'swagger' is a required property": "openapi"}
_NO_REFERENCE = "'$ref' is a required property"
_WORDS = {
    dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number",
    type(None): "null",
}  # fmt: skip
_TYPES = {
    "object": "an object", "array": "a list", "string": "text", "boolean": "true or false", "integer": "a whole number",
    "number": "a number", "null": "null",
}  # fmt: skip


def problems_of(content: dict[str, Any], version: str, sound: bool) -> tuple[list[DocumentProblem], str | None]:
    """The first problems of a document, and what was not looked at. `sound`: all its references lead somewhere."""
    found: list[DocumentProblem] = []
    if _is_small(content) and not _may_run_long(content) and not _multiplies(content):
        found += (one for one, _ in zip(_judged(content, version, sound), range(MOST), strict=False))
        return found, None
    return _in_child(content, version, sound)


def _is_small(content: Json) -> bool:
    """True for what is judged at once: neither large, nor so deep that the validator's recursion matters."""
    count, waiting = 0, [(content, 0)]
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if count > SMALL or depth > SHALLOW:
            return False
        below = value.values() if isinstance(value, dict) else value
        waiting += [(one, depth + 1) for one in below if isinstance(one, dict | list)]
    return True


def _may_run_long(content: Json) -> bool:
    """True where a default is to be held against a pattern: some patterns take for ever."""
    waiting = [content]
    patterns = defaults = False
    while waiting and not (patterns and defaults):
        value = waiting.pop()
        if isinstance(value, dict):
            patterns = patterns or "pattern" in value or "patternProperties" in value
            defaults = defaults or "default" in value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return patterns and defaults


def _multiplies(content: Json) -> bool:
    """True where references, written out, are more than the document shows: the validator writes them out.

    Each part is counted once and then remembered; what leads back into itself counts as nothing more.
    """
    sizes: dict[int, int] = {}

    def size(value: Json, depth: int) -> int:
        if not isinstance(value, dict | list) or depth > DEEPEST:
            return 1
        if id(value) not in sizes:
            sizes[id(value)] = 1
            below = list(value.values()) if isinstance(value, dict) else value
            if isinstance(value, dict) and isinstance(value.get("$ref"), str):
                below.append(followed(content, value)[0])
            sizes[id(value)] = 1 + sum(size(one, depth + 1) for one in below)
        return sizes[id(value)]

    return size(content, 0) > MOST_WRITTEN_OUT


def _in_child(content: dict[str, Any], version: str, sound: bool) -> tuple[list[DocumentProblem], str | None]:
    import msgspec

    command = [sys.executable, "-P", "-m", __name__, version, str(int(sound))]
    sent = json.dumps(content).encode()
    with subprocess.Popen(  # noqa: S603  this interpreter, and this file
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        timer = threading.Timer(SECONDS, child.kill)
        timer.start()
        try:
            answer, _ = child.communicate(sent)
        finally:
            timer.cancel()
            child.kill()
    lines = answer.splitlines()
    ended = bool(lines) and lines[-1] == b"end"
    found = [msgspec.json.decode(line, type=DocumentProblem) for line in lines if line.startswith(b"{")]
    if ended:
        return found[:MOST], None
    return found[:MOST], f"the document is large: what its specification asks was not all looked at in {SECONDS:.0f} s"


def _judged(content: dict[str, Any], version: str, sound: bool) -> Iterator[DocumentProblem]:
    """Every problem that the validator knows of, each place once."""
    told: set[tuple[str | None, str]] = set()
    for one in _all(content, version, sound):
        key = (one.pointer, one.message)
        if key not in told:
            told.add(key)
            yield one


def _all(content: dict[str, Any], version: str, sound: bool) -> Iterator[DocumentProblem]:
    validator = _validator(version)
    if validator is None:
        name = "swagger" if "swagger" in content else "openapi"
        message = f"version {version} is not known; 2.0, 3.0.3 and 3.1.0 are"
        yield DocumentProblem(kind="specification", message=message, pointer=f"/{name}")
        return
    made = validator(content)
    clean = made.schema_validator.is_valid(content)
    if not clean:
        for error in _telling(version).iter_errors(content):
            yield _problem(error, [])
    if not (sound and clean):
        return  # the second look follows references, and takes the form for granted
    try:
        for error in made.root_validator(made.schema_path):
            yield _problem(error, _place_in(content, getattr(error, "stands", ())))
    except Exception:  # what the form allows can still be more than the second look was written for
        return


def _telling(version: str) -> Any:
    """The validator of the form that says why; the fast one that is used first says only that it does not fit."""
    from importlib import import_module

    from openapi_spec_validator import schemas

    validator_for: Any = import_module("jsonschema.validators").validator_for  # it ships no types

    by_version = {"2": schemas.schema_v2, "3.0": schemas.schema_v30, "3.1": schemas.schema_v31}
    schema = dict(next(one for number, one in by_version.items() if version.startswith(number)))
    return validator_for(schema)(schema)


class _Ids(set[int]):
    """What the validator keeps a list for, in which it searches for each schema anew."""

    append = set.add


def _validator(version: str) -> Callable[[Any], Any] | None:
    """The validator of a version. Its parser of schemas is told to keep the place of what it finds."""
    import openapi_spec_validator as known

    by_version = (
        ("2", known.OpenAPIV2SpecValidator),
        ("3.0", known.OpenAPIV30SpecValidator),
        ("3.1", known.OpenAPIV31SpecValidator),
    )
    base: Any = next((one for number, one in by_version if version == number or version.startswith(f"{number}.")), None)
    if base is None:
        return None
    words = base.keyword_validators
    placed = type("Placed", (words["schema"],), {"__call__": _placing(words["schema"])})
    made: Callable[[Any], Any] = type("Placing", (base,), {"keyword_validators": {**words, "schema": placed}})
    return made


def _placing(base: Any) -> Callable[..., Iterator[Any]]:
    def call(self: Any, schema: Any, **options: Any) -> Iterator[Any]:
        for name in ("visited_schema_ids", "meta_checked_schema_ids"):
            if isinstance(getattr(self, name, None), list):
                setattr(self, name, _Ids(getattr(self, name)))
        for error in base.__call__(self, schema, **options):
            if not hasattr(error, "stands"):
                error.stands = tuple(schema.parts)
            yield error

    return call


def _place_in(content: Json, parts: tuple[Any, ...]) -> list[str | int]:
    """The parts of a place, where the validator came by through references: those of the definition itself."""
    value, pointer = content, ""
    for part in parts:
        value, pointer = followed(content, value, pointer)
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return []
        pointer += pointer_of(part)
    return [one.replace("~1", "/").replace("~0", "~") for one in pointer.split("/")[1:]]


def _problem(error: Any, above: list[str | int]) -> DocumentProblem:
    path, told = [*above, *error.absolute_path], error
    while told.context:
        told = _nearest(told.context)
        path += told.relative_path
    return DocumentProblem(kind="specification", message=_said(told), pointer=pointer_of(*path)[:500])


def _nearest(context: Any) -> Any:
    """Of several ways in which a value could fit, the one that it got farthest on; a reference was not meant."""
    meant = [one for one in context if one.message != _NO_REFERENCE and "$ref" not in one.message]
    return max(meant or list(context), key=lambda one: (len(one.relative_path), one.validator != "required"))


def _said(error: Any) -> str:
    """What is wrong, for people: what was seen and what is expected."""
    word, wanted, seen = str(error.validator), error.validator_value, error.instance
    message = re.sub(r"\s+", " ", str(error.message))
    if word == "required" and isinstance(seen, dict) and (other := _OTHER_NAME.get(message)) and other in seen:
        return f"the version stands under `{message.split(chr(39))[1]}` here, and not under `{other}`"
    if word == "required" and (missing := re.match(r"'(.+?)' is a required property", message)):
        return f"`{missing[1]}` is missing"
    if word in ("additionalProperties", "unevaluatedProperties") and isinstance(seen, dict):
        return _extra(message, error)
    if word == "type":
        types = wanted if isinstance(wanted, list) else [wanted]
        return f"seen {_shown(seen)}, expected {' or '.join(_TYPES.get(str(one), str(one)) for one in types)}"
    if word in ("enum", "const") and seen in ("body", "formData") and list(error.absolute_path)[-1:] == ["in"]:
        return f"`in: {seen}` is of Swagger 2.0; from OpenAPI 3 on the body stands under `requestBody`"
    if word in ("enum", "const"):
        choice = wanted if isinstance(wanted, list) and word == "enum" else [wanted]
        return f"seen {_shown(seen)}, expected {'one of ' if len(choice) > 1 else ''}{_either(choice)}"
    if word == "pattern":
        return f"seen {_shown(seen)}, expected the form {_cut(str(wanted), 60)}"
    if word == "format":
        return f"seen {_shown(seen)}, expected a {wanted}"
    if word in ("minItems", "minProperties") and not seen:
        return f"seen {_shown(seen)}, expected at least one"
    if word == "uniqueItems":
        return "an item stands there twice"
    return _cut(message, 160)


def _either(choice: list[Any]) -> str:
    return listed([str(one) for one in choice], 8).replace(" and ", " or ")


def _extra(message: str, error: Any) -> str:
    known = list(error.schema.get("properties", ())) if isinstance(error.schema, dict) else []
    names = [name for name in error.instance if name not in known and not str(name).startswith("x-")]
    quoted = [name for name in names if f"'{name}'" in message] or names
    if not quoted:
        return _cut(message, 160)
    near = get_close_matches(str(quoted[0]), known, n=1, cutoff=0.7)
    hint = f"; `{near[0]}` is like it" if near else ""
    names = [f"`{_cut(str(one), 40)}`" for one in quoted]
    return f"{listed(names, 3)} {'is' if len(names) == 1 else 'are'} not known here{hint}"


def _shown(value: Json) -> str:
    if isinstance(value, str):
        return f'text "{_cut(value, 40)}"'
    if isinstance(value, dict | list):
        return _WORDS[type(value)] + ("" if value else " that is empty")
    return json.dumps(value) if value is None or isinstance(value, bool) else f"the number {value}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _main() -> None:
    import msgspec

    sys.setrecursionlimit(20_000)
    content = json.loads(sys.stdin.buffer.read())
    out = sys.stdout.buffer
    for number, one in enumerate(_judged(content, sys.argv[1], sys.argv[2] == "1"), 1):
        out.write(msgspec.json.encode(one) + b"\n")
        out.flush()
        if number == MOST:
            break
    out.write(b"end\n")


if __name__ == "__main__":
    threading.stack_size(256 << 20)
    worker = threading.Thread(target=_main)
    worker.start()
    worker.join()
