"""One row of the list as text: fold, number, sign and word, title, what is new, how sure."""

from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from doctor.redact import redact
from tui.causes.marks import mark
from tui.causes.rows import Row
from tui.shortened import one_line

ROOMY = 46  # columns from which on the confidence stands behind the title
LONGEST = 400  # characters of a title: no row is wider


def row_text(row: Row, width: int, *, is_open: bool | None, is_chosen: bool) -> Content:
    """The row in `width` columns; `is_open` is None where nothing can be folded."""
    fold = " " if is_open is None else "▾" if is_open else "▸"
    before = f"{'›' if is_chosen else ' '}{'  ' * row.depth}{fold} "
    number = f"{row.number + 1} " if row.kind == "cause" and row.number is not None else ""
    sign, word, color = mark(row.sign) if row.sign else ("", "", "")
    told = f"{sign} " if row.kind == "verdict" else f"{sign} {word}  " if sign else ""
    new = "new: " if row.is_new else ""
    title = _harmless(row.title[:LONGEST])
    tag = _tag(row, width, is_open=is_open)
    room = width - sum(map(cell_len, (before, number, told, new, tag)))
    title = _fitting(title, room)
    bold = "bold" if row.kind in ("cause", "section", "verdict") else ""
    return Content.assemble(
        (before, "dim"),
        (number, "bold"),
        (told, f"bold {color}" if color else ""),
        (new, "bold $text-accent"),
        (title, bold),
        (tag, "dim"),
    )


@lru_cache(4096)
def _harmless(title: str) -> str:
    return one_line(redact(title))


def _tag(row: Row, width: int, *, is_open: bool | None) -> str:
    """What stands at the right: what a fold hides, and how sure a finding is."""
    folded = f"  +{row.below}" if is_open is False else ""
    sure = f"  {row.finding.confidence or 'likely'} " if row.finding and width >= ROOMY else ""
    return folded + sure


def _fitting(title: str, room: int) -> str:
    if room < 2:
        return ""
    if cell_len(title) <= room:
        return title + " " * (room - cell_len(title))
    return set_cell_size(title, room - 1) + "…"
