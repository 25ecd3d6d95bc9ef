"""A text that does not parse, and what the checks that explain it ask of it."""

import ast
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from checks.edits import OverlappingEdits
from checks.entry_script.changes import Change, Changed
from checks.entry_script.lexer import Lexed, lex
from checks.entry_script.positions import Positions
from checks.finding import Confidence, Safety

PARSES = float("inf")


@dataclass(frozen=True)
class Problem:
    """What Python says: the exception's name, its message, and where it stopped (line from 1, column from 0)."""

    type: str
    message: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Fault:
    """One kind of fault with its places, as one of the reading checks explains it.

    `places` are offsets, the first is where the finding points to; `also` are offsets of lines that help to
    understand. `changes` repair the text; with `proof_only` they prove the explanation and are no fix. `told` says
    more about this case than the check's docstring does. A `harmless` fault is one that only doctor's own Python has
    with the text. `kind` is the name of the check's module, `problem` what Python said of the text before this fault
    was explained; both are filled in by the diagnosis.
    """

    title: str
    places: tuple[int, ...]
    changes: tuple[Change, ...] = ()
    fix: str = ""
    safety: Safety = Safety.REVIEW
    commands: tuple[str, ...] = ()
    no_fix: str | None = None
    confidence: Confidence = Confidence.CERTAIN
    told: str = ""
    also: tuple[int, ...] = ()
    harmless: bool = False
    proof_only: bool = False
    kind: str = ""
    problem: Problem | None = None


class Broken(Positions):
    """A text that does not parse. `python` is the version that the deployment pins, where known.

    `budget` holds one number: how many characters may still be parsed while explanations are tried.
    """

    def __init__(self, text: str, problem: Problem, budget: list[int], python: tuple[int, int] | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.problem = problem
        self.python = python
        self._budget = budget

    @cached_property
    def lexed(self) -> Lexed:
        """Strings, comments, brackets and statements."""
        return lex(self.text)

    @property
    def stopped(self) -> int:
        """The line at which Python stopped, the last one where it names none."""
        return min(self.problem.line or len(self.lines), len(self.lines))

    def code_end(self, line: int) -> int:
        """The offset after the last character of a line that is neither blank nor comment."""
        start = self.offset(line)
        end = self.lexed.comment_from(start, start + len(self.line(line)))
        return start + len(self.text[start:end].rstrip())

    def code(self, line: int) -> str:
        """A line without its comment and trailing blanks."""
        return self.text[self.offset(line) : self.code_end(line)]

    @property
    def stopped_in_open_text(self) -> bool:
        """True when a text on the line at which Python stopped is not closed: what is code there cannot be told."""
        return any(not text.closed and self.line_of(text.start) == self.stopped for text in self.lexed.strings)

    def statements(self, around: int | None = None, reach: int = 3) -> list[tuple[int, int]]:
        """Logical lines (start, end); with `around`, those that touch the lines from `around - reach` to `around`."""
        if around is None:
            return self.lexed.logical
        first, last = self.offset(max(1, around - reach)), self.offset(around, len(self.line(around)))
        return [(start, end) for start, end in self.lexed.logical if end >= first and start <= last]

    def after(self, changes: Iterable[Change]) -> Problem | None:
        """What Python says once the changes are made; its line is that of the unchanged text.

        A spent budget counts as a failure at the first line.
        """
        self._budget[0] -= len(self.text)
        if self._budget[0] < 0:
            return Problem("SyntaxError", "not tried", 1, 0)
        try:
            changed = Changed(self.text, changes)
        except OverlappingEdits:
            return self.problem
        problem = problem_of(changed.text)
        if problem is None or problem.line is None:
            return problem
        there = Positions(changed.text).offset(problem.line, problem.column or 0)
        return replace(problem, line=self.line_of(changed.back(there)))

    def gain(self, changes: Sequence[Change], *, same_line: bool = False) -> float:
        """How far the changes get: PARSES, else by how many lines Python's complaint moves on, 0 when it does not.

        It has moved on as well when it leaves the changed lines for earlier ones: Python names faults of tokens
        before faults of grammar, wherever they stand. With `same_line` another complaint about the same line counts:
        for changes that are right whatever else the line holds.
        """
        if not changes:
            return 0
        problem = self.after(changes)
        if problem is None:
            return PARSES
        before, now = self.stopped, problem.line or 0
        if now > before:
            return now - before
        touched = {self.line_of(change.start) for change in changes}
        if now and before in touched and now not in touched:
            return 0.5
        other = (problem.type, problem.message) != (self.problem.type, self.problem.message)
        return 0.25 if same_line and now in (0, before) and before in touched and other else 0

    def best(
        self, candidates: Iterable[tuple[Change, ...]], *, same_line: bool = False
    ) -> tuple[tuple[Change, ...], float]:
        """The candidate that gets furthest, the first of equals; the first that parses ends the search."""
        chosen: tuple[Change, ...] = ()
        most: float = 0
        for changes in candidates:
            gain = self.gain(changes, same_line=same_line)
            if gain > most:
                chosen, most = changes, gain
            if most == PARSES:
                break
        return chosen, most


def problem_of(text: str) -> Problem | None:
    """What Python's parser says of a text, None when it parses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text.removeprefix("\ufeff"))
    except SyntaxError as error:
        return Problem(type(error).__name__, error.msg, error.lineno, max((error.offset or 1) - 1, 0))
    except (ValueError, RecursionError, MemoryError) as error:
        return Problem(type(error).__name__, str(error))
    return None
