"""Of which pod a line speaks: what happens to one pod says nothing about another."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from checks.logs.lines import Line

_POD = re.compile(r"\bpods?/(?P<name>[a-z0-9][a-z0-9.-]+)|\bpod (?:\"|\w[\w-]*/)(?P<quoted>[a-z0-9][a-z0-9.-]+)\"?")
_ROW = re.compile(
    r"(?:[a-z0-9-]+ +)?(?P<name>[a-z0-9][a-z0-9.-]*-[a-z0-9.-]+) +\d+/\d+ +[A-Z][\w:/-]+ +\d+(?: \([^)]*\))? +\w+"
)
_DESCRIBED = re.compile(r"Name: +(?P<name>[a-z0-9][a-z0-9.-]+)\s*$")
_ASKED = re.compile(r"(?:\$|#|>) kubectl\b")


class Subjects:
    """Tells the pod of each line; empty where none is told, which fits any."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._starts: list[int] = []  # of descriptions and of other commands' output
        self._names: list[str] = []
        for position, line in enumerate(lines):
            text = line.text
            if text.startswith("Name:") and (found := _DESCRIBED.match(text)):
                self._begin(position, found["name"])
            elif "kubectl" in text[:80] and _ASKED.match(text):
                self._begin(position, "")

    def _begin(self, position: int, name: str) -> None:
        self._starts.append(position)
        self._names.append(name)

    def of(self, position: int) -> str:
        """The pod that the line names, or that the description in which it stands is of."""
        line = self._lines[position]
        text = line.text[:2000]
        found = _ROW.match(text) or _POD.search(text)
        if found:
            return next(name for name in found.groupdict().values() if name)
        if line.stream.startswith("pod/"):
            return line.stream.split("/")[1]
        at = bisect_right(self._starts, position)
        return self._names[at - 1] if at else ""

    def same(self, one: int, other: int) -> bool:
        """False when two lines speak of different pods."""
        first, second = self.of(one), self.of(other)
        return not first or not second or first == second
