"""A row of a table as text: widths that fit the place, sign, cells, and the cursor as a sign of its own."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from doctor.exploring.table import Row, Tone
from tui.causes.marks import mark

GAP = 2
WIDEST = 60
LEAST = 6
BEFORE = 4  # the cursor and the sign
_COLORS = {"muted": "$text-muted", "": ""}


def natural(columns: Sequence[str], rows: Sequence[Row]) -> list[int]:
    """The width that each column would like."""
    found = [cell_len(column) + 2 for column in columns]
    for row in rows:
        for number, cell in enumerate(row.cells):
            if found[number] < WIDEST and len(cell) > found[number] // 2:
                found[number] = max(found[number], min(WIDEST, cell_len(cell)))
    return found


def fitted(wanted: Sequence[int], width: int) -> list[int]:
    """Widths that fill `width`: the widest give way first, the last column takes what is left."""
    found = list(wanted)
    room = width - BEFORE - GAP * (len(found) - 1)
    while sum(found) > room and max(found) > LEAST:
        widest = max(range(len(found)), key=lambda number: found[number])
        rest = sorted(found, reverse=True)
        second = rest[1] if len(rest) > 1 else LEAST
        over = sum(found) - room
        found[widest] = max(LEAST, min(found[widest] - 1, max(second, found[widest] - over)))
    found[-1] = max(found[-1], room - sum(found[:-1]), 1)
    return found


def cell(text: str, width: int) -> str:
    """The text in exactly `width` columns, an ellipsis where it is cut: a path keeps its end, which tells it apart."""
    if cell_len(text) <= width:
        return text + " " * (width - cell_len(text))
    if text.startswith("/") and not {" ", ":"} & set(text):
        kept = text[-width + 1 :] if width > 1 else ""
        while cell_len(kept) > width - 1:
            kept = kept[1:]
        return set_cell_size(f"…{kept}", width)
    return set_cell_size(text, width - 1) + "…"


def header(columns: Sequence[str], widths: Sequence[int], sorted_by: int | None, *, reverse: bool) -> Content:
    """The titles; an arrow beside the one that rows are sorted by."""
    titles = [
        f"{column} {'▼' if reverse else '▲'}" if number == sorted_by else column
        for number, column in enumerate(columns)
    ]
    gap = " " * GAP
    return Content(" " * BEFORE + gap.join(map(cell, titles, widths))).stylize("bold $text-muted")


def row_text(row: Row, widths: Sequence[int], *, chosen: bool) -> Content:
    """One row."""
    sign, color = sign_of(row.tone)
    gap = " " * GAP
    text = gap.join(map(cell, row.cells, widths))
    return Content.assemble(
        ("› " if chosen else "  ", "bold"),
        (f"{sign} ", f"bold {color}" if color else ""),
        (text, _COLORS.get(row.tone, "")),
    )


def sign_of(tone: Tone) -> tuple[str, str]:
    """Sign and colour."""
    if tone in {"", "muted"}:
        return " ", ""
    sign, _, color = mark(tone)
    return sign, color
