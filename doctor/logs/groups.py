"""Many reports as a table: equal diagnoses together, the most frequent first."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.text import Text

from doctor.report import Report, Verdict
from doctor.reports.clean import harmless
from doctor.reports.common import plural
from doctor.reports.fingerprint import steady
from doctor.reports.page import Page

MOST_GROUPS = 10_000
REST = "rest"

_VARYING = (
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "ID"),
    (re.compile(r"\d+"), "N"),
)


def fingerprint(report: Report) -> str:
    """Twelve hexadecimal digits of what was diagnosed: the first cause and its subject, or the verdict.

    Numbers, ids, folders and places do not count, so that the same fault of two services, or of two days, is one group.
    """
    if not report.causes:
        return f"{report.verdict.value}"
    title = steady(report.causes[0].title)
    for pattern, instead in _VARYING:
        title = pattern.sub(instead, title)
    return hashlib.sha256(f"{report.causes[0].id}\0{title}".encode(errors="backslashreplace")).hexdigest()[:12]


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


def table(groups: Groups, *, width: int, color: bool) -> str:
    """Count, first, last and an example of every group, then the verdicts."""
    page = Page(width, color=color, indent=10)
    number = max((len(str(group.count)) for group in groups.by_fingerprint.values()), default=1)
    for group in groups.ordered():
        page.columns(
            Text.assemble((f"{group.count:>{number}}", "bold red"), "  "), number + 2, f"{group.title} [{group.id}]"
        )
        span = group.first or ""
        if group.last != group.first:
            span = f"{group.first} to {group.last}"
        page.wrapped(" " * (number + 2), f"{span + '; ' if span else ''}for example {group.example}", "dim")
    if groups.by_fingerprint:
        page.gap()
    counts = [f"{count} {verdict.value}" for verdict, count in groups.verdicts.items() if count]
    page.line(f"{plural(groups.total, 'log')}: {', '.join(counts) or 'nothing read'}", "bold")
    return page.text()
