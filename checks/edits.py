"""Apply edits to a text. Pure: files are somebody else's subject."""

from collections.abc import Iterable
from itertools import pairwise

from checks.finding import Edit
from checks.text import end_of, lines_of


class OverlappingEdits(ValueError):
    """Two edits of one fix want to change the same characters."""


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with all edits applied, wherever they stand in the iterable.

    Line ends stay as they are: a replacement's `\\n` becomes the line end that the text itself uses first.
    Raises OverlappingEdits when two edits touch the same characters.
    """
    lines = lines_of(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    line_end = end_of(lines[0]) or "\n" if lines else "\n"

    def offset(line: int, column: int) -> int:
        if line > len(lines):
            return len(text)
        return min(starts[line - 1] + column, starts[line])

    spans = sorted(
        {(offset(e.start_line, e.start_column), offset(e.end_line, e.end_column), e.replacement) for e in edits}
    )
    pieces: list[str] = []
    done = 0
    for start, end, replacement in spans:
        if start < done:
            raise OverlappingEdits(f"two edits want to change characters {start} to {done}")
        pieces += [text[done:start], replacement.replace("\n", line_end)]
        done = end
    return "".join([*pieces, text[done:]])


def by_path(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    """Edits grouped by the file that they change."""
    grouped: dict[str, list[Edit]] = {}
    for edit in edits:
        grouped.setdefault(edit.path, []).append(edit)
    return grouped


def clash(edits: Iterable[Edit]) -> bool:
    """True when two different edits of one file touch the same characters."""
    spans = sorted({(e.start_line, e.start_column, e.end_line, e.end_column, e.replacement) for e in edits})
    return any(right[:2] < left[2:4] for left, right in pairwise(spans))
