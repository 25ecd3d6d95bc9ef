"""Which findings are causes, and which only symptoms of them.

A finding explains another when its `explains` names the other's id (or `family.*`) and both speak of the same subject:
they share an entry of `about`, or one of them has none. An explained finding is no root cause, however loud it is.
"""

from collections.abc import Iterable

import msgspec

from checks.finding import Confidence, Finding, Severity, Stage


class Ranking(msgspec.Struct, frozen=True):
    """`causes`: errors that nothing explains, the most likely first. `findings`: everything, causes first."""

    causes: tuple[Finding, ...]
    findings: tuple[Finding, ...]


def explains(cause: Finding, symptom: Finding) -> bool:
    """True when `cause` accounts for `symptom`."""
    named = symptom.id in cause.explains or f"{symptom.family}.*" in cause.explains
    same_subject = not cause.about or not symptom.about or bool(set(cause.about) & set(symptom.about))
    return cause is not symptom and named and same_subject


def rank(findings: Iterable[Finding]) -> Ranking:
    """Sort findings and split causes from symptoms. Each finding's `explains` becomes the ids it really explains."""
    unique = list({(f.id, f.title, f.evidence): f for f in findings}.values())
    explained: set[int] = set()
    resolved: list[Finding] = []
    for cause in unique:
        hits = [i for i, symptom in enumerate(unique) if explains(cause, symptom)]
        explained.update(hits)
        ids = tuple(dict.fromkeys(unique[i].id for i in hits))
        resolved.append(msgspec.structs.replace(cause, explains=ids))
    order = sorted(range(len(resolved)), key=lambda i: (i in explained, _order(resolved[i])))
    causes = tuple(resolved[i] for i in order if i not in explained and resolved[i].gravity is Severity.ERROR)
    return Ranking(causes=causes, findings=tuple(resolved[i] for i in order))


def _order(finding: Finding) -> tuple[int, int, int, int, int]:
    """Gravest first; then surest; then earliest in the life of the service; then what explains most; then the line."""
    return (
        finding.gravity.rank,
        (finding.confidence or Confidence.POSSIBLE).rank,
        (finding.stage or Stage.OPERATE).rank,
        -len(finding.explains),
        next((quote.line for quote in finding.evidence if quote.line), 0),
    )
