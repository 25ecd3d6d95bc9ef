"""How fixes look: a diff in colours behind its signs, a safety in a mark and words, what is left to the person."""

from typing import TYPE_CHECKING

from textual.content import Content

from checks.finding import Fix, Safety
from doctor.redact import redact
from doctor.reports.clean import printable, printable_diff
from doctor.unproved import HOW

if TYPE_CHECKING:
    from doctor.applying import Plan

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
    lines = printable_diff(diff).splitlines()
    styled = []
    for line in lines:
        is_head = line.startswith(("+++ ", "--- "))
        styled.append(Content.styled(line, "bold" if is_head else COLORS.get(line[:1], "")))
    return Content("\n").join(styled)


def facts(fix: Fix, plan: "Plan | None") -> Content:
    """What it changes, and whether anybody tried it."""
    where = f"changes {plan.where}" if plan and plan.where else ""
    tried = (fix.verified or "").replace(HOW, "v proves it") or (
        "not tried: nobody has seen the service with this change" if fix.edits else ""
    )
    return Content("\n".join(clean(one) for one in (where, tried) if one))


def by_hand(fix: Fix) -> Content:
    """The commands, which the person runs; where there is nothing to apply either, what else to do."""
    commands = "\n".join(map(clean, fix.commands))
    heading = "by hand" if fix.edits or fix.patches else "do it by hand"
    if not fix.edits and not fix.patches and not fix.commands:
        commands = "there is nothing to paste; make the change that the title names, then run the diagnosis again"
    return Content.assemble((f"{heading}\n", "$text-muted"), commands) if commands else Content("")


def clean(text: str) -> str:
    """A text of the report, without secrets and control characters."""
    return printable(redact(text))
