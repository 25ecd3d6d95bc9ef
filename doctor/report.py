"""The report: what every front end shows and every output format writes.

`SCHEMA` names the published JSON form (docs/report.schema.json); it only ever gains fields.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from checks.evidence import Target
from checks.finding import Finding, Record, Severity
from checks.outcome import Crashed, Found, Outcome, Passed, Skipped

SCHEMA = "doctor.report/1"


class Verdict(StrEnum):
    """`healthy`: the service was seen to answer and nothing breaks it. `failing`: at least one cause was found.

    `inconclusive`: no cause was found, but the service was not seen to answer either.
    """

    HEALTHY = "healthy"
    FAILING = "failing"
    INCONCLUSIVE = "inconclusive"


class NotRun(Record, frozen=True):
    """A check that was skipped or crashed, and why."""

    id: str
    reason: str


class CheckSummary(Record, frozen=True):
    """How many checks passed and found something, and which did not look. `passed_ids` names those that passed."""

    passed: int
    found: int
    skipped: tuple[NotRun, ...] = ()
    crashed: tuple[NotRun, ...] = ()
    passed_ids: tuple[str, ...] = ()


class Suppressed(Record, frozen=True):
    """A finding that was kept out of the report because somebody said so, where, and for which reason.

    `how`: inline (a comment in the script), baseline (recorded earlier), ignored (a setting).
    """

    finding: Finding
    how: Literal["inline", "baseline", "ignored"]
    reason: str | None = None


class Timings(Record, frozen=True):
    """Seconds spent collecting (the probe included), checking and verifying fixes; calls made to a container engine."""

    collect: float = 0.0
    check: float = 0.0
    verify: float = 0.0
    engine_calls: int | None = None


class Report(Record, frozen=True):
    """One target's diagnosis. `notes` say how it came about: the interpreter used, what was not tried.

    `suppressed` counts the findings that were kept out, `suppressions` holds them. Of a log, `fingerprint` is equal for
    equal diagnoses, and `when` tells when the proving line was written (`2026-11-20 18:07:02`), where that is known.
    """

    schema: str
    version: str
    target: Target
    verdict: Verdict
    causes: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    checks: CheckSummary
    timings: Timings = Timings()
    notes: tuple[str, ...] = ()
    suppressed: int = 0
    suppressions: tuple[Suppressed, ...] = ()
    fingerprint: str | None = None
    when: str | None = None

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """Findings of that severity or a graver one."""
        return tuple(finding for finding in self.findings if finding.gravity.rank <= severity.rank)


def summarise(outcomes: Iterable[Outcome]) -> CheckSummary:
    """Count outcomes."""
    outcomes = tuple(outcomes)
    return CheckSummary(
        passed=sum(isinstance(o, Passed) for o in outcomes),
        found=sum(isinstance(o, Found) for o in outcomes),
        skipped=tuple(NotRun(id=o.id, reason=o.reason) for o in outcomes if isinstance(o, Skipped)),
        crashed=tuple(NotRun(id=o.id, reason=o.reason) for o in outcomes if isinstance(o, Crashed)),
        passed_ids=tuple(o.id for o in outcomes if isinstance(o, Passed)),
    )
