"""How fixes look: a diff in colours behind its signs, a safety in a mark and words."""

from textual.content import Content

from checks.finding import Safety
from doctor.reports.clean import printable

SAFETIES = {
    Safety.SAFE: ("✓ safe", "$text-success", "it keeps the meaning of the code"),
    Safety.REVIEW: ("! review", "$text-warning", "right in most cases: read the change before you apply it"),
    Safety.PLACEHOLDER: ("… placeholder", "$text-accent", "values in <angle brackets> are yours to fill in"),
}
COLORS = {"+": "$text-success", "-": "$text-error", "@": "$text-accent"}


def safety(kind: Safety, *, by_hand: bool = False) -> Content:
    """`! review: right in most cases ...`; the mark and the word come before the colour.

    `by_hand`: there is nothing to apply.
    """
    mark, color, words = SAFETIES[kind]
    if by_hand:
        words = words.partition(":")[0]
    return Content.assemble((mark, f"bold {color}"), f": {words}")


def colored(diff: str) -> Content:
    """A unified diff, its lines as they are; signs tell them apart, colours help."""
    lines = printable(diff).splitlines()
    styled = []
    for line in lines:
        is_head = line.startswith(("+++ ", "--- "))
        styled.append(Content.styled(line, "bold" if is_head else COLORS.get(line[:1], "")))
    return Content("\n").join(styled)
