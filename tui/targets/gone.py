"""Recent targets that are not there any more."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from doctor.states import Standing

if TYPE_CHECKING:
    from tui.targets.rows import Row

GONE = Standing("not there any more", "off")


def told(recent: "Iterable[Row]", engine: "Iterable[Row]") -> "tuple[Row, ...]":
    """The recent rows; one of a container that the engine does not list says so."""
    there = {row.name for row in engine if row.call is not None}
    return tuple(replace(row, standing=GONE) if there and _is_gone(row, there) else row for row in recent)


def _is_gone(row: "Row", containers: set[str]) -> bool:
    """A name in hexadecimal digits may be an id."""
    call = row.call
    if call is None or call.kind != "container":
        return False
    return call.name not in containers and re.fullmatch(r"[0-9a-f]{4,64}", call.name) is None
