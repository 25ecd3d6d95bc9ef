"""YAML as kubectl reads it: documents as trees with positions, scalars by the rules of YAML 1.1.

Source: kubectl decodes with sigs.k8s.io/yaml, whose resolver knows `yes`, `on`, `010` and `1_000` as YAML 1.1 does.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from checks.text import lines_of

MOST_NODES = 400_000
"""Of one file, aliases counted as often as they are used; more is an attack, or no manifest."""

_MOST_IN_STREAM = 1_000
_BLANKS = re.compile(r"\s*")
_ALIAS = re.compile(r"undefined alias '?([\w-]+)")
_COLON = re.compile(r":(?=\s|\Z)")
_SECOND_COLON = "a second `: ` in the line; put the value in quotes"
_IN_WORDS = (
    ("expected <block end>", "the line's indentation fits no level above it"),
    ("mapping values are not allowed here", _SECOND_COLON),
    ("could not find expected ':'", "a key without `:` behind it"),
    ("found unexpected end of stream", "a quote is never closed"),
    ("while parsing a flow", "a bracket or brace is never closed"),
    ("cannot start any token", "the value begins with a character that needs quotes"),
)
"""What the parser says, and what a person can do with."""

_TRUE = frozenset({"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
_FALSE = frozenset({"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER = re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*|0)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


@dataclass(frozen=True)
class Broken:
    """A place at which a text is no YAML. `line` counts from 1, `column` from 0."""

    line: int
    column: int
    message: str


@dataclass(frozen=True)
class Repeated:
    """A key that stands twice in one mapping: the second one, and the line of the first."""

    key: ScalarNode
    first_line: int
    differs: bool


def documents(text: str) -> tuple[list[Node], Broken | None]:
    """The documents of a text that hold something, up to the place where it is no YAML."""
    found: list[Node] = []
    try:
        for part in _json_stream(text) or (text,):
            found += (node for node in YAML(typ="rt").compose_all(part) if node is not None and not is_null(node))
    except MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        return found, _broken(text, mark.line + 1 if mark else 1, mark.column if mark else 0, error)
    except (YAMLError, RecursionError, ValueError) as error:
        return found, Broken(1, 0, str(error).splitlines()[0][:160])
    return found, None


def _json_stream(text: str) -> list[str]:
    """JSON objects one after the other, which kubectl takes, each with blank lines where the others stand."""
    if not text.lstrip().startswith("{"):
        return []
    decoder = json.JSONDecoder()
    parts: list[str] = []
    start = _after_blanks(text, 0)
    while start < len(text) and len(parts) < _MOST_IN_STREAM:
        try:
            _, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            return []
        column = start - text.rfind("\n", 0, start) - 1
        parts.append("\n" * text.count("\n", 0, start) + " " * column + text[start:end])
        start = _after_blanks(text, end)
    return parts if len(parts) > 1 and start == len(text) else []


def _after_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _broken(text: str, line: int, column: int, error: MarkedYAMLError) -> Broken:
    lines = lines_of(text)
    here = lines[line - 1] if line <= len(lines) else ""
    if here.lstrip(" ").startswith("\t"):
        return Broken(line, len(here) - len(here.lstrip(" ")), "a tab indents the line; YAML allows spaces only")
    said = ", ".join(str(part) for part in (error.context, error.problem) if part)
    message = next((words for part, words in _IN_WORDS if part in said), said)
    if message == _SECOND_COLON and len(_COLON.findall(here)) < 2:
        message = "the line is indented deeper than the one before it, which has a value already"
    if (alias := _ALIAS.search(said)) and f"&{alias[1]}" in text:
        message += "; an anchor holds within its own document, up to the next `---`"
    start: Any = error.context_mark
    if start is not None and start.line + 1 != line:
        message += f" (it began in line {start.line + 1})"
    return Broken(min(line, max(len(lines), 1)), column, message)


def is_null(node: Node) -> bool:
    """True for nothing: an empty value, `~`, `null`."""
    return isinstance(node, ScalarNode) and value_of(node) is None


def value_of(node: ScalarNode) -> str | int | float | bool | None:
    """What kubectl makes of a scalar."""
    text: str = node.value
    if node.style or _is_tagged(node):
        tag = node.tag or ""
        if node.style or tag.endswith(":str"):
            return text
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    return float(text.replace(".", "", 1)) if _SPECIAL.fullmatch(text) else text


def _is_tagged(node: ScalarNode) -> bool:
    """True where a tag is written out: the value then starts before its text."""
    return bool(node.end_mark.column - node.start_mark.column > len(node.value) and node.tag)


def _integer(text: str) -> int:
    sign, digits = (-1 if text[0] == "-" else 1), text.lstrip("+-").replace("_", "")
    bases = {"0b": 2, "0o": 8, "0x": 16}
    if digits[:2] in bases:
        return sign * int(digits[2:], bases[digits[:2]])
    return sign * int(digits, 8 if len(digits) > 1 and digits[0] == "0" else 10)


def entries(node: MappingNode) -> list[tuple[ScalarNode, Node]]:
    """Keys and values of a mapping, `<<` merged in as kubectl does; of a key that stands twice the later one."""
    own: dict[str, tuple[ScalarNode, Node]] = {}
    merged: dict[str, tuple[ScalarNode, Node]] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            continue
        if key.value == "<<" and not key.style:
            sources = value.value if isinstance(value, SequenceNode) else [value]
            for source in sources:
                if isinstance(source, MappingNode) and source is not node:
                    merged = {one.value: (one, inner) for one, inner in entries(source)} | merged
            continue
        own[str(key.value)] = (key, value)
    return list((merged | own).values())


def plain(node: Node) -> Any:
    """The value of a tree. Raises ValueError for one that holds itself, or grows beyond MOST_NODES."""
    return _plain(node, [0], ())


def _plain(node: Node, count: list[int], above: tuple[int, ...]) -> Any:
    count[0] += 1
    if count[0] > MOST_NODES or id(node) in above:
        raise ValueError("the file's aliases grow beyond all measure")
    if isinstance(node, ScalarNode):
        return value_of(node)
    inside = (*above, id(node))
    if isinstance(node, MappingNode):
        return {str(key.value): _plain(value, count, inside) for key, value in entries(node)}
    return [_plain(item, count, inside) for item in node.value]


def walk(node: Node, path: str = "") -> Iterator[tuple[str, ScalarNode | None, Node]]:
    """Every place of a tree that `plain` accepts: its path (`spec.containers[score].image`), its key and its value."""
    if isinstance(node, MappingNode):
        for key, value in entries(node):
            below = joined(path, str(key.value))
            yield below, key, value
            yield from walk(value, below)
    elif isinstance(node, SequenceNode):
        for below, item in items_of(node, path):
            yield below, None, item
            yield from walk(item, below)


def items_of(node: SequenceNode, path: str) -> Iterator[tuple[str, Node]]:
    """The items of a list by their path: by name where all have one of their own, else by number."""
    names = [name_of(item) for item in node.value]
    by_name = all(names) and len(set(names)) == len(names)
    for number, item in enumerate(node.value):
        yield f"{path}[{names[number] if by_name else number}]", item


def name_of(node: Node) -> str:
    """The `name` of a mapping, empty where it has none."""
    if not isinstance(node, MappingNode):
        return ""
    return next((str(value.value) for key, value in entries(node) if key.value == "name" and _is_text(value)), "")


def _is_text(node: Node) -> bool:
    return isinstance(node, ScalarNode) and isinstance(value_of(node), str)


def joined(path: str, key: str) -> str:
    """The path of a key below another path."""
    if not re.fullmatch(r"[\w-]+", key):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def repeated(node: Node) -> Iterator[Repeated]:
    """Keys that stand twice in one mapping."""
    pending, seen = [node], set()
    while pending:
        one = pending.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, SequenceNode):
            pending += one.value
        elif isinstance(one, MappingNode):
            first: dict[str, tuple[ScalarNode, Node]] = {}
            for key, value in one.value:
                pending.append(value)
                if not isinstance(key, ScalarNode):
                    continue
                if key.value in first:
                    before, old = first[key.value]
                    yield Repeated(key, before.start_mark.line + 1, plain(old) != plain(value))
                first[key.value] = (key, value)
