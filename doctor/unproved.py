"""Fixes that nobody tried, and why: silence would read as if there were nothing to try."""

import msgspec

from checks.evidence import Probe
from checks.finding import Finding
from checks.rank import Ranking

BEGINNING = "not verified: the rehearsal "
"""How it begins where `--verify` would tell more."""
HOW = "--verify proves it"


def told_unproved(ranking: Ranking, probe: Probe) -> Ranking:
    """The ranking, its fixes saying that the rehearsal was too slow, or too ill, to be done again unasked."""
    how = f"took {probe.seconds:.1f} s" if probe.exit is None else "did not come to its end"
    words = f"{BEGINNING}{how}; {HOW}"
    return Ranking(
        causes=tuple(_told(one, words) for one in ranking.causes),
        findings=tuple(_told(one, words) if one in ranking.causes else one for one in ranking.findings),
    )


def _told(finding: Finding, words: str) -> Finding:
    from doctor.verify import applicable

    tried = applicable(finding)
    fixes = (msgspec.structs.replace(one, verified=words) if one is tried else one for one in finding.fixes)
    return msgspec.structs.replace(finding, fixes=tuple(fixes)) if tried else finding


def could_be_proved(verified: str | None) -> bool:
    """Whether `--verify` would tell more of a fix."""
    return (verified or "").startswith(BEGINNING)
