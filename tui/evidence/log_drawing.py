"""One line of a log as cells: a sign, its number, level and stream, then its text with what matters lit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from doctor.logs.levels import LETTERS, is_own_frame, level_of
from doctor.logs.lines import Line

CLASSES = {
    *("log--number", "log--error", "log--warning", "log--info", "log--debug", "log--stderr", "log--own", "log--gap"),
    *("log--proof", "log--chosen", "log--hit", "log--cursor", "log--selected", "log--text"),
}
OVER = {"log--cursor", "log--selected", "log--hit", "log--proof", "log--chosen"}
NO_STYLES = {name: Style() for name in CLASSES}
CHOSEN, PROOF, OWN, START = "▶", "▷", "›", "┄"
"""What the gutter says: the proof of the chosen finding, that of another, a frame of the person's own code, a start."""

Styles = Mapping[str, Style]


@dataclass(frozen=True)
class Look:
    """What is known of a line beside its text. `proof`: 0 for none, 1 for any finding, 2 for the chosen one."""

    proof: int = 0
    is_cursor: bool = False
    is_selected: bool = False
    lit: Any = None


@dataclass(frozen=True)
class Gutter:
    """How wide numbers are, and whether there are two streams."""

    digits: int = 4
    streams: bool = False

    @property
    def width(self) -> int:
        """Cells before the text."""
        return 1 + self.digits + 1 + 1 + (1 if self.streams else 0) + 1


def draw(line: Line, look: Look, gutter: Gutter, styles: Styles) -> tuple[list[Segment], list[Segment]]:
    """Gutter and text."""
    level = level_of(line.text) if line.number is not None else ""
    own = line.number is not None and is_own_frame(line.text)
    base = styles["log--text"]
    if line.number is None:
        base = styles["log--gap"]
    elif level in ("error", "warning", "debug"):
        base = styles[f"log--{level}"]
    elif own:
        base = styles["log--own"]
    if look.proof:
        base += styles["log--chosen" if look.proof > 1 else "log--proof"]
    over = Style()
    if look.is_selected:
        over = styles["log--selected"]
    if look.is_cursor:
        over = styles["log--cursor"]
    sign = CHOSEN if look.proof > 1 else PROOF if look.proof else OWN if own else START if line.begins else " "
    number = "" if line.number is None else str(line.number)
    left = [
        Segment(sign, base + over),
        Segment(number.rjust(gutter.digits) + " ", styles["log--number"] + over),
        Segment(LETTERS[level], base + over),
        *([Segment("2" if line.stderr else " ", styles["log--stderr"] + over)] if gutter.streams else []),
        Segment(" ", base + over),
    ]
    return left, [*_lit(line.text, look.lit, base + over, styles), *_more(line, styles, over)]


def _lit(text: str, pattern: Any, base: Style, styles: Styles) -> list[Segment]:
    """The text, with what a search found lit."""
    if pattern is None:
        return [Segment(text, base)]
    parts: list[Segment] = []
    last = 0
    for hit in pattern.finditer(text):
        if hit.end() > hit.start():
            parts += [Segment(text[last : hit.start()], base), Segment(hit[0], base + styles["log--hit"])]
            last = hit.end()
    return [one for one in (*parts, Segment(text[last:], base)) if one.text]


def _more(line: Line, styles: Styles, over: Style) -> list[Segment]:
    """How much of a very long line is not shown."""
    hidden = line.hidden
    return [Segment(f" … {hidden:,} more bytes", styles["log--gap"] + over)] if hidden else []


def wrapped(parts: list[Segment], width: int) -> list[Strip]:
    """The text of a line in rows of that width, at least one."""
    text = Strip(parts)
    if text.cell_length <= width:
        return [text]
    cuts, at = [], 0
    for part in chop_cells(text.text, width):
        at += cell_len(part)
        cuts.append(at)
    return list(text.divide(cuts))
