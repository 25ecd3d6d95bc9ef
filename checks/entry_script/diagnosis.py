"""Why a script does not parse: faults are peeled off one after the other, each proved by an edit.

Python names the place where it stopped understanding, which is often not the place that is wrong. Here every
explanation is a set of changes; it counts only when the text parses with them, or Python's complaint moves on. What is
explained is repaired in a scratch text, and the search goes on there, so that one call tells all faults. Each kind of
fault is a finding of the check whose module defines its `detect`, and nothing else speaks of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import import_module

from checks.edits import OverlappingEdits
from checks.entry_script.broken import PARSES, Broken, Fault, Problem, problem_of
from checks.entry_script.changes import Change, Changed
from checks.entry_script.module import parse
from checks.entry_script.positions import Positions
from checks.evidence import EnvironmentFile, Evidence, Script
from checks.finding import Edit, Finding, Fix, Quote, Safety, Severity
from checks.text import lines_of

# Faults of the text as a whole and of single characters come first: they disturb everything that follows.
LEXICAL = (
    "not_python",
    "merge_conflict",
    "pasted_prompt",
    "notebook_magic",
    "invisible_character",
    "look_alike_character",
    "backslash_escape",
    "python2_syntax",
    "foreign_syntax",
)
STRUCTURAL = (
    "mixed_indentation",
    "broken_import_line",
    "unclosed_string",
    "unclosed_bracket",
    "missing_colon",
    "assignment_as_condition",
    "stray_indent",
    "missing_indent",
    "syntax_too_new",
)
EXPLAINED = ("entry-script.syntax-error", "runtime.import-raised")
MOST_ROUNDS = 40
BUDGET = 3_000_000  # characters that may be parsed while explanations are tried: about a second
ROUND = 4  # what a round costs besides, in texts parsed: reading the brackets and texts, and parsing the result
LARGEST = 200_000  # characters; a longer text, or one with longer lines, is data rather than a script
LONGEST_LINE = 5_000


@dataclass
class Diagnosis:
    """All that was explained of one text. `rest` is what Python still says after that, on the script's own lines."""

    faults: list[Fault] = field(default_factory=list)
    rest: Problem | None = None


def diagnose(evidence: Evidence) -> Diagnosis:
    """Explain why the entry script does not parse. Empty for one that does, or whose bytes are no text."""
    script = evidence.script
    if not isinstance(script, Script) or script.undecodable or parse(script.text).tree is not None:
        return Diagnosis()
    return _diagnose(script.text, pinned_python(evidence))


def pinned_python(evidence: Evidence) -> tuple[int, int] | None:
    """The Python version of the deployment as (major, minor), where an environment file pins it."""
    environment = evidence.environment
    pin = environment.python if isinstance(environment, EnvironmentFile) else None
    parts = (pin or "").split(".")
    return (int(parts[0]), int(parts[1])) if len(parts) > 1 and parts[0].isdigit() and parts[1].isdigit() else None


@lru_cache(maxsize=16)
def _diagnose(text: str, python: tuple[int, int] | None) -> Diagnosis:
    found = Diagnosis(rest=problem_of(text))
    budget = [BUDGET]
    repaired, done = Changed(text, ()), list[Change]()  # `done` in offsets of the script itself
    short = len(text) <= LARGEST and all(len(line) <= LONGEST_LINE for line in lines_of(text))
    for _ in range(MOST_ROUNDS):
        budget[0] -= len(text) * ROUND
        if found.rest is None or budget[0] < 0:
            break
        fault = _explain(Broken(repaired.text, found.rest, budget, python), LEXICAL if short else LEXICAL[:1])
        if fault is None:
            break
        fault = _in_original(fault, repaired)
        found.faults.append(fault)
        done += fault.changes
        try:
            repaired = Changed(text, done)
        except OverlappingEdits:
            found.rest = None
            break
        found.rest = problem_of(repaired.text) if fault.changes else None  # no repair: what follows cannot be told
    if found.rest and found.rest.line and done:
        there = Positions(repaired.text).offset(found.rest.line)
        found.rest = replace(found.rest, line=Positions(text).line_of(repaired.back(there)))
    found.faults = _one_a_kind(found.faults)
    return found


def _explain(broken: Broken, lexical: tuple[str, ...]) -> Fault | None:
    for kind in lexical:
        if fault := _detector(kind)(broken):
            return replace(fault, kind=kind, problem=broken.problem)
    if lexical is not LEXICAL:
        return None
    best: Fault | None = None
    most: float = 0
    for kind in STRUCTURAL:
        fault = _detector(kind)(broken)
        gain = broken.gain(fault.changes, same_line=True) if fault else 0
        if fault and gain > most:
            best, most = replace(fault, kind=kind, problem=broken.problem), gain
        if most == PARSES:
            break
    return best


def _detector(kind: str) -> Callable[[Broken], Fault | None]:
    detect: Callable[[Broken], Fault | None] = import_module(f"checks.entry_script.{kind}").detect
    return detect


def _in_original(fault: Fault, repaired: Changed) -> Fault:
    return replace(
        fault,
        places=tuple(repaired.back(place) for place in fault.places),
        also=tuple(repaired.back(place) for place in fault.also),
        changes=tuple(repaired.original(change) for change in fault.changes),
    )


def _one_a_kind(faults: list[Fault]) -> list[Fault]:
    """The first fault of a kind speaks, the others add their places and changes."""
    merged: dict[tuple[str, bool], Fault] = {}
    for fault in faults:
        first = merged.setdefault((fault.kind, fault.harmless), fault)
        if first is not fault:
            merged[fault.kind, fault.harmless] = replace(
                first,
                places=(*first.places, *fault.places),
                changes=(*first.changes, *fault.changes),
                safety=Safety.SAFE if first.safety is fault.safety is Safety.SAFE else Safety.REVIEW,
            )
    return list(merged.values())


def findings(evidence: Evidence, kind: str) -> Iterator[Finding]:
    """The findings of one reading check, by the name of its module."""
    script = evidence.script
    assert isinstance(script, Script)
    found = [fault for fault in diagnose(evidence).faults if fault.kind == kind]
    where = Positions(script.text) if found else None
    for fault in found:
        assert where is not None
        yield _finding(script, where, fault)


def _finding(script: Script, where: Positions, fault: Fault) -> Finding:
    lines = list(dict.fromkeys(where.line_of(place) for place in fault.places))
    also = [n for n in dict.fromkeys(where.line_of(place) for place in fault.also) if n not in lines]
    problem = fault.problem or Problem("SyntaxError", "")
    edits = () if fault.proof_only else tuple(_edit(script.path, where, change) for change in fault.changes)
    about = [*(f"line:{n}" for n in lines), *([f"line:{problem.line}"] if problem.line else [])]
    title = fault.title if len(lines) == 1 else f"{fault.title} (and {_more(len(lines) - 1)})"
    return Finding(
        title=title,
        why=fault.told,
        evidence=quotes(script, where, lines, also),
        severity=Severity.INFO if fault.harmless else None,
        confidence=fault.confidence,
        explains=EXPLAINED,
        about=(*dict.fromkeys(about), "phase:import", f"exception:{problem.type}"),
        fixes=(Fix(title=fault.fix, safety=fault.safety, edits=edits, commands=fault.commands),) if fault.fix else (),
        no_fix=None if fault.fix else fault.no_fix,
    )


def _more(count: int) -> str:
    return "1 more line" if count == 1 else f"{count} more lines"


def _edit(path: str, where: Positions, change: Change) -> Edit:
    (line, column), (end_line, end_column) = where.position(change.start), where.position(change.end)
    return Edit(
        path=path,
        start_line=line,
        start_column=column,
        end_line=end_line,
        end_column=end_column,
        replacement=change.text,
    )


def quotes(script: Script, where: Positions, lines: list[int], also: list[int] | None = None) -> tuple[Quote, ...]:
    """Up to three lines as evidence, how many more there are, and lines that help to understand."""
    shown = [Quote(source=script.path, line=n, text=_shown(where.line(n))) for n in lines[:3]]
    if len(lines) > 3:
        shown.append(Quote(source=script.path, text=f"and {_more(len(lines) - 3)}"))
    return (*shown, *(Quote(source=script.path, line=n, text=_shown(where.line(n))) for n in also or ()))


def _shown(line: str) -> str:
    """A line as evidence: indentation kept, its tabs visible as arrows; at most 160 characters."""
    text = line.rstrip()
    body = text.lstrip(" \t")
    lead = text[: len(text) - len(body)].replace("\t", "→   ")
    return f"{lead}{body}" if len(text) <= 160 else f"{lead}{body[:157]}…"
