"""Invisible characters stand in the code.

What it finds
-------------
Non-breaking and other special blanks, zero-width characters, byte order marks in the middle of the text, control
characters, outside of texts and comments. They come with code that was copied from a web page, a chat or a document.

Why it breaks
-------------
Python accepts blanks, tabs and form feeds between words, and nothing else that cannot be seen: the import fails with
"invalid non-printable character", the worker exits with code 3, and the container restarts.

How to fix
----------
Replace special blanks by blanks, and delete the others.

Learn more
----------
https://docs.python.org/3/reference/lexical_analysis.html#whitespace-between-tokens
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.characters import BLANKS, NOTHING, codes, name
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Safety, Stage

_INVISIBLE = re.compile(f"[{BLANKS}{re.escape(NOTHING)}\0]")


@check(
    "entry-script.invisible-character",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def invisible_character(evidence: Evidence) -> Iterator[Finding]:
    """Look for invisible characters in a text that does not parse."""
    yield from findings(evidence, "invisible_character")


def detect(broken: Broken) -> Fault | None:
    """Try the text without them: those in code, then those inside the fields of f-strings as well."""
    seen = list(_INVISIBLE.finditer(broken.text))
    if not seen:
        return None
    lexed = broken.lexed
    in_code = [m for m in seen if m.group() == "\0" or lexed.is_code(m.start())]
    fields = [m for m in seen if m.group() != "\0" and lexed.in_field(broken.text, m.start())]
    deleted = tuple(Change(m.start(), m.end(), "") for m in in_code)
    tries = [_changes(in_code), _changes([*in_code, *fields]), deleted]
    best, gain = broken.best(tries, same_line=not broken.stopped_in_open_text)
    if not gain:
        return None
    found = [broken.text[change.start] for change in best]
    title = f"an invisible character stands in the code: {name(found[0])}"
    if len(set(found)) > 1:
        title = f"invisible characters stand in the code: {codes(found)}"
    return Fault(
        title=title,
        places=tuple(change.start for change in best),
        changes=best,
        fix="replace special blanks by blanks and delete the other invisible characters",
        safety=Safety.SAFE,
        told=_where(broken, best),
    )


def _changes(matches: list[re.Match[str]]) -> tuple[Change, ...]:
    return tuple(Change(m.start(), m.end(), " " if m.group() in BLANKS else "") for m in matches)


def _where(broken: Broken, changes: tuple[Change, ...]) -> str:
    places = [broken.position(change.start) for change in changes[:3]]
    listed = ", ".join(f"line {line} column {column + 1}" for line, column in places)
    more = f" and {len(changes) - 3} more places" if len(changes) > 3 else ""
    return (
        f"Python accepts blanks, tabs and form feeds between words, and no other invisible character; here one stands "
        f"at {listed}{more}. The import fails with a SyntaxError, the worker exits with code 3, and the container "
        "restarts."
    )


CASES = (
    fires("x\u00a0= 1\n", line=1, saw="U+00A0 NO-BREAK SPACE", fixed="x = 1\n"),
    fires("def run(data):\n\u00a0\u00a0\u00a0 return data\n", line=2, fixed="def run(data):\n    return data\n"),
    fires("import os\u200b\r\nx = 1\u00a0+ 1\r\n", saw="U+200B and U+00A0", fixed="import os\r\nx = 1 + 1\r\n"),
    fires("x = 1\0\n", line=1, fixed="x = 1\n"),
    fires('n = 1\nx = f"{\u00a0n}"\n', line=2, fixed='n = 1\nx = f"{ n}"\n', name="in a field of an f-string"),
    fires("\u00a0def init(): ...\n", line=1, name="a stray one before def"),
    quiet('x = "a\u00a0b\u200b"  # c\u00a0d\ndef run(data) return x\n', name="in a text"),
    quiet("def run(data):\n    return 'a\u00a0b'\n"),
)
