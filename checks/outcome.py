"""What became of one check: passed, found, skipped because of something, or crashed."""

import traceback
from collections.abc import Iterable

from checks.check import Check
from checks.evidence import Evidence
from checks.finding import Finding, Record


class Passed(Record, frozen=True, tag=True):
    """The check looked and has nothing to say."""

    id: str


class Found(Record, frozen=True, tag=True):
    """The check has something to say."""

    id: str
    findings: tuple[Finding, ...]


class Skipped(Record, frozen=True, tag=True):
    """The check did not look; the reason names the evidence that was missing. Never counted as passed."""

    id: str
    reason: str


class Crashed(Record, frozen=True, tag=True):
    """The check itself failed: a bug in doctor, not in the service. `trace` is the traceback, for the bug report."""

    id: str
    reason: str
    trace: str


Outcome = Passed | Found | Skipped | Crashed


def run_check(check: Check, evidence: Evidence) -> Outcome:
    """Run one check; whatever it raises becomes a Crashed outcome, and the others go on."""
    try:
        for need in check.needs:
            if reason := evidence.missing(need):
                return Skipped(id=check.id, reason=reason)
        findings = check.run(evidence)
        if check.helpers:
            from checks.entry_script.helpers import findings_in_helpers

            findings = (*findings, *findings_in_helpers(check, evidence))
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        return Crashed(
            id=check.id,
            reason=f"{type(error).__name__}: {error} (line {last.lineno} of {last.filename.rsplit('/', 1)[-1]})",
            trace="".join(traceback.format_exception(error)),
        )
    return Found(id=check.id, findings=findings) if findings else Passed(id=check.id)


def run_checks(checks: Iterable[Check], evidence: Evidence) -> tuple[Outcome, ...]:
    """Run checks one after the other."""
    return tuple(run_check(check, evidence) for check in checks)
