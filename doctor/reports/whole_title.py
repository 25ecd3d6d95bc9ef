"""Titles are cut for lists; where there is room, the rest of one is taken from what the finding quotes."""

from collections.abc import Iterator

from checks.finding import Finding

CUT = "…"
LONGEST = 2000  # characters
_ALIKE = 12  # characters at the end of a title that have to be found again


def whole_title(finding: Finding) -> str:
    """The title, its cut end restored where the evidence or the reason holds it."""
    title = finding.title
    if not title.endswith(CUT):
        return title
    kept = title.removesuffix(CUT).rstrip()
    lines = list(_lines(finding))
    begins = [0, *(at + 1 for at, letter in enumerate(kept) if letter == " ")]
    for begin in begins:  # the longest end first
        end = kept[begin:]
        if len(end) < _ALIKE:
            break
        for line in lines:
            _, found, rest = line.partition(end)
            if found and rest.strip(" .,:;?!" + CUT):
                return f"{kept}{rest}"[:LONGEST].rstrip(" .:;?!")
    return title


def _lines(finding: Finding) -> Iterator[str]:
    for quote in finding.evidence:
        for line in quote.text.split("\n"):
            yield " ".join(line.split())
    for quote in finding.evidence:
        yield " ".join(quote.text.split())
    for sentence in finding.why.split(". "):
        yield " ".join(sentence.split())
