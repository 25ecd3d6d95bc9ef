"""Text for a narrow place: in one line, counted in cells, shortened where it says least."""

from rich.cells import cell_len, set_cell_size

from doctor.printable import printable

cells = cell_len


def one_line(text: str) -> str:
    """The text of a stranger in one line, without what would move a terminal's cursor."""
    return printable(text).replace("\n", " ")


def head(text: str, width: int) -> str:
    """The beginning of the text in at most `width` cells, an ellipsis at its end where it is longer."""
    if cell_len(text) <= width:
        return text
    if width < 2:
        return set_cell_size(text, max(0, width))
    return set_cell_size(text, width - 1).rstrip() + "…"


def middle(text: str, width: int) -> str:
    """The text in at most `width` cells, an ellipsis in its middle where it is longer."""
    if cell_len(text) <= width:
        return text
    if width < 2:
        return "…"[:width]
    left = (width - 1) // 2
    tail, room = "", width - 1 - left
    for letter in reversed(text):
        if cell_len(letter + tail) > room:
            break
        tail = letter + tail
    return f"{set_cell_size(text, left).rstrip()}…{tail}"
