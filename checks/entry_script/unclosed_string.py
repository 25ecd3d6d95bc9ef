"""A text in quotes is never closed.

What it finds
-------------
A string literal without its closing quote: on one line, or in three quotes, where the fault often stands long before
the line that Python names; and texts that a quote inside them or a backslash before the last quote keeps open.

Why it breaks
-------------
Everything up to the next quote belongs to the text, code included: the import fails with "unterminated string literal",
the worker exits with code 3, and the container restarts.

How to fix
----------
Close the text with the quote that opened it.

Learn more
----------
https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import PARSES, Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.entry_script.lexer import Text
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage

_CODE = re.compile(
    r"[ \t]*(?:(?:def|class|import|from|return|global|if|for|while|with|try|raise|@\w)\b|@|\w+[ \t]*=[^=])"
)


@check(
    "entry-script.unclosed-string",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def unclosed_string(evidence: Evidence) -> Iterator[Finding]:
    """Look at the texts of a script that does not parse."""
    yield from findings(evidence, "unclosed_string")


def detect(broken: Broken) -> Fault | None:
    """Close the first text that is left open, or the one in three quotes whose end is missing."""
    opened = [text for text in broken.lexed.strings if not text.closed]
    for text in opened[:3]:
        fault = _triple(broken, text) if len(text.quote) == 3 else _single(broken, text)
        if fault:
            return fault
    return None


def _single(broken: Broken, text: Text) -> Fault | None:
    end = text.start + len(broken.text[text.start : text.end].rstrip())
    line = broken.line_of(text.start)
    closing = [Change(end, end, text.quote)]
    tail = re.search(r"[)\]}:,; \t]+$", broken.text[text.start : end])
    if tail:  # brackets and colons that the text has swallowed
        inner = range(text.start + tail.start(), end)
        closing += [Change(place, place, text.quote) for place in inner]
    candidates: list[tuple[Change, ...]] = [(change,) for change in closing]
    slashes = [text.start + m.start() for m in re.finditer(rf"\\{text.quote}", broken.text[text.start : end])]
    candidates[:0] = [(Change(slash, slash, "\\"),) for slash in reversed(slashes)]
    candidates += _earlier(broken, line, text)
    candidates += _other_quote(broken, line, text.quote)
    candidates.insert(0 if end == text.start + 1 else len(candidates), (Change(text.start, text.start + 1, ""),))
    changes, gain = broken.best(candidates)
    if not gain:
        return None
    if changes[0].text == "\\":
        title = "a backslash before the last quote keeps the text open"
        fix = "double the backslash before the quote"
    elif len(changes) == 2:
        title = f"a {text.quote} inside the text ends it too early"
        fix = "write the text in the other kind of quotes"
    elif changes[0].text == "":
        title, fix = f"a single {text.quote} too many", f"delete the {text.quote} that opens no text"
    else:
        title, fix = f"the text is not closed: its last {text.quote} is missing", f"close the text with {text.quote}"
    return Fault(title=title, places=(min(text.start, changes[0].start),), changes=changes, fix=fix)


def _earlier(broken: Broken, line: int, opened: Text) -> list[tuple[Change, ...]]:
    """A quote that is missing further left: one text ends there, and all that follow on the line change places."""
    start, code = broken.offset(line), broken.line(line)
    first = code.find(opened.quote)
    places = [start + m.start() for m in re.finditer(r"(?<=\S)[)\]}:,;. ]", code) if m.start() > first]
    return [(Change(place, place, opened.quote),) for place in places[:40]]


def _other_quote(broken: Broken, line: int, quote: str) -> list[tuple[Change, ...]]:
    """`'don't'`: the first and the last quote of the line become quotes of the other kind."""
    start, code = broken.offset(line), broken.line(line)
    first, last, other = code.find(quote), code.rfind(quote), "'" if quote == '"' else '"'
    if last <= first or other in code[first:last]:
        return []
    return [(Change(start + first, start + first + 1, other), Change(start + last, start + last + 1, other))]


def _triple(broken: Broken, opened: Text) -> Fault | None:
    """Each text in the same three quotes may be the one that was left open: the next one's opening quotes closed it."""
    texts = [text for text in broken.lexed.strings if text.quote == opened.quote]
    for text, changes in _closings(broken, texts):
        if broken.gain(changes) == PARSES:
            return Fault(
                title=f"the text in {opened.quote} is never closed",
                places=(text.start,),
                also=(broken.offset(broken.stopped),),
                changes=changes,
                fix=f"close the text with {opened.quote}",
            )
    return None


def _closings(broken: Broken, texts: list[Text]) -> Iterator[tuple[Text, tuple[Change, ...]]]:
    """Where quotes may be missing: at the end of the first line, before code, before blank lines, at the end."""
    for text in texts:
        end = broken.offset(broken.line_of(text.start)) + len(broken.line(broken.line_of(text.start)).rstrip())
        yield text, (Change(end, end, text.quote),)
    for text in texts:
        first = broken.line_of(text.start)
        last = broken.line_of(max(text.start, text.end - 1))
        places = [n for n in range(first, last) if _CODE.match(broken.line(n + 1)) or not broken.line(n + 1).strip()][
            :8
        ]
        for line in [*places, last]:
            end = broken.offset(line) + len(broken.line(line).rstrip())
            yield text, (Change(end, end, text.quote),)


CASES = (
    fires("x = 1\nname = 'model.pkl\n", line=2, fixed="x = 1\nname = 'model.pkl'\n"),
    fires('print("ready)\n', line=1, fixed='print("ready")\n'),
    fires('if x == "a:\n    pass\n', fixed='if x == "a":\n    pass\n'),
    fires("msg = 'don't'\n", fixed='msg = "don\'t"\n', saw="inside the text"),
    fires('p = join("C:\\models\\", x)\n', fixed='p = join("C:\\models\\\\", x)\n', saw="backslash"),
    fires(
        'def init():\n    """Load.\n    x = 1\n\ndef run(data):\n    """Score."""\n    return data\n',
        line=2,
        fixed='def init():\n    """Load."""\n    x = 1\n\ndef run(data):\n    """Score."""\n    return data\n',
        name="opened long before",
    ),
    fires('x = """a\nb\n', line=1),
    fires('def f():\n    """doc""""\n    return 1\n', fixed='def f():\n    """doc"""\n    return 1\n'),
    quiet('x = "it\'s" \'a "b"\' """c\n"d" """\ndef run(data) return x\n'),
    quiet('x = \'a\\\nb\'\ny = "\\""\n'),
)
