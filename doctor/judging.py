"""From outcomes to a ranked report, where a log, a look inside, a rehearsal and a code speak of one service."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from checks.evidence import Evidence, Log, Logs, Script
from checks.finding import Finding
from checks.joint import judge
from checks.kubernetes.past import once, overcome
from checks.logs.findings import findings as findings_of_log
from checks.outcome import Found, Outcome
from checks.rank import Ranking
from doctor.baseline import Baseline
from doctor.engine import drawn
from doctor.report import Report, Suppressed
from doctor.suppress import Suppression

NETWORK = frozenset({"runtime.host-unreachable", "runtime.network-at-start"})
"""What a rehearsal without a network would be blamed for."""


@dataclass(frozen=True)
class Diagnosed:
    """A report and what it rests on."""

    report: Report
    evidence: Evidence
    outcomes: tuple[Outcome, ...]


def ranked(
    evidence: Evidence, outcomes: Sequence[Outcome], suppression: Suppression, *, offline: bool = False
) -> tuple[Ranking, tuple[Suppressed, ...]]:
    """Causes and symptoms of what the checks and the logs say, and what was kept out of them.

    `offline`: a rehearsal had no network.
    """
    found = [drawn(one, evidence) for outcome in outcomes if isinstance(outcome, Found) for one in outcome.findings]
    logs = evidence.logs.items if isinstance(evidence.logs, Logs) else ()
    said = [one for log in logs for one in findings_of_log(log) if suppression.wants(one.id)]
    found, said = ([overcome(one, evidence) for one in told] for told in (found, said))
    said = once(said, evidence)
    if offline:
        found = [one for one in found if one.id not in NETWORK]
    target = evidence.script if isinstance(evidence.script, Script) else Log(source=evidence.target.name, text="")
    kept, suppressed = replace(suppression, baseline=Baseline()).split([*found, *said], target)
    ranking = judge(kept)
    if suppression.baseline.counts:  # it holds findings as they were told, with what other witnesses showed of them
        path = target.path if isinstance(target, Script) else target.source
        known = suppression.baseline.split(ranking.findings, path)[1]
        suppressed += tuple(Suppressed(finding=one, how="baseline") for one in known)
        told = {(one.id, one.title) for one in known}
        ranking = judge(one for one in kept if (one.id, one.title) not in told)
    return ranking, suppressed


def confirmed(finding: Finding, command: str) -> Finding:
    """Fill in the command that passes once the finding is cured; a log alone would be asked for the next one."""
    if finding.confirm and finding.family != "logs":
        return finding
    return msgspec.structs.replace(finding, confirm=command)
