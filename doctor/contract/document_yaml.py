"""YAML as a value with the line of every part, built from the parser's events: nothing in a file makes it recurse,
grow beyond the file, or call anything.

Source: YAML 1.2, core schema, which OpenAPI documents are written in; keys are texts.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from checks.contract.places import pointer_of
from checks.contract.records import DocumentProblem, Json
from checks.contract.references import DEEPEST
from doctor.contract.document_text import MOST_REPEATED, Read, conflict_mark

LARGEST_YAML = 2 << 20  # characters: the parser takes about five seconds for a million
MOST_NODES = 400_000  # aliases counted as often as they are used
MOST_LINES = 50_000  # values whose line is kept

_INTEGER = re.compile(r"[-+]?[0-9]{1,400}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,4})?")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_VERSION_KEYS = ("swagger", "openapi", "version")


class _Stop(Exception):
    def __init__(self, problem: DocumentProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass
class _Open:
    """A mapping or list that is not closed yet. `key` is that of the value to come, None before a key."""

    value: dict[str, Any] | list[Any]
    pointer: str
    anchor: str | None
    key: str | None = None
    size: int = 1
    height: int = 1
    seen: dict[str, int] = field(default_factory=dict)


def read_yaml(text: str) -> Read:
    """The first document of a YAML text. Nothing is raised, whatever it holds."""
    if len(text) > LARGEST_YAML:
        message = f"YAML of {len(text):,} characters is not read (at most {LARGEST_YAML:,}); JSON of that size is"
        return Read(problems=[DocumentProblem(kind="large", message=message, line=1, column=0)])
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    builder = _Builder()
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if builder.take(event):
                break
    except _Stop as stop:
        builder.problems.append(stop.problem)
        return Read(problems=builder.problems)
    except MarkedYAMLError as error:
        return Read(problems=[_broken(text, error)])
    except (YAMLError, ValueError, RecursionError, AttributeError, AssertionError, IndexError, TypeError) as error:
        line = builder.line or 1
        message = f"no YAML: {(str(error) or type(error).__name__).splitlines()[0][:160]}"
        return Read(problems=[DocumentProblem(kind="syntax", message=message, line=line, column=0)])
    return Read(content=builder.root, problems=builder.problems, lines=builder.lines)


def _broken(text: str, error: Any) -> DocumentProblem:
    """The words of the parser for people, as manifests have them."""
    from doctor.cluster.yaml_tree import documents

    at = error.problem_mark or error.context_mark
    if at and (conflict := conflict_mark(text, at.line + 1)) is not None:
        return conflict
    _, broken = documents(text)
    if broken is not None:
        return DocumentProblem(kind="syntax", message=broken.message, line=broken.line, column=broken.column)
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column) if mark else (1, 0)
    return DocumentProblem(kind="syntax", message=str(error.problem), line=line, column=column)


class _Builder:
    """Makes a value of events."""

    def __init__(self) -> None:
        self.root: Json = None
        self.lines: dict[str, int] = {}
        self.problems: list[DocumentProblem] = []
        self.line = 0
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Json, int, int]] = {}  # value, size, height
        self._open_anchors: set[str] = set()
        self._nodes = 0

    def take(self, event: Any) -> bool:
        """Take one event; True when the first document is complete."""
        kind = type(event).__name__
        mark = getattr(event, "start_mark", None)
        self.line = mark.line + 1 if mark else self.line
        if kind == "ScalarEvent":
            self._scalar(event)
        elif kind == "AliasEvent":
            self._alias(event)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._start({} if kind.startswith("Mapping") else [], event)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._end()
        return kind == "DocumentEndEvent"

    def _scalar(self, event: Any) -> None:
        above = self._stack[-1] if self._stack else None
        if above and isinstance(above.value, dict) and above.key is None:
            self._key(above, str(event.value))
            return
        value = _meant(event, above.key if above else None)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1, 0)
        self._put(value, 1, 0)

    def _alias(self, event: Any) -> None:
        name = event.anchor
        if name in self._open_anchors:
            raise self._stop("loop", f"the alias `*{name}` stands inside of what it names")
        if name not in self._anchors:
            raise self._stop("syntax", f"the alias `*{name}` names no anchor")
        value, size, height = self._anchors[name]
        if len(self._stack) + height > DEEPEST:
            raise self._stop("deep", f"aliases nest deeper than {DEEPEST} levels")
        above = self._stack[-1] if self._stack else None
        if above and isinstance(above.value, dict) and above.key is None:
            if isinstance(value, dict | list):
                raise self._stop("syntax", "a list or mapping stands where a key is expected")
            self._key(above, str(value))
            return
        self._put(value, size, height)

    def _start(self, value: Any, event: Any) -> None:
        above = self._stack[-1] if self._stack else None
        if above and isinstance(above.value, dict) and above.key is None:
            raise self._stop("syntax", "a list or mapping stands where a key is expected")
        if len(self._stack) >= DEEPEST:
            raise self._stop("deep", f"the text nests deeper than {DEEPEST} levels")
        self._stack.append(_Open(value, self._place(), event.anchor))
        self._note(self._stack[-1].pointer, only_new=True)
        if event.anchor:
            self._open_anchors.add(event.anchor)

    def _end(self) -> None:
        done = self._stack.pop()
        if done.anchor:
            self._open_anchors.discard(done.anchor)
            self._anchors[done.anchor] = (done.value, done.size, done.height)
        self._put(done.value, done.size, done.height, placed=True)

    def _key(self, above: _Open, key: str) -> None:
        if key in above.seen and len(self.problems) < MOST_REPEATED:
            message = f"the key `{key}` stands here a second time, and in line {above.seen[key]} before"
            pointer = above.pointer + pointer_of(key)
            self.problems.append(
                DocumentProblem(kind="specification", message=message, pointer=pointer, line=self.line)
            )
        above.seen.setdefault(key, self.line)
        above.key = key
        self._note(above.pointer + pointer_of(key))

    def _place(self) -> str:
        """The pointer of the value to come."""
        if not self._stack:
            return ""
        above = self._stack[-1]
        return above.pointer + pointer_of(len(above.value) if above.key is None else above.key)

    def _put(self, value: Json, size: int, height: int, placed: bool = False) -> None:
        self._nodes += 1 if placed else size
        if self._nodes > MOST_NODES:
            raise self._stop("large", f"the file holds more than {MOST_NODES:,} values, its aliases written out")
        if not self._stack:
            self.root = value
            return
        above = self._stack[-1]
        above.size += size
        above.height = max(above.height, height + 1)
        if isinstance(above.value, list):
            if not placed:
                self._note(self._place())
            above.value.append(value)
        elif above.key == "<<" and isinstance(value, dict | list):
            for source in reversed(value) if isinstance(value, list) else [value]:
                if isinstance(source, dict):
                    above.value = {**source, **above.value}
            above.key = None
        else:
            above.value[str(above.key)] = value
            above.key = None

    def _note(self, pointer: str, only_new: bool = False) -> None:
        if len(self.lines) < MOST_LINES and not (only_new and pointer in self.lines):
            self.lines[pointer] = self.line

    def _stop(self, kind: Any, message: str) -> _Stop:
        pointer = self._place()
        shown = pointer if len(pointer) <= 200 else None
        return _Stop(DocumentProblem(kind=kind, message=message, pointer=shown, line=self.line, column=0))


def _meant(event: Any, key: str | None) -> Json:
    """What a scalar means. `swagger: 2.0` is meant as a text, as all readers of documents take it."""
    text = str(event.value)
    tag = str(event.tag or "")
    if event.style or tag.endswith(":str") or key in _VERSION_KEYS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
