"""Text for a narrow place: counted in cells, shortened in the middle, where names differ least."""

from rich.cells import cell_len, set_cell_size

cells = cell_len


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
