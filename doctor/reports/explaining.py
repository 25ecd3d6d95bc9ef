"""Which finding of many explains another: found by the names and subjects they share, not by trying every pair."""

from collections.abc import Iterable, Iterator, Sequence

from checks.finding import Finding
from checks.subjects import WEAK, explains


def accounts(cause: Finding, finding: Finding) -> bool:
    """True for what a ranked finding explains; what ties findings of different families stands in `explains` alone."""
    across = cause.family != finding.family and finding.id in cause.explains
    return across or explains(cause, finding)


class Explainers:
    """Findings by what they explain. `first` gives the same as a search through all of them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = findings
        self._families: dict[str, dict[str, int]] = {}  # the first of each family that names an id
        self._by_subject: dict[tuple[str, str], list[int]] = {}
        self._alike: dict[str, dict[tuple[frozenset[str], frozenset[str]], list[int]]] = {}
        for index, finding in enumerate(findings):
            for name in dict.fromkeys(finding.explains):
                self._families.setdefault(name, {}).setdefault(finding.family, index)
                weak, strong, kinds = _split(finding.about)
                self._alike.setdefault(name, {}).setdefault((weak, kinds), []).append(index)
                for subject in strong:
                    self._by_subject.setdefault((name, subject), []).append(index)

    def first(self, index: int) -> int | None:
        """The place of the first finding that accounts for the one at `index`."""
        finding = self._findings[index]
        families = self._families.get(finding.id, {})
        best = min((first for family, first in families.items() if family != finding.family), default=None)
        for candidates in self._candidates(finding):
            for candidate in candidates:
                if best is not None and candidate >= best:
                    break
                if candidate != index and accounts(self._findings[candidate], finding):
                    best = candidate
                    break
        return best

    def _candidates(self, finding: Finding) -> Iterator[Sequence[int]]:
        """Lists of places, ascending, that hold all that explain it: what it shares tells the one from the other."""
        _, strong, kinds = _split(finding.about)
        for name in (finding.id, f"{finding.family}.*"):
            for subject in strong:
                yield self._by_subject.get((name, subject), ())
            for (_, others), alike in self._alike.get(name, {}).items():
                if not finding.about or not kinds & others:  # else only a subject of that kind can tie them
                    yield alike[:8]  # each of them gives the same answer


def _split(about: Iterable[str]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The subjects that many unrelated findings share, all others, and the kinds of these."""
    parted = {(kind, value) for kind, _, value in (subject.partition(":") for subject in about)}
    return (
        frozenset(f"{kind}:{value}" for kind, value in parted if kind in WEAK),
        frozenset(f"{kind}:{value}" for kind, value in parted if kind not in WEAK),
        frozenset(kind for kind, _ in parted if kind not in WEAK),
    )
