"""The entry script is written in Python 2.

What it finds
-------------
Statements that only Python 2 knows: `print x`, `except Error, e:`, `raise Error, "text"`, `exec "code"`, `<>`,
backticks, `0777`, `10L` and `ur"..."`.

Why it breaks
-------------
Every image of the server runs Python 3, which refuses them: the import fails with a SyntaxError, the worker exits with
code 3, and the container restarts.

How to fix
----------
Write them as Python 3 does. Then look through the rest of the script: `/` between whole numbers, `unicode`, `xrange`
and dictionary views have changed their meaning as well.

Learn more
----------
https://docs.python.org/3/whatsnew/3.0.html
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

_LEAD = r"(?:^[ \t]*|[:;][ \t]*)"
_PRINT = re.compile(
    _LEAD + r"(print)\b(?=[ \t]+[^\s=.,)\]}]|[\"'`])(?P<gap>[ \t]*)(?P<to>>>[ \t]*[\w.]+[ \t]*,?[ \t]*)?"
)
_EXEC = re.compile(_LEAD + r"(exec)\b[ \t]+(?=[^\s=(.,)])")
_EXCEPT = re.compile(r"^[ \t]*except\b[ \t]*(?:\([^()]*\)|[\w.]+)(?P<comma>[ \t]*,[ \t]*)(?P<name>[\w.]+)[ \t]*:")
_RAISE = re.compile(_LEAD + r"raise[ \t]+[\w.]+(?P<comma>[ \t]*,[ \t]*)(?P<value>[^,]+)$")
_OCTAL = re.compile(r"(?<![\w.])0(?=[0-7]+\b(?!\.))")
_LONG = re.compile(r"(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+)([lL])\b")


@check(
    "entry-script.python2-syntax",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def python2_syntax(evidence: Evidence) -> Iterator[Finding]:
    """Look for Python 2 statements in a text that does not parse."""
    yield from findings(evidence, "python2_syntax")


def detect(broken: Broken) -> Fault | None:
    """Write every statement that reads as Python 2 as Python 3 does."""
    found: list[tuple[int, str, tuple[Change, ...]]] = []
    for start, end in broken.statements():
        found += _statement(broken, start, end)
    found += _tokens(broken)
    changes = tuple(change for _, _, several in found for change in several)
    if not broken.gain(changes, same_line=True):
        return None
    found.sort(key=lambda entry: entry[0])
    return Fault(
        title=f"Python 2 only: {found[0][1]}",
        places=tuple(place for place, _, _ in found),
        changes=changes,
        fix="write these statements as Python 3 does",
    )


def _statement(broken: Broken, start: int, end: int) -> Iterator[tuple[int, str, tuple[Change, ...]]]:
    text = broken.text[start:end]
    stop = max(start, broken.code_end(broken.line_of(max(start, end - 1)))) - start  # before a comment
    code = text[:stop]
    for match in _PRINT.finditer(code):
        if broken.lexed.is_code(start + match.start(1)) and (changes := _print(broken, start, code, match)):
            yield start + match.start(1), "`print` without parentheses", changes
    for match in _EXEC.finditer(code):
        if broken.lexed.is_code(start + match.start(1)):
            at = start + match.end(1)
            closing = Change(start + stop, start + stop, ")")
            yield start + match.start(1), "`exec` without parentheses", (Change(at, start + match.end(), "("), closing)
    if caught := _EXCEPT.match(code):
        comma, name = Change(start + caught.start("comma"), start + caught.end("comma"), " as "), caught["name"]
        if not name[0].isupper():
            yield start, "`except` with a comma before the name", (comma,)
        elif broken.python is None or broken.python < (3, 14):  # from then on two types need no parentheses
            first = start + caught.start("comma") - len(code[: caught.start("comma")].split("except", 1)[1].lstrip())
            last = start + caught.end("name")
            yield start, "`except A, B` without parentheses", (Change(first, first, "("), Change(last, last, ")"))
    if (raised := _RAISE.search(code)) and broken.lexed.is_code(start + raised.start("comma")):
        comma = Change(start + raised.start("comma"), start + raised.end("comma"), "(")
        yield start, "`raise` with a comma before the text", (comma, Change(start + stop, start + stop, ")"))


def _print(broken: Broken, start: int, code: str, match: re.Match[str]) -> tuple[Change, ...]:
    stop = _end_of_simple(broken, start + match.end(), start + len(code)) - start
    argument = code[match.end() : stop].rstrip()
    if not argument and not match["to"]:
        return ()
    stream = (match["to"] or "").strip("> ,\t")
    options = f", file={stream}" if stream else ""
    after = match.end() + len(argument)
    if argument.endswith(","):
        options = f"{options}, end=' '"
        after -= 1
    opening = Change(start + match.end(1), start + match.end(), "(")
    return opening, Change(
        start + after, start + match.end() + len(argument), f"{options if argument else options[2:]})"
    )


def _end_of_simple(broken: Broken, begin: int, end: int) -> int:
    """Where a simple statement ends that begins at an offset: at a semicolon in code, or with the logical line."""
    for match in re.finditer(";", broken.text[begin:end]):
        if broken.lexed.is_code(begin + match.start()):
            return begin + match.start()
    return end


def _tokens(broken: Broken) -> Iterator[tuple[int, str, tuple[Change, ...]]]:
    text, is_code = broken.text, broken.lexed.is_code
    for match in re.finditer("<>", text):
        if is_code(match.start()):
            yield match.start(), "`<>` for unequal", (Change(match.start(), match.end(), "!="),)
    for match in re.finditer(r"`([^`\r\n]+)`", text):
        if is_code(match.start()) and is_code(match.end() - 1):
            opening, closing = (
                Change(match.start(), match.start() + 1, "repr("),
                Change(match.end() - 1, match.end(), ")"),
            )
            yield match.start(), "backticks for repr()", (opening, closing)
    for match in _OCTAL.finditer(text):
        if is_code(match.start()):
            yield match.start(), "a number with a leading zero for octal", (Change(match.end(), match.end(), "o"),)
    for match in _LONG.finditer(text):
        if is_code(match.start()):
            yield match.start(), "a whole number with an L", (Change(match.start(1), match.end(1), ""),)
    for literal in broken.lexed.strings:
        if literal.prefix.lower() == "ur":
            yield literal.start, "the prefix `ur`", (Change(literal.start, literal.start + 1, ""),)


CASES = (
    fires('import os\nprint "ready"\nprint os.sep, 1\n', line=2, fixed='import os\nprint("ready")\nprint(os.sep, 1)\n'),
    fires("def init():\n    print 'a' % 1,  # why\n", fixed="def init():\n    print('a' % 1, end=' ')  # why\n"),
    fires("import sys\nprint >>sys.stderr, 'x'; y = 1\nprint 2\n", line=2, findings=1),
    fires("try:\n    x = 1\nexcept ValueError, e:\n    pass\n", line=3, fixed=None, saw="except"),
    fires("raise ValueError, 'bad: %s' % 1\n", fixed="raise ValueError('bad: %s' % 1)\n"),
    fires("x = 1 <> 2\ny = `x`\nz = 0777\nn = 10L\n", fixed="x = 1 != 2\ny = repr(x)\nz = 0o777\nn = 10\n", findings=1),
    fires("if 1: print 'a'\nelse: print 'b'\n", fixed="if 1: print('a')\nelse: print('b')\n"),
    fires("try:\n    pass\nexcept (ValueError, KeyError), e:\n    print e\n", findings=1),
    fires("try:\n    pass\nexcept ValueError, KeyError:\n    pass\nx = (\n", saw="`except A, B`"),
    quiet('print("ready")\nTEXT = """\nprint "x"\n"""\ndef run(data) return print\n'),
    quiet("print ('a'), 'b'\ntry:\n    pass\nexcept (ValueError, KeyError) as e:\n    pass\n"),
)
