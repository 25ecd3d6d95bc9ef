"""Sign, word and colour of a severity or an outcome: sign and word always stand together, colour comes third."""

from typing import TYPE_CHECKING

from doctor.marks import MARKS

if TYPE_CHECKING:
    from doctor.report import Verdict

COLORS = {
    "error": "$text-error",
    "warning": "$text-warning",
    "info": "$text-accent",
    "passed": "$text-success",
    "skipped": "$text-muted",
    "crashed": "$text-secondary",
}


def mark(kind: str) -> tuple[str, str, str]:
    """`("✗", "error", "$text-error")` of `error`, `warning`, `info`, `passed`, `skipped` or `crashed`."""
    return MARKS[kind], kind, COLORS[kind]


def verdict_mark(verdict: "Verdict") -> tuple[str, str, str]:
    """The same for a verdict; the word is the verdict's own."""
    from doctor.reports.text import VERDICTS  # the first screen draws marks, and no verdict

    sign, _, color = mark(VERDICTS[verdict])
    return sign, verdict.value, color
