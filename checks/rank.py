"""Which findings are causes, and which only symptoms of them.

A finding explains another when its `explains` names the other's id (or `family.*`) and both speak of the same subject.
An explained finding is no root cause, however loud it is. Three refinements:

- What two findings say about the same kind of subject must not contradict: a KeyError is not the NameError that a check
  foretold, and line 3 is not line 9, although both break init().
- Findings of one family that explain the same symptom are closer looks at it; a finding of another family that explains
  the symptom accounts for those looks as well, when it shares a place or a name with them.
- A cause is as grave as the gravest of its symptoms, and no longer only possible: what was a risk has been observed.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from checks.finding import Confidence, Finding, Severity, Stage
from checks.subjects import closer_looks, explained


class Ranking(msgspec.Struct, frozen=True):
    """`causes`: errors that nothing explains, the most likely first. `findings`: everything, causes first."""

    causes: tuple[Finding, ...]
    findings: tuple[Finding, ...]


def unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, each said once."""
    return tuple({(f.id, f.title, f.evidence): f for f in findings}.values())


def rank(findings: Iterable[Finding], also: Mapping[int, set[int]] = MappingProxyType({})) -> Ranking:
    """Sort findings and split causes from symptoms. Each finding's `explains` becomes the ids it really explains.

    `also` names more that a finding explains, by the places of both in `findings`, which are then to be unique.
    """
    told = unique(findings)
    symptoms = _edges(told, also)
    settled = [_as_grave_as_its_symptoms(f, [told[i] for i in sorted(symptoms[n])]) for n, f in enumerate(told)]
    no_roots = _no_roots(settled, symptoms)
    order = sorted(range(len(settled)), key=lambda n: (n in no_roots, _order(settled[n])))
    causes = tuple(settled[n] for n in order if n not in no_roots and settled[n].gravity is Severity.ERROR)
    return Ranking(causes=causes, findings=tuple(settled[n] for n in order))


def _edges(findings: Sequence[Finding], also: Mapping[int, set[int]]) -> list[set[int]]:
    """For each finding, the positions of those that it explains, directly or through closer looks and other causes."""
    direct = explained(findings)
    looks = closer_looks(findings, direct)
    both = [mine | closer | also.get(n, set()) for n, (mine, closer) in enumerate(zip(direct, looks, strict=True))]
    return [_reach(n, both) - {n} for n in range(len(findings))]


def _reach(start: int, edges: list[set[int]]) -> set[int]:
    seen: set[int] = set()
    pending = [start]
    while pending:
        for after in edges[pending.pop()] - seen:
            seen.add(after)
            pending.append(after)
    return seen


def _as_grave_as_its_symptoms(cause: Finding, symptoms: list[Finding]) -> Finding:
    if not symptoms:
        return msgspec.structs.replace(cause, explains=())
    return msgspec.structs.replace(
        cause,
        severity=min((f.gravity for f in (cause, *symptoms)), key=lambda severity: severity.rank),
        confidence=Confidence.LIKELY if _surety(cause) is Confidence.POSSIBLE else cause.confidence,
        explains=tuple(dict.fromkeys(f.id for f in symptoms)),
    )


def _no_roots(findings: list[Finding], symptoms: list[set[int]]) -> set[int]:
    """Positions of findings that are no root: explained from outside, or not the first of a circle of explanations."""
    above: list[list[int]] = [[] for _ in findings]
    for cause, below in enumerate(symptoms):
        for n in below:
            above[n].append(cause)
    places = [(_order(finding), n) for n, finding in enumerate(findings)]
    no_roots: set[int] = set()
    for n, causes in enumerate(above):
        circle = [cause for cause in causes if cause in symptoms[n]]
        if len(circle) < len(causes) or any(places[cause] < places[n] for cause in circle):
            no_roots.add(n)
    return no_roots


def _surety(finding: Finding) -> Confidence:
    return finding.confidence or Confidence.POSSIBLE


def _order(finding: Finding) -> tuple[int, int, int, int, int, int]:
    """Gravest first; then the place in a log; then the surest, the earliest in the life of the service, the widest."""
    return (
        finding.gravity.rank,
        finding.place,
        _surety(finding).rank,
        (finding.stage or Stage.OPERATE).rank,
        -len(finding.explains),
        next((quote.line for quote in finding.evidence if quote.line), 0),
    )
