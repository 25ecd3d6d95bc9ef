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

WEAK = frozenset({"phase", "exception"})  # kinds of subject that many unrelated findings share


class Ranking(msgspec.Struct, frozen=True):
    """`causes`: errors that nothing explains, the most likely first. `findings`: everything, causes first."""

    causes: tuple[Finding, ...]
    findings: tuple[Finding, ...]


def explains(cause: Finding, symptom: Finding) -> bool:
    """True when `cause` names `symptom` and speaks of the same subject."""
    named = symptom.id in cause.explains or f"{symptom.family}.*" in cause.explains
    return cause is not symptom and named and same_subject(cause.about, symptom.about)


def same_subject(one: Iterable[str], other: Iterable[str]) -> bool:
    """True when two lists of `kind:value` entries can speak of one thing.

    An empty list fits everything. Exceptions that differ never fit, nor do samples. A shared name, module, line, file
    or variable decides; where the lists have such a kind in common without agreeing, a shared phase is no tie.
    """
    left, right = _by_kind(one), _by_kind(other)
    if not left or not right:
        return True
    common = left.keys() & right.keys()
    agreed = {kind for kind in common if left[kind] & right[kind]}
    if {"exception", "sample"} & (common - agreed):
        return False
    return bool(agreed - WEAK) or (bool(agreed) and not common - WEAK)


def unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, each said once."""
    return tuple({(f.id, f.title, f.evidence): f for f in findings}.values())


def rank(findings: Iterable[Finding], also: Mapping[int, set[int]] = MappingProxyType({})) -> Ranking:
    """Sort findings and split causes from symptoms. Each finding's `explains` becomes the ids it really explains.

    `also` names more that a finding explains, by the places of both in `findings`, which are then to be unique.
    """
    told = unique(findings)
    symptoms = _edges(told, also)
    settled = [_as_grave_as_its_symptoms(f, [told[i] for i in symptoms[n]]) for n, f in enumerate(told)]
    explained = _explained(settled, symptoms)
    order = sorted(range(len(settled)), key=lambda n: (n in explained, _order(settled[n])))
    causes = tuple(settled[n] for n in order if n not in explained and settled[n].gravity is Severity.ERROR)
    return Ranking(causes=causes, findings=tuple(settled[n] for n in order))


def _by_kind(about: Iterable[str]) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    for entry in about:
        kind, _, value = entry.partition(":")
        kinds.setdefault(kind, set()).add(value)
    return kinds


def _edges(findings: Sequence[Finding], also: Mapping[int, set[int]]) -> list[set[int]]:
    """For each finding, the positions of those that it explains, directly or through closer looks and other causes."""
    direct = [{i for i, symptom in enumerate(findings) if explains(cause, symptom)} for cause in findings]
    looks = [
        {
            look
            for look, finding in enumerate(findings)
            if finding.family != cause.family
            and any(findings[i].family == finding.family and i in direct[look] for i in direct[n])
            and _share_a_place(cause, finding)
        }
        for n, cause in enumerate(findings)
    ]
    both = [direct[n] | looks[n] | also.get(n, set()) for n in range(len(findings))]
    return [_reach(n, both) - {n} for n in range(len(findings))]


def _share_a_place(one: Finding, other: Finding) -> bool:
    shared = {entry for entry in set(one.about) & set(other.about) if entry.partition(":")[0] not in WEAK}
    return bool(shared) and same_subject(one.about, other.about)


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


def _explained(findings: list[Finding], symptoms: list[set[int]]) -> set[int]:
    """Positions of findings that are no root: explained from outside, or not the first of a circle of explanations."""
    explained: set[int] = set()
    for n in range(len(findings)):
        above = {cause for cause in range(len(findings)) if n in symptoms[cause]}
        circle = {cause for cause in above if cause in symptoms[n]}
        first = min({n, *circle}, key=lambda i: (_order(findings[i]), i))
        if above - circle or first != n:
            explained.add(n)
    return explained


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
