"""A statement is written as in another language.

What it finds
-------------
`else if`, `&&`, `||`, `!x`, `i++`, `//` before a comment, `var`, `let` and `const`, in code that Python does not parse.

Why it breaks
-------------
Python writes these things differently: the import fails with a SyntaxError, the worker exits with code 3, and the
container restarts.

How to fix
----------
Write `elif`, `and`, `or`, `not x`, `i += 1`, `#`, and no keyword before an assignment.

Learn more
----------
https://docs.python.org/3/reference/index.html
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage

_WAYS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("`else if`", re.compile(r"(?m)^[ \t]*(else[ \t]+if)\b"), "elif"),
    ("`&&`", re.compile(r"[ \t]{0,9}(&&)[ \t]{0,9}"), " and "),
    ("`||`", re.compile(r"[ \t]{0,9}(\|\|)[ \t]{0,9}"), " or "),
    ("`!` for not", re.compile(r"(?<![\w\"'}])(!)(?=[\w(])"), "not "),
    ("`++`", re.compile(r"(?m)^[ \t]*[\w.]+(\+\+)[ \t;]*$"), " += 1"),
    ("`--`", re.compile(r"(?m)^[ \t]*[\w.]+(--)[ \t;]*$"), " -= 1"),
    ("`//` for a comment", re.compile(r"(?m)(?:^|[;:)\w][ \t]+)(//)(?=[ \t]*[A-Za-z])"), "#"),
    ("a keyword before an assignment", re.compile(r"(?m)^[ \t]*((?:var|let|const)[ \t]+)(?=\w+[ \t]*=)"), ""),
)


@check(
    "entry-script.foreign-syntax",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def foreign_syntax(evidence: Evidence) -> Iterator[Finding]:
    """Look for operators and words of other languages in a text that does not parse."""
    yield from findings(evidence, "foreign_syntax")


def detect(broken: Broken) -> Fault | None:
    """Try the text with each of them written as in Python, then with all."""
    found = [
        (name, match.start(1), _change(match, plain))
        for name, pattern, plain in _WAYS
        for match in pattern.finditer(broken.text)
        if broken.lexed.is_code(match.start(1))
    ]
    by_way = {name: tuple(c for other, _, c in found if other == name) for name, _, _ in found}
    changes, gain = broken.best([*by_way.values(), tuple(change for _, _, change in found)], same_line=True)
    if not gain:
        return None
    chosen = set(changes)
    places = [place for _, place, change in found if change in chosen]
    name = next(name for name, _, change in found if change in chosen)
    return Fault(
        title=f"{name} is not Python",
        places=tuple(places),
        changes=changes,
        fix="write it as Python does",
    )


def _change(match: re.Match[str], plain: str) -> Change:
    """Operators that become words take the blanks around them along; the rest is replaced as it stands."""
    return Change(*match.span(0 if plain in {" and ", " or "} else 1), plain)


CASES = (
    fires("if 1:\n    x = 1\nelse if 2:\n    x = 2\n", line=3, fixed="if 1:\n    x = 1\nelif 2:\n    x = 2\n"),
    fires("a = b = 1\nif a && b||!a:\n    pass\n", line=2, fixed="a = b = 1\nif a and b or not a:\n    pass\n"),
    fires("i = 0\ni++\n", line=2, fixed="i = 0\ni += 1\n"),
    fires("x = 1 // the first\n// all\nvar y = 2\n", fixed="x = 1 # the first\n# all\ny = 2\n", findings=1),
    quiet("x = 7 // 2\ny = '&& || !a'\nz = 1 != 2\ndef run(data) return x\n"),
    quiet("x = 7 // x_y\nlet = 1\n"),
)
