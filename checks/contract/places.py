"""Where a value stands in a JSON text."""

import json
import re
from bisect import bisect_right
from typing import NamedTuple

_BLANK = re.compile(r"[\ufeff \t\r\n]*")
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TEXT = re.compile(_STRING, re.DOTALL)
_FLAT = re.compile(rf'(?:[^\[\]{{}}"]++|{_STRING})*+', re.DOTALL)
"""All up to the next bracket: what a container holds is skipped with a count of brackets, however deep it is."""
_SCALAR = re.compile(r"[^\s,\]}\[{:\"]+")
_TOKEN = re.compile(rf"[\[\]{{}},:]|{_STRING}", re.DOTALL)
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")


class Place(NamedTuple):
    """A place in a text. The line counts from 1, the column from 0 in characters."""

    line: int
    column: int


class _Container:
    """An object or array as far as it was read: where its members stand, and where the last of them begins."""

    def __init__(self, start: int, is_object: bool) -> None:
        self.is_object = is_object
        self.start = start
        self.last: int | None = None
        self.done = False
        self.members: dict[str, tuple[int, int]] = {}  # key or index: place of the key (or item), place of the value


class Places:
    """Places of many values of one text, each part of which is read once at most.

    Of a key that an object has twice, the first place is known. What is broken ends the reading there; the places
    before are found.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[int] | None = None
        self._containers: dict[int, _Container] = {}

    def of(self, pointer: str) -> Place | None:
        """The place of the value at a JSON pointer (of its key, for a member of an object); None without one."""
        offset = self.offset(pointer)
        return None if offset is None else self._place(offset)

    def offset(self, pointer: str) -> int | None:
        """The same in characters from the beginning of the text."""
        found = self._found(pointer)
        return found[0] if found else None

    def value_offset(self, pointer: str) -> int | None:
        """Where the value itself begins, in characters from the beginning of the text."""
        found = self._found(pointer)
        return found[1] if found else None

    def _found(self, pointer: str) -> tuple[int, int] | None:
        if pointer and not pointer.startswith("/"):
            return None
        shown = value = self._blank(0)
        for part in pointer.split("/")[1:]:
            found = self._member(value, part.replace("~1", "/").replace("~0", "~"))
            if found is None:
                return None
            shown, value = found
        return (shown, value) if shown < len(self._text) else None

    def _place(self, offset: int) -> Place:
        if self._lines is None:
            self._lines = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", self._text))]
        line = bisect_right(self._lines, offset)
        return Place(line, offset - self._lines[line - 1])

    def _member(self, start: int, part: str) -> tuple[int, int] | None:
        """Where key and value of a member stand, in the container that begins at `start`."""
        container = self._containers.get(start)
        if container is None:
            opening = self._text[start : start + 1]
            if opening not in ("{", "["):
                return None
            container = self._containers[start] = _Container(start, opening == "{")
        if not container.is_object and not _INDEX.fullmatch(part):
            return None
        while part not in container.members and not container.done:
            container.done = not self._read(container)
        return container.members.get(part)

    def _read(self, container: _Container) -> bool:
        """Read one member more: what the one before holds is skipped, and its own value left. False at the end."""
        at = container.start + 1
        if container.last is not None:
            end = self._skip(container.last)
            at = len(self._text) if end is None else self._blank(end)
            if self._text[at : at + 1] != ",":
                return False
            at += 1
        shown = at = self._blank(at)
        if self._text[at : at + 1] in ("", "]", "}", ","):
            return False
        part = str(len(container.members))
        if container.is_object:
            found = _TEXT.match(self._text, at)
            if found is None:
                return False
            part = _plain_key(found[0])
            at = self._blank(found.end())
            if self._text[at : at + 1] != ":":
                return False
            at = self._blank(at + 1)
        container.members.setdefault(part, (shown, at))
        container.last = at
        return True

    def _blank(self, at: int) -> int:
        found = _BLANK.match(self._text, at)
        return found.end() if found else at

    def _skip(self, at: int) -> int | None:
        """Where the value that begins here ends; None for one that has no end."""
        opening = self._text[at : at + 1]
        if opening not in ("{", "["):
            found = _TEXT.match(self._text, at) if opening == '"' else _SCALAR.match(self._text, at)
            return found.end() if found else None
        depth, text, flat = 1, self._text, _FLAT.match
        while depth:
            found = flat(text, at + 1)
            at = found.end() if found else at + 1
            bracket = text[at : at + 1]
            if bracket in ("", '"'):
                return None
            depth += 1 if bracket in "[{" else -1
        return at + 1


def too_deep(text: str, most: int) -> int | None:
    """Where a JSON text opens more than `most` levels, in characters; None where it does not. Never recurses."""
    depth = at = 0
    while True:
        found = _FLAT.match(text, at)
        at = found.end() if found else at
        bracket = text[at : at + 1]
        if bracket in ("", '"'):
            return None
        depth += 1 if bracket in "[{" else -1
        if depth > most:
            return at
        at += 1


def repeated_keys(text: str) -> list[tuple[str, str, int, int]]:
    """Keys that stand twice in one object: pointer, key, and where the first and the second stand, in characters."""
    found: list[tuple[str, str, int, int]] = []
    stack: list[tuple[dict[str, int] | None, int, str]] = []  # keys of an object, items of a list, pointer
    keys: dict[str, int] | None = None
    count, pointer, key, last = 0, "", "", ("", 0)
    for token in _TOKEN.finditer(text):
        sign = token[0][0]
        if sign == '"':
            last = (token[0], token.start())
        elif sign == ":" and keys is not None and last[0]:
            key = _plain_key(last[0])
            if key in keys:
                found.append((pointer + pointer_of(key), key, keys[key], last[1]))
            keys.setdefault(key, last[1])
            last = ("", 0)
        elif sign == ",":
            count += 1
        elif sign in "[{":
            stack.append((keys, count, pointer))
            if len(stack) > 1:
                pointer += pointer_of(key if keys is not None else count)
            keys, count = ({} if sign == "{" else None), 0
        elif stack:
            keys, count, pointer = stack.pop()
    return found


def pointer_at(text: str, offset: int) -> str:
    """The JSON pointer of the container in which a character of a JSON text stands, as far as the text is sound."""
    parts: list[str | int] = []
    stack: list[str | int | None] = []
    key: str | int | None = None
    last = ""
    for token in _TOKEN.finditer(text, 0, offset):
        sign = token[0][0]
        if sign == '"':
            last = token[0]
        elif sign == ":" and not isinstance(key, int):
            key = _plain_key(last)
        elif sign == "," and isinstance(key, int):
            key += 1
        elif sign in "[{":
            stack.append(key)
            key = 0 if sign == "[" else None
        elif sign in "]}" and stack:
            key = stack.pop()
    parts = [one for one in [*stack[1:], key] if one is not None]
    return pointer_of(*parts)


def _plain_key(quoted: str) -> str:
    try:
        return str(json.loads(quoted, strict=False))
    except ValueError:  # an escape that is none
        return quoted[1:-1]


def place_of(text: str, pointer: str) -> Place | None:
    """The place of the value at a JSON pointer (of its key, for a member of an object); None where there is none.

    Reads no more of the text than it needs, and needs no more depth than the pointer has parts. For several pointers
    of one text take `Places`, which reads it once for all.
    """
    return Places(text).of(pointer)


def pointer_of(*parts: str | int) -> str:
    """The JSON pointer that these keys and indexes make."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
