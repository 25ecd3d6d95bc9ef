"""Correct scripts are broken in one place, and the reading checks must name that place and cure it.

For every script of the corpus and every way of breaking one, a place is drawn (the seed is fixed). Exactly one finding
is expected, of the right kind, at the line that was changed, and its fix must make the script parse again.
"""

import ast
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.cases import script
from checks.edits import apply_edits
from checks.entry_script.broken import problem_of
from checks.entry_script.diagnosis import LEXICAL, STRUCTURAL
from checks.entry_script.family import CHECKS
from checks.entry_script.lexer import Lexed, lex
from checks.entry_script.positions import Positions
from checks.finding import Finding, Safety
from checks.outcome import Crashed, Found, run_check

FOLDER = Path(__file__).parent / "scripts" / "correct"
TEXTS = {
    path.relative_to(FOLDER).as_posix(): path.read_bytes().decode("utf-8-sig")
    for path in sorted([*FOLDER.glob("*.py"), *FOLDER.glob("*/score.py")])
}
READING = [c for c in CHECKS if c.module.rsplit(".", 1)[-1] in {*LEXICAL, *STRUCTURAL, "syntax_error"}]

Broken = tuple[str, int]  # the text, and the offset that was changed
Way = Callable[[str, Lexed, random.Random], Broken | None]


def replace(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def decorated(text: str, offset: int) -> bool:
    """True at the begin of a line below a decorator: nobody writes something in between."""
    return text[:offset].endswith("\n") and text[:offset].split("\n")[-2].startswith("@")


def by_pattern(pattern: str, new: str | Callable[[str], str]) -> Way:
    """Replace one match that begins in code."""

    def way(text: str, lexed: Lexed, draw: random.Random) -> Broken | None:
        found = [m for m in re.finditer(pattern, text) if lexed.is_code(m.start()) and not decorated(text, m.start())]
        if not found:
            return None
        match = draw.choice(found)
        return replace(text, *match.span(), new if isinstance(new, str) else new(match.group())), match.start()

    return way


def curly_quotes(text: str, lexed: Lexed, draw: random.Random) -> Broken | None:
    found = [
        s
        for s in lexed.strings
        if len(s.quote) == 1 and not s.prefix and not re.search("[“”‘’]", text[s.start : s.end]) and s.end - s.start > 2
    ]
    if not found:
        return None
    chosen = draw.choice(found)
    opening, closing = "“”" if chosen.quote == '"' else "‘’"
    return replace(
        replace(text, chosen.end - 1, chosen.end, closing), chosen.start, chosen.start + 1, opening
    ), chosen.start


def without_closing_bracket(text: str, lexed: Lexed, draw: random.Random) -> Broken | None:
    if not lexed.pairs:
        return None
    opening, closing = draw.choice(lexed.pairs)
    return replace(text, closing, closing + 1, ""), opening


def with_two_closing_brackets(text: str, lexed: Lexed, draw: random.Random) -> Broken | None:
    if not lexed.pairs:
        return None
    _, closing = draw.choice(lexed.pairs)
    return replace(text, closing, closing, text[closing]), closing


def without_closing_quote(quotes: int) -> Way:
    def way(text: str, lexed: Lexed, draw: random.Random) -> Broken | None:
        found = [s for s in lexed.strings if len(s.quote) == quotes]
        if not found:
            return None
        chosen = draw.choice(found)
        return replace(text, chosen.end - quotes, chosen.end, ""), chosen.start

    return way


STATEMENT = r"(?m)^(?=(?:def|class|import|from) )"
WAYS: dict[str, tuple[str, Way]] = {
    "curly quotes": ("look-alike-character", curly_quotes),
    "a minus sign": ("look-alike-character", by_pattern(r"(?<=[(=,\[]) ?-(?=\d)|(?<=[\w)]) - (?=\w)", "−")),
    "a full-width comma": ("look-alike-character", by_pattern(r",", "，")),
    "a non-breaking space": ("invisible-character", by_pattern(r"(?<=\S) (?=\S)", "\u00a0")),
    "a zero-width space": ("invisible-character", by_pattern(r"(?<=[(\[,=])(?=\w)", "\u200b")),
    "an indentation that is no space": ("invisible-character", by_pattern(r"(?m)^    (?=\w)", "\u00a0" * 4)),
    "a space before a definition": ("stray-indent", by_pattern(STATEMENT, " ")),
    "one space too many": ("stray-indent", by_pattern(r"(?m)^(?=    +\w)", " ")),
    "one space too few": ("stray-indent", by_pattern(r"(?m)^ (?=   +\w)", "")),
    "a body that is not indented": ("missing-indent", by_pattern(r"(?<=:\n)    (?=\w)", "")),
    "a tab among spaces": ("mixed-indentation", by_pattern(r"(?m)^    (?=\w)", "\t")),
    "no closing bracket": ("unclosed-bracket", without_closing_bracket),
    "two closing brackets": ("unclosed-bracket", with_two_closing_brackets),
    "no closing quote": ("unclosed-string", without_closing_quote(1)),
    "no closing quotes": ("unclosed-string", without_closing_quote(3)),
    "no colon": ("missing-colon", by_pattern(r"(?m)(?<=[\w)]):(?=[ \t]*\r?$)", "")),
    "one equals sign": (
        "assignment-as-condition",
        by_pattern(r"(?m)^[ \t]*(?:if|elif) [^\n=]* ==(?= )", lambda match: match.replace("==", "=")),
    ),
    "an import over two lines": (
        "broken-import-line",
        by_pattern(r"(?m)^(from|import) [\w., ]*, (?=\w)", lambda m: f"{m}\n    "),
    ),
    "an import cut in the middle": (
        "broken-import-line",
        by_pattern(r"(?m)^from [\w.]+ (?=import \w)", lambda m: f"{m}\n"),
    ),
    "a magic": ("notebook-magic", by_pattern(STATEMENT, "%matplotlib inline\n")),
    "a shell command": ("notebook-magic", by_pattern(STATEMENT, "!pip install numpy\n")),
    "a print statement": (
        "python2-syntax",
        by_pattern(r"(?m)^(?=def )", 'print "ready", 1\n'),
    ),
    "a conflict": ("merge-conflict", by_pattern(STATEMENT, "<<<<<<< HEAD\nA = 1\n=======\nA = 2\n>>>>>>> x\n")),
    "a Windows path": (
        "backslash-escape",
        by_pattern(r"(?m)^(?=import )", 'P = "C:\\Users\\me"\n'),
    ),
}

ALLOWED = 0.02  # a bracket or quote may close in several places that all parse, and a new script may hold such a line


def findings(text: str) -> list[Finding]:
    found: list[Finding] = []
    for check in READING:
        outcome = run_check(check, script(text))
        assert not isinstance(outcome, Crashed), outcome.trace
        found += outcome.findings if isinstance(outcome, Found) else ()
    return found


def miss(original: str, text: str, kind: str, offset: int) -> str:
    """What is wrong with the explanation of one broken text; empty when nothing is."""
    found = findings(text)
    ids = [finding.id for finding in found]
    if ids != [f"entry-script.{kind}"]:
        return f"{ids} instead of {kind}"
    line = Positions(text).line_of(offset)
    if found[0].evidence[0].line != line:
        return f"line {found[0].evidence[0].line} instead of {line}"
    fixed = apply_edits(text, found[0].fixes[0].edits)
    if problem_of(fixed) is not None:
        return f"the fix does not cure: {problem_of(fixed)}"
    meaning = ast.dump(ast.parse(fixed)) == ast.dump(ast.parse(original))
    if found[0].fixes[0].safety is Safety.SAFE and not meaning and kind != "notebook-magic":
        return "a safe fix that changes the meaning"
    return ""


@pytest.mark.parametrize("way", WAYS)
def test_what_was_broken_is_named_and_cured(way: str) -> None:
    kind, broken = WAYS[way]
    tried, missed = 0, []
    for name, text in TEXTS.items():
        draw, lexed = random.Random(f"{way}, {name}"), lex(text)
        for _ in range(2):
            result = broken(text, lexed, draw)
            if result is None or problem_of(result[0]) is None:
                continue
            tried += 1
            if why := miss(text, result[0], kind, result[1]):
                line = Positions(result[0]).line_of(result[1])
                missed.append(f"{name}:{line}: {why}\n    {Positions(result[0]).line(line)}")
    assert tried >= 4
    assert len(missed) <= ALLOWED * tried, f"{len(missed)} of {tried}\n" + "\n".join(missed)
