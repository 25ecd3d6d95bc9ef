"""What is too long for a detail, shortened: more is for the evidence, which can search."""

import msgspec

from checks.finding import Fix, Quote

LONGEST = 6000  # characters of one text
MOST_LINES = 60  # lines of one quote


def shortened(text: str) -> str:
    """A text up to its limit, and how much more there is."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ... and {len(text) - LONGEST} more characters"


def capped(quote: Quote) -> Quote:
    """A copy of the quote that can be drawn at once, its mark still within."""
    text, mark = quote.text, quote.mark
    lines = text.split("\n", MOST_LINES)
    if len(lines) > MOST_LINES:
        text = "\n".join(lines[:MOST_LINES]) + f"\n... and {lines[-1].count(chr(10)) + 1} more lines"
    if len(text) > LONGEST and mark and mark[0] > LONGEST // 2:
        ahead = mark[0] - LONGEST // 2
        text, mark = "..." + text[ahead:], (mark[0] - ahead + 3, mark[1] - ahead + 3)
    if mark:
        mark = (mark[0], min(mark[1], LONGEST))
    return msgspec.structs.replace(quote, text=shortened(text), mark=mark)


def capped_fix(fix: Fix) -> Fix:
    """The same of the commands and the diff of a fix."""
    diff = fix.diff
    if diff and len(diff) > 20 * LONGEST:
        diff = diff[: 20 * LONGEST] + "\n ... and more"
    return msgspec.structs.replace(fix, commands=tuple(map(shortened, fix.commands)), diff=diff)
