"""A table of evidence: rows of plain text that any front end can show."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from doctor.redact import redact
from doctor.reports.clean import printable

Tone = Literal["error", "warning", "passed", "info", "muted", ""]
"""How a row stands. A cell of the row says the same in words."""


class Row(NamedTuple):
    """One row. `detail` says more than the cells hold; `place` is a file and line that it speaks of."""

    cells: tuple[str, ...]
    tone: Tone = ""
    detail: str = ""
    place: tuple[str, int | None] | None = None


class Table(NamedTuple):
    """Rows under column titles. `summary` says in a few lines what they come down to.

    `sortable` is false where the order tells something itself.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    summary: str = ""
    sortable: bool = True


class Nothing(NamedTuple):
    """There is nothing to show: why, and how to get it."""

    reason: str
    remedy: str


def shown(text: str) -> str:
    """A stranger's text for one cell: no secret, nothing that a terminal would obey, one line."""
    return " ".join(printable(redact(text)).split())


def shown_lines(text: str) -> str:
    """The same for a text of several lines."""
    return printable(redact(text))


class Searched:
    """Rows that are searched again and again: with every letter that is typed."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._entries = [("\n".join(row.cells).casefold(), row) for row in rows]

    def __len__(self) -> int:
        return len(self._entries)

    def matching(self, words: str, *, troubled: bool = False) -> list[Row]:
        """Those in which every word stands, in any case; with `troubled` only those that say what is wrong."""
        left = self._entries
        for word in words.casefold().split():
            left = [entry for entry in left if word in entry[0]]
        return [row for _, row in left if not troubled or row.tone in {"error", "warning"}]


def size_of(count: int | None) -> str:
    """Bytes as a person reads them: `812 B`, `4.1 kB`, `1.2 GB`; empty for None."""
    if count is None:
        return ""
    if abs(count) < 1000:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if abs(value) < 999.5:
            return f"{value:.1f} {unit}" if abs(value) < 9.95 else f"{value:.0f} {unit}"
    return f"{value / 1000:.1f} TB"


def memory_of(count: int | None) -> str:
    """Memory as limits are written: `512 MiB`; empty for None."""
    if count is None:
        return ""
    for shift, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if abs(count) >= 1 << shift:
            value = count / (1 << shift)
            return f"{value:.0f} {unit}" if value == int(value) else f"{value:.1f} {unit}"
    return f"{count} B"


def time_of(seconds: float | None) -> str:
    """A length of time: `40 ms`, `4.0 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`; empty for None."""
    if seconds is None:
        return ""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    whole = round(seconds)
    for large, small, one, other in ((86400, 3600, "d", "h"), (3600, 60, "h", "min"), (60, 1, "min", "s")):
        if whole >= large:
            count, rest = divmod(whole, large)
            return f"{count} {one} {rest // small} {other}" if rest // small else f"{count} {one}"
    return f"{whole} s"
