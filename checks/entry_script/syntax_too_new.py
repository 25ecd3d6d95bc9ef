"""The entry script needs a newer Python than the deployment has.

What it finds
-------------
Syntax, and imports from the standard library, that came with a later Python version than the environment file pins:
`match`, `:=`, `except*`, `list[int]`, `int | None`, `type` statements, f-strings that hold their own quotes, `tomllib`
and the like. Without a pinned version, syntax that is newer than the Python that doctor runs with.

Why it breaks
-------------
The image's Python does not know what a later one added: the import fails with a SyntaxError (for types in annotations a
TypeError, for modules an ImportError), the worker exits with code 3, and the container restarts.

How to fix
----------
Pin the Python version that the script was written with, or write it so that the pinned one understands it.

Learn more
----------
https://docs.python.org/3/whatsnew/index.html
"""

import re
import sys
from collections.abc import Iterator
from itertools import pairwise

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.broken import Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings, pinned_python, quotes
from checks.entry_script.features import Feature, features
from checks.entry_script.positions import Positions
from checks.entry_script.subject import entry_script
from checks.evidence import EnvironmentFile, Evidence, Requirement
from checks.finding import Confidence, Edit, Finding, Fix, Quote, Stage

_TYPE = re.compile(r"(?m)^[ \t]*(type[ \t]+)\w+(\[[^\]\n]*\])?[ \t]*=")
_PARAMETERS = re.compile(r"(?m)^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+\w+(\[[^\]\n]*\])[ \t]*[(:]")
_TWO_TYPES = re.compile(r"(?m)^[ \t]*except[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)[ \t]*:")
_TEMPLATE = re.compile(r"(?<![\w])([tT])(?=[\"'])")
_FIELD = re.compile(r"(?<!\{)\{([^{}]*[\\#][^{}]*)\}")
_BACKSLASH = "a backslash inside the braces of an f-string"
_FORMATTED = re.compile(r"(?<![\w\"'])[fF](\"|')")


@check(
    "entry-script.syntax-too-new",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
    helpers=True,
)
def syntax_too_new(evidence: Evidence) -> Iterator[Finding]:
    """Hold what the script uses against the pinned version, or against doctor's own Python when that cannot read it."""
    script_, module = entry_script(evidence)
    if module.tree is None:
        yield from findings(evidence, "syntax_too_new")
        return
    pin = pinned_python(evidence)
    newer = [feature for feature in features(module) if pin and feature.since > pin]
    if not pin or not newer:
        return
    most = max(newer, key=lambda feature: feature.since)
    lines = list(dict.fromkeys([most.line, *(feature.line for feature in newer)]))
    kinds = dict.fromkeys(feature.raised for feature in newer)
    others = len(dict.fromkeys(feature.name for feature in newer)) - 1
    more = "" if not others else " (and 1 more thing)" if others == 1 else f" (and {others} more things)"
    title = f"{_short(most)} needs Python {_text(most.since)}, the environment pins {_text(pin)}"
    environment = evidence.environment
    assert isinstance(environment, EnvironmentFile)
    yield Finding(
        title=title if len(title) + len(more) > 90 else f"{title}{more}",
        evidence=(
            *quotes(script_, Positions(script_.text), lines),
            Quote(source=environment.path, text=f"Python {environment.python}"),
        ),
        about=("phase:import", *(f"line:{n}" for n in lines), *(f"exception:{kind}" for kind in kinds)),
        fixes=(
            Fix(title=f"pin Python {_text(most.since)} in {environment.path}", edits=_pin(environment, most.since)),
        ),
    )


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _short(feature: Feature) -> str:
    return feature.name if len(feature.name) <= 43 else f"{feature.name[:42]}…"


def _pin(environment: EnvironmentFile, version: tuple[int, int]) -> tuple[Edit, ...]:
    """The edit of the environment file's own line about Python, where it has a plain one."""
    for requirement in environment.requirements:
        line = (environment.text.splitlines() or [""])[requirement.line - 1 : requirement.line]
        place = re.search(r"python[ \t]*=?=[ \t]*([\d.]+(?:\.\*)?)", line[0]) if line else None
        if requirement.name == "python" and place:
            return (
                Edit(
                    path=environment.path,
                    start_line=requirement.line,
                    start_column=place.start(1),
                    end_line=requirement.line,
                    end_column=place.end(1),
                    replacement=_text(version),
                ),
            )
    return ()


def detect(broken: Broken) -> Fault | None:
    """Write newer syntax as older Pythons know it; when that parses, it was the newer syntax."""
    own = sys.version_info[:2]
    for since, name, changes in _ways(broken):
        if not changes or since <= own or not broken.gain(changes):
            continue
        proof = name == _BACKSLASH
        pin = broken.python
        place = changes[0].start
        if pin and pin >= since:
            return Fault(
                title=f"{name} needs Python {_text(since)}: doctor reads with {_text(own)}",
                places=(place,),
                changes=changes,
                proof_only=True,
                fix=f"run doctor with the deployment's Python: `--python <python{_text(since)}>`",
                harmless=True,
                told=f"The environment pins Python {_text(pin)}, which understands this; the Python that doctor runs "
                "with does not, so the script could only be read in part, and cannot be tried with it.",
            )
        return Fault(
            title=f"{name} needs Python {_text(since)}" + (f", the environment pins {_text(pin)}" if pin else ""),
            places=(place,),
            changes=changes,
            proof_only=proof,
            fix="compute the value before the f-string" if proof else "write it as older Pythons understand it",
            confidence=Confidence.CERTAIN if pin else Confidence.LIKELY,
        )
    return None


def _ways(broken: Broken) -> Iterator[tuple[tuple[int, int], str, tuple[Change, ...]]]:
    text, is_code = broken.text, broken.lexed.is_code
    types = [m for m in _TYPE.finditer(text) if is_code(m.start(1))]
    yield (
        (3, 12),
        "a `type` statement",
        tuple(c for m in types for c in (Change(*m.span(1), ""), *([Change(*m.span(2), "")] if m[2] else []))),
    )
    parameters = tuple(Change(*m.span(1), "") for m in _PARAMETERS.finditer(text) if is_code(m.start(1)))
    yield (3, 12), "a list of type parameters in brackets", parameters
    yield (3, 12), "an f-string that holds its own quotes", _other_quotes(broken)
    yield (3, 12), "an f-string that holds its own quotes", _outer_quotes(broken)
    yield (3, 12), _BACKSLASH, _with_backslash(broken)
    several = [
        m for m in _TWO_TYPES.finditer(text) if is_code(m.start(1)) and all(w[:1].isupper() for w in _words(m[1]))
    ]
    yield (
        (3, 14),
        "`except` with several types and no parentheses",
        tuple(c for m in several for c in (Change(m.start(1), m.start(1), "("), Change(m.end(1), m.end(1), ")"))),
    )
    templates = tuple(Change(*m.span(1), "f") for m in _TEMPLATE.finditer(text))
    yield (3, 14), "a template string", templates


def _with_backslash(broken: Broken) -> tuple[Change, ...]:
    """A number for each field of an f-string that holds a backslash or a comment sign."""
    return tuple(
        Change(match.start(1), match.end(1), "0")
        for literal in broken.lexed.strings
        if "f" in literal.prefix.lower()
        for match in _FIELD.finditer(broken.text, literal.start, literal.end)
    )


def _words(names: str) -> list[str]:
    return [name.strip().rsplit(".", 1)[-1] for name in names.split(",")]


def _lines(broken: Broken) -> Iterator[tuple[int, str]]:
    """Offset and text of the line at which Python stopped, then of every other line with an f-string."""
    numbers = [broken.stopped, *(n for n in range(1, len(broken.lines) + 1) if n != broken.stopped)]
    for number in numbers[:500]:
        line = broken.line(number)
        if "f" in line or "F" in line:
            yield broken.offset(number), line


def _fields(line: str, begin: int) -> tuple[list[tuple[int, int]], int]:
    """The fields in braces of an f-string whose content begins at an index, and the index of its last quote."""
    quote, depth, start, fields = line[begin - 1], 0, 0, list[tuple[int, int]]()
    at = begin
    while at < len(line):
        char = line[at]
        if depth == 0 and char == quote:
            return fields, at
        if char == "{" and depth == 0 and line[at : at + 2] == "{{":
            at += 1
        elif char == "{":
            start = at if depth == 0 else start
            depth += 1
        elif char == "}" and depth:
            depth -= 1
            if depth == 0:
                fields.append((start, at))
        at += 1
    return [], -1


def _other_quotes(broken: Broken) -> tuple[Change, ...]:
    """The quotes inside the fields of f-strings as quotes of the other kind."""
    changes: list[Change] = []
    for offset, line in _lines(broken):
        for match in _FORMATTED.finditer(line):
            quote = match[1]
            other = "'" if quote == '"' else '"'
            fields, end = _fields(line, match.end())
            inside = [(a, b) for a, b in fields if quote in line[a:b]]
            if end >= 0 and inside and not any(other in line[a:b] for a, b in inside):
                places = [offset + i for a, b in inside for i in range(a, b) if line[i] == quote]
                changes += [Change(place, place + 1, other) for place in places]
    return tuple(dict.fromkeys(changes))


def _outer_quotes(broken: Broken) -> tuple[Change, ...]:
    """Three quotes around f-strings whose fields hold both kinds."""
    changes: list[Change] = []
    for offset, line in _lines(broken):
        for match in _FORMATTED.finditer(line):
            fields, end = _fields(line, match.end())
            if end >= 0 and any(match[1] in line[a:b] for a, b in fields):
                changes += [Change(offset + i, offset + i + 1, match[1] * 3) for i in (match.end() - 1, end)]
    changes = list(dict.fromkeys(changes))
    overlap = any(before.end > after.start for before, after in pairwise(sorted(changes)))
    return () if overlap else tuple(changes)


def _with(text: str, python: str) -> Evidence:
    pin = Requirement(name="python", specifier=f"={python}", channel="conda", line=2, text=f"python={python}")
    file = EnvironmentFile(
        path="conda.yaml",
        kind="conda",
        requirements=(pin,),
        python=python,
        text=f"dependencies:\n- python={python}\n",
    )
    return script(text, environment=file)


_MATCH = "def run(data):\n    match data:\n        case _: return 1\n"
_TYPES = "from typing import Any\ndef f(a: list[int], b: int | None = None) -> Any: return a\n"

CASES = (
    fires(_with(_MATCH, "3.8"), saw="`match` needs Python 3.10, the environment pins 3.8", line=2),
    fires(_with("if (n := 1): pass\ndef f(a, /): return f'{a=}'\n", "3.7"), findings=1, saw="and 2 more"),
    fires(_with(_TYPES, "3.9"), saw="`int | None`", line=2),
    fires(_with("import tomllib\nX = {'a': 1} | {}\n", "3.8.13"), saw="tomllib", line=1),
    fires(_with("with (open('a') as a,\n      open('b') as b):\n    pass\n", "3.8"), saw="`with` in parentheses"),
    fires(_with("try:\n    pass\nexcept* ValueError:\n    pass\n", "3.10"), saw="`except*`", line=3),
    fires(_with("type A = int\ndef run[T](data: T): return data\n", "3.10"), saw="3.12"),
    fires(_with('x = {\'a\': 1}\nprint(f"{x["a"]}")\n', "3.11"), saw="3.12", line=2),
    quiet(_with(_MATCH, "3.10")),
    quiet(_with(f"from __future__ import annotations\n{_TYPES}", "3.7"), name="annotations stay texts"),
    quiet(_with("def run(data):\n    x: list[int] = data\n    return 1 | 2\n", "3.7"), name="a local's annotation"),
    quiet(_with("try:\n    import tomllib\nexcept ImportError:\n    tomllib = None\n", "3.8")),
    quiet(_with("with (open('a')) as a: pass\nx = f'{1}={2}' f'{x!r:>{2}}'\n", "3.7"), name="old forms"),
    quiet(_MATCH, name="no pinned version"),
)
