"""What the list of a report shows, row by row: causes with their symptoms, other findings, and checks not run."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from checks.finding import Finding, Severity
from doctor.report import Report, Suppressed
from doctor.reports.common import Arranged, arrange, grouped, plural
from doctor.reports.text import MOST_SYMPTOMS, VERDICTS

Kind = Literal["verdict", "section", "cause", "finding", "symptom", "reason", "crashed", "check", "suppressed"]
MOST_OPEN = 50  # rows that a section shows at once


@dataclass(slots=True, eq=False)
class Row:
    """One row. `below` counts the rows after it that belong to it; `is_open` is how it stands before anyone folds it.

    `sign` is the name of a mark or empty; `number` is the finding's place in `Arranged`; `above` is the finding that
    explains a symptom.
    """

    key: str
    kind: Kind
    sign: str
    title: str
    depth: int
    parent: int
    is_open: bool = True
    below: int = 0
    number: int | None = None
    finding: Finding | None = None
    above: Finding | None = None
    ids: tuple[str, ...] = ()
    suppressed: Suppressed | None = None
    is_new: bool = False
    searched: str = ""


@dataclass(frozen=True)
class Listing:
    """A report with its rows, which cost time to make when there are many.

    `told` are lines about the result as a whole, `closing` is the verdict in one line.
    """

    report: Report
    arranged: Arranged
    rows: list[Row]
    told: tuple[str, ...] = ()
    closing: str = ""


def listing(report: Report, new: Iterable[Finding] = (), told: tuple[str, ...] = (), closing: str = "") -> Listing:
    """All rows of a report, in order."""
    arranged = arrange(report)
    return Listing(report, arranged, _Rows(report, arranged, set(new)).rows, told, closing)


def visible(rows: Sequence[Row], folds: Mapping[str, bool], words: str = "") -> list[int]:
    """The places of the rows that show: those not folded away, or with `words` those that have them all."""
    if wanted := words.lower().split():
        return _matching(rows, wanted)
    shown: list[int] = []
    index = 0
    while index < len(rows):
        shown.append(index)
        row = rows[index]
        index += 1 if folds.get(row.key, row.is_open) else 1 + row.below
    return shown


def _matching(rows: Sequence[Row], wanted: Sequence[str]) -> list[int]:
    found: Sequence[int] = [index for index, row in enumerate(rows) if wanted[0] in row.searched]
    for word in wanted[1:]:
        found = [index for index in found if word in rows[index].searched]
    shown: set[int] = set(found)
    for parent in {rows[index].parent for index in found}:
        above = parent
        while above >= 0 and above not in shown:
            shown.add(above)
            above = rows[above].parent
    return sorted(shown)


class _Rows:
    """Rows under construction."""

    def __init__(self, report: Report, arranged: Arranged, new: set[Finding]) -> None:
        self.rows: list[Row] = []
        self._arranged = arranged
        self._new = new
        self._seen: dict[str, int] = {}
        self._parent = -1
        self._row("verdict", "verdict", VERDICTS[report.verdict], f"{report.verdict}: {report.target.name}")
        self._section(plural(len(arranged.causes), "cause"), "causes", list(enumerate(arranged.causes)), "cause")
        for severity, word in zip(Severity, ("other error", "warning", "info finding"), strict=True):
            found = arranged.of(severity)
            self._section(plural(len(found), word), word, found, "finding")
        self._not_run(report)

    def _row(self, kind: Kind, key: str, sign: str, title: str) -> Row:
        count = self._seen[key] = self._seen.get(key, 0) + 1
        depth = 0 if self._parent < 0 else self.rows[self._parent].depth + 1
        row = Row(f"{key} {count}" if count > 1 else key, kind, sign, title, depth, self._parent)
        self.rows.append(row)
        return row

    def _inside(self, row: Row, fill: Callable[[], None]) -> None:
        """`fill` makes the rows that belong to `row`, the last one so far."""
        outer, self._parent = self._parent, len(self.rows) - 1
        fill()
        row.below = len(self.rows) - 1 - self._parent
        self._parent = outer

    def _section(self, title: str, key: str, found: Sequence[tuple[int, Finding]], kind: Kind) -> None:
        if not found:
            return
        section = self._row("section", f"section {key}", "", title)
        section.is_open = kind == "cause" or len(found) <= MOST_OPEN

        def fill() -> None:
            for number, finding in found:
                row = self._finding(kind, finding)
                row.number = number
                symptoms = self._arranged.symptoms.get(number, ())
                row.is_open = len(symptoms) <= MOST_SYMPTOMS
                self._inside(row, lambda symptoms=symptoms, above=finding: self._symptoms(symptoms, above))  # type: ignore[misc]

        self._inside(section, fill)

    def _symptoms(self, symptoms: Iterable[Finding], above: Finding) -> None:
        for symptom in symptoms:
            self._finding("symptom", symptom).above = above

    def _finding(self, kind: Kind, finding: Finding) -> Row:
        row = self._row(kind, f"{finding.id} {finding.title}", finding.gravity.value, finding.title)
        row.finding = finding
        row.is_new = finding in self._new if self._new else False
        row.searched = f"{finding.title} {finding.id} {finding.gravity}".lower()
        return row

    def _not_run(self, report: Report) -> None:
        checks = report.checks
        if checks.crashed:
            crashed = self._row("section", "section crashed", "crashed", f"{plural(len(checks.crashed), 'check')}")
            self._inside(crashed, lambda: self._crashed(report))
        if checks.skipped:
            skipped = self._row("section", "section skipped", "skipped", f"{plural(len(checks.skipped), 'check')}")
            self._inside(skipped, lambda: self._skipped(report))
        if report.suppressions:
            count = plural(len(report.suppressions), "finding")
            section = self._row("section", "section suppressed", "", f"{count} suppressed")
            section.is_open = False
            self._inside(section, lambda: self._suppressed(report))
        passed = self._row("section", "section passed", "passed", f"{plural(checks.passed, 'check')}")
        passed.is_open, passed.ids = False, checks.passed_ids
        self._inside(passed, lambda: self._checks("passed", checks.passed_ids))

    def _crashed(self, report: Report) -> None:
        for one in report.checks.crashed:
            row = self._row("crashed", f"crashed {one.id}", "crashed", f"{one.id}: {one.reason}")
            row.ids, row.searched = (one.id,), f"crashed {one.id} {one.reason}".lower()

    def _skipped(self, report: Report) -> None:
        for reason, ids in grouped(report.checks.skipped):
            row = self._row("reason", f"reason {reason}", "skipped", f"{plural(len(ids), 'check')}: {reason}")
            row.ids, row.is_open, row.searched = tuple(ids), False, f"skipped {reason}".lower()
            self._inside(row, lambda ids=ids: self._checks("skipped", ids))  # type: ignore[misc]

    def _suppressed(self, report: Report) -> None:
        for one in report.suppressions:
            row = self._finding("suppressed", one.finding)
            row.suppressed = one

    def _checks(self, sign: str, ids: Iterable[str]) -> None:
        for check in ids:
            row = self._row("check", f"{sign} {check}", sign, check)
            row.ids, row.searched = (check,), f"{sign} {check}".lower()


def ancestors(rows: Sequence[Row], index: int) -> Iterator[int]:
    """The rows that a row belongs to, the nearest first."""
    while (index := rows[index].parent) >= 0:
        yield index
