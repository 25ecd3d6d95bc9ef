"""A document as lines for a width: folded below where their words begin, in the theme's colours; and their links."""

from collections.abc import Sequence

from rich.text import Text
from textual.content import Content, Span

from doctor.reports.page import INDENT
from tui.causes.detail_page import Document, Link

Line = tuple[Content, Link | None]
"""One line of the screen, and where it leads."""

MOST_FOLDED = 40  # rows that one line may take

_THEME = {
    "dim": "dim",
    "cyan": "$text-accent",
    "green": "$text-success",
    "red": "$text-error",
    "yellow": "$text-warning",
    "blue": "$text-accent",
    "magenta": "$text-secondary",
}


def folded(page: Document, width: int) -> list[Line]:
    """Lines no wider than `width`, in the theme's colours."""
    lines: list[Line] = []
    for number, text in enumerate(page.lines):
        parts = _hanging(_content(text), width)
        if len(parts) > MOST_FOLDED:
            parts = [*parts[:MOST_FOLDED], Content("    ... and more of this line")]
        lines += [(line, page.links.get(number)) for line in parts]
    return lines


def next_link(lines: Sequence[Line], marked: Link | None, by: int, sight: range) -> int | None:
    """The first line of the next link above or below the one that is marked, else of those in sight."""
    starts = [n for n, (_, link) in enumerate(lines) if link is not None and (n == 0 or lines[n - 1][1] is not link)]
    current = next((n for n in starts if lines[n][1] is marked), None)
    if current is None or current not in sight:
        current = sight.start - 1 if by > 0 else sight.stop
    beyond = [n for n in starts if (n > current if by > 0 else n < current)]
    return (beyond[0] if by > 0 else beyond[-1]) if beyond else None


def extent(lines: Sequence[Line], place: int) -> int:
    """How many lines from a place on lead to where that one leads."""
    end = place
    while end < len(lines) and lines[end][1] is lines[place][1]:
        end += 1
    return end - place


def _hanging(text: Content, width: int) -> list[Content]:
    """The text in lines of that width, further ones below the column at which its words begin."""
    if text.cell_length <= width:
        return [text]
    plain = text.plain
    label = INDENT if plain[:2] == "  " and plain[INDENT - 2 : INDENT] == "  " else 0
    indent = min(len(plain) - len(plain[label:].lstrip()), width // 2)
    first = text[: width * 2].fold(width)[0]
    rest = text[len(first) :]
    return [first, *(Content(" " * indent) + line for line in rest.fold(width - indent))]


def _content(text: Text) -> Content:
    spans = [Span(span.start, span.end, _themed(str(span.style))) for span in text.spans]
    if text.style:
        spans.insert(0, Span(0, len(text.plain), _themed(str(text.style))))
    return Content(text.plain.rstrip(), spans)


def _themed(style: str) -> str:
    return " ".join(_THEME.get(word, word) for word in style.split())
