"""Many reports counted: equal diagnoses together, the most frequent first."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from doctor.logs.fingerprint import fingerprint
from doctor.report import Report, Verdict
from doctor.reports.clean import harmless

MOST_GROUPS = 10_000
REST = "rest"


@dataclass
class Group:
    """Reports of one fingerprint. `first` and `last` are when the proving lines were written, as text that sorts."""

    id: str
    title: str
    example: str
    count: int = 0
    first: str | None = None
    last: str | None = None

    def add(self, when: str | None) -> None:
        """Count one more."""
        self.count += 1
        if when:
            self.first = min(self.first or when, when)
            self.last = max(self.last or when, when)


@dataclass
class Groups:
    """Groups by fingerprint, and how many reports of each verdict there were. What exceeds MOST_GROUPS is one group."""

    by_fingerprint: dict[str, Group] = field(default_factory=dict)
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))

    def add(self, report: Report) -> None:
        """Count a report."""
        self.verdicts[report.verdict] += 1
        if not report.causes:
            return
        key = report.fingerprint or fingerprint(report)
        if key not in self.by_fingerprint and len(self.by_fingerprint) >= MOST_GROUPS:
            key = REST
        if key not in self.by_fingerprint:
            clean = harmless(report)
            cause = clean.causes[0]
            title = cause.title if key != REST else f"causes beyond the first {MOST_GROUPS} kinds"
            self.by_fingerprint[key] = Group(cause.id if key != REST else "", title, clean.target.name)
        self.by_fingerprint[key].add(report.when)

    @property
    def total(self) -> int:
        """How many reports were counted."""
        return sum(self.verdicts.values())

    def ordered(self) -> Iterable[Group]:
        """The most frequent first; of equal ones, the one that was met first."""
        return sorted(self.by_fingerprint.values(), key=lambda group: -group.count)
