"""A bracket is never closed, or a closing bracket does not fit.

What it finds
-------------
An opening bracket whose closing one is missing, named at the line where it was opened; a closing bracket too many; and
a pair of brackets of different kinds.

Why it breaks
-------------
Python goes on reading the bracket's content over the following lines and complains where that makes no sense any more,
which may be far below. The import fails with a SyntaxError, the worker exits with code 3, and the container restarts.

How to fix
----------
Close the bracket where its content ends.

Learn more
----------
https://docs.python.org/3/reference/lexical_analysis.html#implicit-line-joining
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.entry_script.lexer import PAIRS, Bracket, Closer
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage

_STOP = re.compile(r"(?<=\S)[ \t]*[.,:)\]}\s]")
_MOST = 60  # places inside a line that are tried
_LONGEST = 60  # lines between a bracket and the place of its closing one that are tried


@check(
    "entry-script.unclosed-bracket",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def unclosed_bracket(evidence: Evidence) -> Iterator[Finding]:
    """Look at the brackets of a text that does not parse."""
    yield from findings(evidence, "unclosed_bracket")


def detect(broken: Broken) -> Fault | None:
    """Try closing brackets where lines end, or without the one that does not fit."""
    for closer in broken.lexed.unmatched[:3]:
        if fault := _unmatched(broken, closer):
            return fault
    if broken.lexed.unclosed:
        first = broken.lexed.unclosed[0]
        together = [b for b in broken.lexed.unclosed if b.given_up == first.given_up]
        return _unclosed(broken, together)
    return None


def _unmatched(broken: Broken, closer: Closer) -> Fault | None:
    at = closer.offset
    without: tuple[Change, ...] = (Change(at, at + 1, ""),)
    if closer.opener is None:
        earlier = [(Change(place, place + 1, ""),) for place in _closed_before(broken, closer)]
        changes, gain = broken.best([without, *earlier])
        if not gain:
            return None
        return Fault(
            title=f"the `{closer.char}` is one too many",
            places=(changes[0].start,),
            also=(at,),
            changes=changes,
            fix=f"delete the `{closer.char}`",
        )
    opener, expected = closer.opener, PAIRS[closer.opener[1]]
    other = (Change(at, at + 1, expected),)
    before = [(Change(place, place, expected),) for place in reversed(_places(broken, opener[0], at))]
    changes, gain = broken.best([other, *before, without])
    if not gain:
        return None
    if changes == other:
        title, fix = f"a `{opener[1]}` is closed by `{closer.char}`", f"write `{expected}` for `{closer.char}`"
    elif changes == without:
        title, fix = f"the `{closer.char}` is one too many", f"delete the `{closer.char}`"
    else:
        title, fix = f"the `{opener[1]}` is never closed", f"close it with `{expected}`"
    wrong = opener[0] if title.endswith("never closed") else at
    return Fault(title=title, places=(wrong,), also=(opener[0], at), changes=changes, fix=fix)


def _closed_before(broken: Broken, closer: Closer) -> list[int]:
    """Closing brackets of the same kind in the lines before, the nearest first: one of them may have come too early."""
    first = broken.offset(max(1, broken.line_of(closer.offset) - 12))
    places = [place for _, place in broken.lexed.pairs if first <= place < closer.offset]
    return sorted((place for place in places if broken.text[place] == closer.char), reverse=True)[:_MOST]


def _places(broken: Broken, start: int, end: int) -> list[int]:
    """Where a bracket may close between two offsets: before commas, colons, brackets, blanks and line ends."""
    stops = (m.start() for m in _STOP.finditer(broken.text, start + 1, end + 1))
    return [place for place in stops if broken.lexed.is_code(place)][:_MOST]


def _unclosed(broken: Broken, brackets: list[Bracket]) -> Fault | None:
    closers = "".join(PAIRS[b.char] for b in reversed(brackets))
    wrong = brackets[-1]
    first = broken.line_of(wrong.offset)
    last = min(broken.line_of(max(wrong.offset, wrong.given_up - 1)), first + _LONGEST)
    changes, gain = broken.best(_closings(broken, wrong.offset, last, closers))
    if not gain:
        return None
    place = _by_layout(broken, wrong) if len(brackets) == 1 else wrong.offset
    names = " and ".join(f"`{b.char}`" for b in brackets)
    return Fault(
        title=f"the {names} {'is' if len(brackets) == 1 else 'are'} never closed",
        places=(place,),
        also=(broken.offset(broken.stopped),),
        changes=changes,
        fix=f"close {'it' if len(brackets) == 1 else 'them'} with `{closers}`",
    )


def _closings(broken: Broken, opened: int, last: int, closers: str) -> Iterator[tuple[Change, ...]]:
    first = broken.line_of(opened)
    for line in range(first, last + 1):
        code = broken.code(line)
        if not code.strip():
            continue
        end = broken.code_end(line)
        if code.endswith(":"):
            yield (Change(end - 1, end - 1, closers),)
        yield (Change(end, end, closers),)
    for place in _places(broken, opened, broken.code_end(first)):
        yield (Change(place, place, closers),)


def _by_layout(broken: Broken, wrong: Bracket) -> int:
    """The bracket that was really left open, told by indentation.

    A closing bracket that begins a line as far in as the line of an outer bracket was meant for that one; what it
    closed instead is the bracket left open.
    """
    indent = _indent(broken, wrong.offset)
    for opening, closing in broken.lexed.pairs:
        line = broken.line_of(closing)
        alone = broken.text[broken.offset(line) : closing].strip() == ""
        if wrong.offset < opening < closing < wrong.given_up and alone:
            as_outer = _indent(broken, closing) == indent
            if as_outer and _indent(broken, opening) != indent:
                return opening
    return wrong.offset


def _indent(broken: Broken, offset: int) -> int:
    line = broken.line(broken.line_of(offset)).expandtabs()
    return len(line) - len(line.lstrip())


CASES = (
    fires("x = foo(1, 2\ny = 3\n\ndef init(): ...\n", line=1, fixed="x = foo(1, 2)\ny = 3\n\ndef init(): ...\n"),
    fires(
        "def run(data):\n    return {'a': [1, 2],\n            'b': max(data)\n\ndef f(): ...\n",
        line=2,
        fixed="def run(data):\n    return {'a': [1, 2],\n            'b': max(data)}\n\ndef f(): ...\n",
    ),
    fires("def init():\n    print(len(x)\n    y = 1\n", line=2, fixed="def init():\n    print(len(x))\n    y = 1\n"),
    fires("if (a and b:\n    pass\n", line=1, fixed="if (a and b):\n    pass\n"),
    fires("x = foo(1))\ny = 2\n", line=1, fixed="x = foo(1)\ny = 2\n", saw="one too many"),
    fires("x = foo(1]\n", fixed="x = foo(1)\n", saw="is closed by"),
    fires("d = {'a': [1, 2, 'b': 3}\n", fixed="d = {'a': [1, 2], 'b': 3}\n", line=1),
    fires("x = f(\n    g(1,\n    h(2),\n)\ny = 1\n", line=2, saw="never closed", name="told by layout"),
    fires("x = ((1\ndef f(): ...\n", fixed="x = ((1))\ndef f(): ...\n", saw="are never closed"),
    quiet("x = ('(', # (\n  ')')\ndef run(data) return x\n"),
)
