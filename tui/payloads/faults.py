"""The list of what is wrong with the body in the editor, and the places to which it leads."""

from typing import NamedTuple

from textual.content import Content

from doctor.payloads.records import Fault, Judgement
from doctor.reports.clean import printable
from doctor.reports.common import plural
from tui.causes.marks import mark
from tui.payloads.rows import Rows
from tui.payloads.shown import line_of


class Spot(NamedTuple):
    """A place in the body: line from 1, column from 0, and how many characters."""

    line: int
    column: int
    length: int


class Faults(Rows):
    """One row a fault, then what the parser says, then the contract, to which nothing leads."""

    def __init__(self) -> None:
        super().__init__(
            id="faults", title="checks", tooltip="What is wrong with the body; Enter goes to the place", choice=False
        )
        self._spots: list[Spot | None] = []
        self._next = 0

    def tell_nothing(self, why: str) -> None:
        """There is no judgement."""
        self._spots, self._next = [], 0
        self.fill([Content(why)], None, dead=(0,))
        self.border_title, self.border_subtitle = "checks", ""

    def tell(self, judgement: Judgement) -> None:
        """Show a judgement."""
        said = _syntax(judgement)
        rows = [_fault(one) for one in judgement.faults] + ([said] if said else [])
        self._spots = [Spot(one.line, one.column or 0, one.length) if one.line else None for one in judgement.faults]
        if judgement.syntax_line and (said or not any(self._spots)):
            self._spots.append(Spot(judgement.syntax_line, judgement.syntax_column or 0, 1))
        self.fill([*rows, _contract(judgement)], None, dead=(len(rows),))
        self.border_title = Content(f"checks: {_headline(judgement)}")
        self.border_subtitle = Content(_foretold(judgement))

    def spot(self, row: int) -> Spot | None:
        """Where a row leads."""
        return self._spots[row] if row < len(self._spots) else None

    def next_spot(self) -> Spot | None:
        """The places in turn."""
        there = [one for one in self._spots if one]
        if not there:
            return None
        self._next += 1
        return there[(self._next - 1) % len(there)]


def _fault(one: Fault) -> Content:
    """Two lines of the list: place and title; why, and what cures it."""
    sign, word, color = mark(one.finding.gravity.value)
    fixes = one.finding.fixes
    cure = f" Fix: {line_of(fixes[0].title)}" if fixes else ""
    at = f"{one.at}  " if one.at else ""
    return Content.assemble(
        (f"{sign} {word} ", color),
        (printable(at), "$text-muted"),
        (line_of(one.finding.title), "bold"),
        (f"\n  {line_of(one.finding.why)}{cure}", "$text-muted"),
    )


def _headline(judgement: Judgement) -> str:
    """The faults in one line, for the border of their list."""
    wrong, others = len(judgement.wrong), len(judgement.faults) - len(judgement.wrong)
    told = [plural(wrong, "fault")] if wrong else []
    told += [plural(others, "note")] if others else []
    if judgement.syntax and not wrong:
        told = ["no JSON"]
    return ", ".join(told) or ("no fault" if judgement.contract else "no fault seen")


def _syntax(judgement: Judgement) -> Content | None:
    """The parser's message, where no check says more of it."""
    if not judgement.syntax or any(one.finding.gravity.value == "error" for one in judgement.faults):
        return None
    line, column = judgement.syntax_line, judgement.syntax_column
    at = f"{line}:{(column or 0) + 1}  " if line else ""
    sign, word, color = mark("info")
    return Content.assemble((f"{sign} {word} ", color), (at, "$text-muted"), f"no JSON: {line_of(judgement.syntax)}")


def _contract(judgement: Judgement) -> Content:
    """Who says what is taken, and what is foretold."""
    lines: list[str | tuple[str, str]] = []
    if judgement.contract:
        lines.append((f"contract: {line_of(judgement.contract)}", "$text-muted"))
    else:
        lines.append((f"no contract: {line_of(judgement.advice)}", "$text-muted"))
    if judgement.contract and judgement.advice:
        lines.append((f"\n{line_of(judgement.advice)}", "$text-warning"))
    lines += [(f"\na check crashed, a bug in doctor: {line_of(one)}", "$text-error") for one in judgement.crashed]
    return Content.assemble(*lines)


def _foretold(judgement: Judgement) -> str:
    """The prediction in a few words; empty without one."""
    if judgement.prediction is None:
        return ""
    status = judgement.prediction.status
    return f"foretold: {status}" if judgement.prediction.sure else f"foretold: run() decides ({status} if it does well)"
