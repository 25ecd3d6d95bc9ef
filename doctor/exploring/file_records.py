"""One file of a service, and the list of all."""

from collections.abc import Iterable
from typing import NamedTuple

from doctor.exploring.table import Row, Tone, shown, size_of

COLUMNS = ("file", "size", "remark")


class File(NamedTuple):
    """One file. `path` is where it lies (inside, or on this disk), `name` how it is shown, below `folder`.

    `own` is the same file of one's own copy, `state` how the two compare: same, differs, line ends, missing, extra.
    """

    path: str
    folder: str
    name: str
    size: int | None = None
    kind: str = "file"
    remarks: tuple[str, ...] = ()
    tone: Tone = ""
    own: str = ""
    state: str = ""

    @property
    def row(self) -> Row:
        """Its line in the list."""
        told = [part for part in (_STATES.get(self.state, ""), *self.remarks) if part]
        tone = self.tone or _TONES.get(self.state, "")
        return Row((shown(self.name), size_of(self.size), shown(", ".join(told))), tone)


_STATES = {
    "differs": "differs from yours",
    "line ends": "line ends differ",
    "missing": "missing inside",
    "extra": "not in yours",
}
_TONES: dict[str, Tone] = {"differs": "warning", "line ends": "info", "extra": "muted"}


class Files(NamedTuple):
    """All of them, folder by folder. `where` says where they lie, `notes` what is not listed."""

    items: tuple[File, ...]
    where: str
    inside: bool = False
    notes: tuple[str, ...] = ()
    own: str = ""

    def find(self, path: str) -> File | None:
        """The file that a quote names, by its whole path, else by the end of it where only one fits."""
        exact = next((one for one in self.items if path in {one.path, one.own} and path), None)
        if exact:
            return exact
        ends = [one for one in self.items if one.path.replace("\\", "/").endswith(f"/{path.lstrip('./')}")]
        return ends[0] if len(ends) == 1 else None


def in_order(items: Iterable[File]) -> tuple[File, ...]:
    """By folder; within one, its own files before those of folders below it."""
    return tuple(sorted(items, key=lambda one: (one.folder, "/" in one.name, one.name)))
