"""The same edit is the same fix wherever it is offered: what is known of it under the cause holds under a symptom."""

from collections.abc import Iterable, Mapping

import msgspec

from checks.finding import Edit, Finding, Fix
from checks.rank import Ranking

Change = frozenset[Edit] | str


def unified(ranking: Ranking) -> Ranking:
    """The ranking, each fix with the safety and the proof of the first one of the same edits; causes come first."""
    known: dict[Change, Fix] = {}
    everything = [fix for finding in (*ranking.causes, *ranking.findings) for fix in finding.fixes if fix.edits]
    for fix in everything:
        first = known.setdefault(_change(fix), fix)
        if first.verified is None and fix.verified is not None:
            known[_change(fix)] = msgspec.structs.replace(first, verified=fix.verified)
    return Ranking(causes=_told(ranking.causes, known), findings=_told(ranking.findings, known))


def _told(findings: Iterable[Finding], known: Mapping[Change, Fix]) -> tuple[Finding, ...]:
    return tuple(
        msgspec.structs.replace(one, fixes=tuple(_as_known(fix, known) for fix in one.fixes)) if one.fixes else one
        for one in findings
    )


def _as_known(fix: Fix, known: Mapping[Change, Fix]) -> Fix:
    first = known.get(_change(fix)) if fix.edits else None
    return msgspec.structs.replace(fix, safety=first.safety, verified=first.verified) if first else fix


def _change(fix: Fix) -> Change:
    """What the fix changes: its diff, which is the same for edits that are cut differently."""
    return fix.diff or frozenset(fix.edits)
