"""Two texts of one file, as a unified diff."""

import difflib
from typing import NamedTuple

from doctor.exploring.contents import Contents
from doctor.reports.common import plural

MOST_LINES = 6_000  # of each: comparing takes long where much differs

_SAME = {
    "same": "no difference: the same in every byte",
    "line ends": "the same text; its line ends differ",
    "differs": "the same text; what differs is behind a mask, or behind the end of what is shown",
    "": "the same text as far as it is shown; line ends and masked values are not compared",
}
"""What is said of two texts without a difference, by the state of the file."""


class Difference(NamedTuple):
    """The lines of a unified diff; none where the texts are the same as shown, and where `problem` says why."""

    lines: tuple[str, ...] = ()
    note: str = ""
    problem: str = ""


def difference(own: Contents, there: Contents, own_name: str, there_name: str, *, state: str = "") -> Difference:
    """From one's own text to the one there: what stands there in other words is `+`, what it lacks is `-`.

    `state` is that of the File: what was found of the bytes, of which a text tells less.
    """
    for whose, one in ((own_name, own), (there_name, there)):
        if one.problem:
            return Difference(problem=f"{whose}: {one.problem}")
        if not one.is_text:
            return Difference(problem=f"{whose} is no text, so its lines cannot be compared")
    if own.lines == there.lines:
        return Difference(note=_SAME.get(state, _SAME[""]))
    if max(len(own.lines), len(there.lines)) > MOST_LINES:
        return Difference(problem=f"more than {MOST_LINES:,} lines: compare them with diff -u")
    lines = difflib.unified_diff(own.lines, there.lines, own_name, there_name, lineterm="")
    made = tuple(lines)
    added = sum(line.startswith("+") for line in made[2:])
    taken = sum(line.startswith("-") for line in made[2:])
    return Difference(made, note=f"{plural(added, 'line')} only there (+), {taken} only in yours (-)")
