"""Rights that are missing: where nothing is proved, they are what a person reads first."""

from doctor.report import Report, Verdict

MAY_NOT = "may not read "
"""How a note begins that tells which right is missing, and the rule that grants it."""


def missing_rights(report: Report) -> tuple[str, ...]:
    """The notes to be read before all else: without these rights nobody can tell more. None where a cause is known."""
    if report.verdict is not Verdict.INCONCLUSIVE:
        return ()
    return tuple(note for note in report.notes if note.startswith(MAY_NOT))
