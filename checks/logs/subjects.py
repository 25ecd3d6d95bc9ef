"""Of which pod a line speaks: what happens to one pod says nothing about another."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property

from checks.logs.lines import Line

_POD = re.compile(r"\bpods?/(?P<name>[a-z0-9][a-z0-9.-]+)|\bpod (?:\"|\w[\w-]*/)(?P<quoted>[a-z0-9][a-z0-9.-]+)\"?")
_ROW = re.compile(
    r"\s*(?:[a-z0-9-]+ +)?(?P<name>[a-z0-9][a-z0-9.-]*-[a-z0-9.-]+) +\d+/\d+ +[A-Z][\w:/-]+ +\d+(?: \([^)]*\))? +\w+"
)
_DESCRIBED = re.compile(r"Name: +(?P<name>[a-z0-9][a-z0-9.-]+)\s*$")
_ASKED = re.compile(r"(?:\S+@\S+[:~$# ]*|\$|#|>) ?kubectl\b(?P<words>.*)")
_OF_A_POD = frozenset({"logs", "log", "exec", "pod", "pods", "po"})
_WITH_VALUE = frozenset(
    {"-n", "--namespace", "-c", "--container", "--tail", "--since", "--context", "-l", "--selector"}
)


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
            elif "kubectl" in text[:80] and (found := _ASKED.match(text[:500])):
                self._begin(position, _asked(found["words"].split()))

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

    def same(self, shown: int, position: int) -> bool:
        """True when what a line shows of its pod holds for another line.

        A line that names no pod may be of any: then it must be clear that there is only one.
        """
        first, second = self.of(shown), self.of(position)
        return first == second or not first or (not second and len(self._all) == 1)

    def replaced(self, position: int, ready: Iterable[int]) -> bool:
        """True when the pod of a line is listed no more, and all that are listed of its deployment are ready.

        Of a line that names no pod: when all that are listed are ready.
        """
        name = self.of(position)
        kin = f"{name.rsplit('-', 2)[0]}-" if name else ""
        listed = {other for other in self._listed if other.startswith(kin)}
        return name not in listed and bool(listed) and listed <= set(map(self.of, ready))

    @cached_property
    def _listed(self) -> frozenset[str]:
        """Every pod that has a row in a list of pods."""
        return frozenset(found["name"] for line in self._lines if (found := _ROW.match(line.text[:2000])))

    @cached_property
    def _all(self) -> frozenset[str]:
        """Every pod that the log names."""
        return frozenset(map(self.of, range(len(self._lines)))) - {""}


def _asked(words: Sequence[str]) -> str:
    """The pod of a command such as `kubectl logs -n ml churn-0 -c server`; empty where it names none."""
    rest = iter(words)
    of_a_pod = False
    for word in rest:
        if word in _WITH_VALUE:
            next(rest, None)
        elif word in _OF_A_POD:
            of_a_pod = True
        elif of_a_pod and not word.startswith("-"):
            kind, _, name = word.rpartition("/")
            return name if kind in {"", "pod", "pods", "po"} else ""
    return ""
