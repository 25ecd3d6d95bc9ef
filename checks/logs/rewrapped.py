"""Logs that a mail program broke into lines of some width: the lines as they were written."""

import re
from collections.abc import Sequence

NARROWEST, WIDEST = 50, 100  # characters of a line of mail
_BROKEN = re.compile(r"[> \t]*(?:File|line \d{1,6}, in \S.*)\s*$")
"""What Python never writes as a line of its own."""
_QUOTE = re.compile(r"(?:> ?)*")
_BEGINS = re.compile(
    r"$|\s|\d{4}[-/]\d\d|\d\d:\d\d:\d\d|\[|Traceback \(|(?:\w+\.)*\w*(?:Error|Exception|Warning|Exit)\b|[-=*]{3}|\$ "
)
"""How a line begins that goes on from none."""


def unwrapped(texts: Sequence[str], numbers: Sequence[int]) -> tuple[list[str], Sequence[int]]:
    """The lines, and their numbers; what was broken has the number of its first part.

    A line goes on in the next one where the first word of that one had no room any more.
    """
    if not any(_BROKEN.match(text) for text in texts):
        return list(texts), numbers
    width = max((len(text.rstrip()) for text in texts if " " in text.strip(" >\t\r")), default=0)
    if not NARROWEST <= width <= WIDEST:
        return list(texts), numbers
    told: list[str] = []
    of: list[int] = []
    last = ""
    for number, text in zip(numbers, texts, strict=False):
        text = text.rstrip()  # noqa: PLW2901
        said = text[_QUOTE.match(text).end() :]  # type: ignore[union-attr] # it matches everywhere
        word = said.split(" ", 1)[0]
        if told and last and not _BEGINS.match(said) and len(last) + 1 + len(word) > width:
            told[-1] += f" {said}"
        else:
            told.append(text)
            of.append(number)
        last = text
    return told, of
