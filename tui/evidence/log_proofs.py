"""Which lines of a log prove a finding."""

from checks.finding import Finding, Record
from doctor.report import Report


class Proof(Record, frozen=True):
    """One line that a finding quotes. `number` counts as evidence counts; `text` is what it says there."""

    number: int
    text: str
    finding: str
    title: str


def proofs_of(report: Report, source: str) -> tuple[Proof, ...]:
    """In the order of the log; the causes' own before those of findings that they explain."""
    causes = {id(one) for one in report.causes}
    every: list[Finding] = [*report.causes, *(one for one in report.findings if id(one) not in causes)]
    found: dict[tuple[int, str], Proof] = {}
    for finding in every:
        for quote in finding.evidence:
            if quote.source == source and quote.line is not None:
                proof = Proof(number=quote.line, text=quote.text, finding=finding.id, title=finding.title)
                found.setdefault((quote.line, finding.id), proof)
    return tuple(sorted(found.values(), key=lambda one: one.number))


def chosen_of(proofs: tuple[Proof, ...], report: Report, line: int | None) -> str:
    """The id of the finding that a line proves; else of the first cause that this log proves."""
    of_line = next((one.finding for one in proofs if one.number == line), "")
    there = {one.finding for one in proofs}
    return of_line or next((one.id for one in report.causes if one.id in there), "")
