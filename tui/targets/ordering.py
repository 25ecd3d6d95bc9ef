"""What is in trouble stands first, and nothing jumps: rows keep their place while somebody is at them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.targets.rows import Row


@dataclass
class Order:
    """Remembers which rows stand first. `calm` begins anew: the person comes, or asks for a new look.

    A row that was in trouble once stays among the first: a container that restarts is well between two restarts.
    One that falls into trouble later comes first as well, unless somebody has begun to move in the list (`held`).
    """

    held: bool = False
    _troubled: dict[str, None] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def calm(self) -> None:
        """What is well now is well."""
        self._troubled.clear()
        self._seen.clear()

    def arranged(self, rows: "Sequence[Row]") -> "tuple[Row, ...]":
        """The rows, those in trouble first; within the tree of clusters among those of one parent."""
        found: list[Row] = []
        for run in _siblings(rows):
            found += sorted(run, key=lambda row: not self._is_first(row)) if len(run) > 1 else run
        return tuple(found)

    def _is_first(self, row: "Row") -> bool:
        is_new = row.key not in self._seen
        self._seen.add(row.key)
        if row.standing.level == "bad" and (is_new or not self.held):
            self._troubled[row.key] = None
        return row.key in self._troubled


def _siblings(rows: "Sequence[Row]") -> "list[list[Row]]":
    """Rows that may change places: neighbours that are targets of one depth. What opens, or remarks, stays."""
    found: list[list[Row]] = []
    for row in rows:
        last = found[-1][-1] if found else None
        if last is not None and last.depth == row.depth and _moves(last) and _moves(row):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def _moves(row: "Row") -> bool:
    return row.call is not None and row.opens is None and row.kind not in {"scan", "folder"}
