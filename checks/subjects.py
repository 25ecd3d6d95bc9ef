"""Which findings speak of the same subject, and which explain which: found by what they share, not by trying all pairs.

A subject is an entry of `Finding.about`, as `name:model` or `line:7`.
"""

from collections.abc import Iterable, Iterator, Sequence

from checks.finding import Finding

WEAK = frozenset({"phase", "exception"})  # kinds of subject that many unrelated findings share
EXACT = frozenset({"exception", "sample"})  # kinds of which one finding has the right one, another the wrong one

Kinds = dict[str, set[str]]
"""The values of each kind."""


def explains(cause: Finding, symptom: Finding) -> bool:
    """True when `cause` names `symptom` and speaks of the same subject."""
    named = symptom.id in cause.explains or f"{symptom.family}.*" in cause.explains
    return cause is not symptom and named and same_subject(cause.about, symptom.about)


def same_subject(one: Iterable[str], other: Iterable[str]) -> bool:
    """True when two lists of `kind:value` entries can speak of one thing.

    An empty list fits everything. Exceptions that differ never fit, nor do samples. A shared name, module, line, file
    or variable decides; where the lists have such a kind in common without agreeing, a shared phase is no tie.
    """
    return _same(_by_kind(one), _by_kind(other))


def explained(findings: Sequence[Finding]) -> list[set[int]]:
    """For each finding, the places of those that it explains."""
    named = _Named(findings)
    return [named.by(place) for place in range(len(findings))]


def closer_looks(findings: Sequence[Finding], direct: Sequence[set[int]]) -> Iterator[set[int]]:
    """For each finding, the places of closer looks at what it explains.

    They explain a symptom of their own family that it explains, too, and share a place or a name with it.
    """
    inside = {
        look: mine
        for look, finding in enumerate(findings)
        if (mine := {place for place in direct[look] if findings[place].family == finding.family})
    }
    strong = [{entry for entry in finding.about if entry.partition(":")[0] not in WEAK} for finding in findings]
    by_entry: dict[str, list[int]] = {}
    for look in inside:
        for entry in strong[look]:
            by_entry.setdefault(entry, []).append(look)
    for place, cause in enumerate(findings):
        sharing = {look for entry in strong[place] for look in by_entry.get(entry, ())} if direct[place] else set()
        yield {
            look
            for look in sharing
            if findings[look].family != cause.family
            and not inside[look].isdisjoint(direct[place])
            and same_subject(cause.about, findings[look].about)
        }


class _Named:
    """Findings by the names that a cause calls them, and below each name by what they speak of."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = findings
        self._kinds = [_by_kind(finding.about) for finding in findings]
        self._all: dict[str, list[int]] = {}
        self._silent: dict[str, list[int]] = {}
        self._speaking: dict[tuple[str, str, str], dict[frozenset[str], list[int]]] = {}
        named = {name for finding in findings for name in finding.explains}
        for place, finding in enumerate(findings):
            for name in named & {finding.id, f"{finding.family}.*"}:
                self._add(name, place)

    def _add(self, name: str, place: int) -> None:
        self._all.setdefault(name, []).append(place)
        kinds = self._kinds[place]
        if not kinds:
            self._silent.setdefault(name, []).append(place)
        alike = frozenset(kinds)
        for kind, value in _entries(kinds):
            self._speaking.setdefault((name, kind, value), {}).setdefault(alike, []).append(place)

    def by(self, cause: int) -> set[int]:
        """The places of what a finding explains."""
        found: set[int] = set()
        kinds = self._kinds[cause]
        for name in self._findings[cause].explains:
            found.update(self._silent.get(name, ()) if kinds else self._all.get(name, ()))
            for kind, value in _entries(kinds):
                for others, places in self._speaking.get((name, kind, value), {}).items():
                    if _can_tie(kind, others & kinds.keys()):
                        found.update(place for place in places if _same(kinds, self._kinds[place]))
        found.discard(cause)
        return found


def _can_tie(kind: str, common: frozenset[str]) -> bool:
    """Whether to agree in `kind` may be enough: where another kind has to agree, what does is found by that one."""
    return kind not in WEAK or not (common - WEAK or (common & EXACT) - {kind})


def _entries(kinds: Kinds) -> Iterator[tuple[str, str]]:
    return ((kind, value) for kind, values in kinds.items() for value in values)


def _same(left: Kinds, right: Kinds) -> bool:
    if not left or not right:
        return True
    common = left.keys() & right.keys()
    agreed = {kind for kind in common if left[kind] & right[kind]}
    if EXACT & (common - agreed):
        return False
    return bool(agreed - WEAK) or (bool(agreed) and not common - WEAK)


def _by_kind(about: Iterable[str]) -> Kinds:
    kinds: Kinds = {}
    for entry in about:
        kind, _, value = entry.partition(":")
        kinds.setdefault(kind, set()).add(value)
    return kinds
