"""What is wrong with a text that should be JSON and is not: where, and the smallest change that makes it JSON."""

import ast
import json
import re
from dataclasses import dataclass
from functools import lru_cache

from checks.contract.json_scan import Flaw, Scan, Scanner, Splice
from checks.contract.places import Place
from checks.contract.records import Json
from checks.finding import Edit, Quote
from checks.runtime.wording import printable

LARGEST_LITERAL = 1_000_000  # characters that are tried as a Python literal
MOST_OPEN = 50  # brackets, the innermost ones, that are remembered of a long text
NEAR = 1_000  # characters before the parser's place where a long text is read anew
WIDTH = 72  # characters of a line that are quoted around what matters
_STRUCTURE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}"]', re.DOTALL)
_CONSTANT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")
_PYTHON = frozenset({"single-quotes", "python-word", "tuple"})


class _None:
    """There is no value."""


NO_VALUE = _None()


@dataclass(frozen=True)
class Broken:
    """A text that is no JSON.

    `flaw` is the first thing that is wrong, `flaws` all that were seen. `kind` is that of the flaw, `python` for a
    Python literal, `several` for values one after the other. `message` is what Python's parser says, at `place`. `open`
    are brackets that were never closed, with their lines. `repaired` is the text after all `splices`, when it is JSON.
    """

    kind: str
    flaw: Flaw
    flaws: tuple[Flaw, ...]
    message: str
    place: Place
    open: tuple[tuple[str, int], ...] = ()
    splices: tuple[Splice, ...] = ()
    repaired: str | None = None
    values: int = 1

    def seen(self, text: str) -> str:
        """The characters of the flaw."""
        return text[self.flaw.start : self.flaw.end]


@lru_cache(maxsize=16)
def value_of(text: str) -> Json:
    """The value that Python's json reads, NaN and Infinity among them; NO_VALUE when it reads none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return NO_VALUE


@lru_cache(maxsize=16)
def broken(text: str) -> Broken | None:
    """What is wrong with a text; None when it is JSON as Python's json reads it, or too deep to be judged."""
    if value_of(text) is not NO_VALUE:
        return None
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return _judged(text, error)
    except (RecursionError, ValueError):
        return None
    return None


def constants(text: str, most: int = 20) -> tuple[tuple[str, int], ...]:
    """NaN, Infinity and -Infinity outside of strings, with their places: the first few."""
    if "NaN" not in text and "Infinity" not in text:
        return ()
    found: list[tuple[str, int]] = []
    for match in _CONSTANT.finditer(text):
        if not match.group().startswith('"'):
            found.append((match.group(), match.start()))
            if len(found) == most:
                break
    return tuple(found)


def place_at(text: str, offset: int) -> Place:
    """Line and column of an offset; CR, LF and CRLF end lines."""
    before = text[:offset]
    if "\r" in before:
        ends = [
            match.end() for match in _LINE_END.finditer(text, 0, min(len(text), offset + 1)) if match.end() <= offset
        ]
        return Place(len(ends) + 1, offset - (ends[-1] if ends else 0))
    return Place(before.count("\n") + 1, offset - (before.rfind("\n") + 1))


_KEY = re.compile(r'[,{]\s*"(?=[^"\n]{0,200}"\s*:)')


def quote_at(source: str, text: str, start: int, end: int) -> Quote:
    """The line at `start`, cut around what matters, which is marked."""
    place = place_at(text, start)
    first = start - place.column
    found = _LINE_END.search(text, start)
    last = found.start() if found else len(text)
    end = max(min(end, last), min(start + 1, last))
    left = max(first, min(start - WIDTH // 2, last - WIDTH))
    if left > first and (key := _KEY.search(text, left)) and key.end() <= start + 1:
        left = key.end() - 1  # a value whose name is cut off may be a secret that nobody can tell for one
    right = min(last, max(left + WIDTH, min(end + WIDTH // 3, start + 2 * WIDTH)))
    shown = text[left:right]
    lead = len(shown) - len(shown.lstrip())
    shown, left = shown.strip(), left + lead
    mark = (max(start - left, 0), min(end - left, len(shown)))
    return Quote(
        source=source,
        text=printable(shown).replace("\t", " ") or "(the text ends here)",
        line=place.line,
        column=left - first,
        mark=mark if mark[0] < mark[1] and mark != (0, len(shown)) else None,
    )


def edits_of(splices: tuple[Splice, ...], text: str, path: str) -> tuple[Edit, ...]:
    """The edits of a file that make the splices."""
    made = []
    for one in splices:
        start, end = place_at(text, one.start), place_at(text, one.end)
        made.append(
            Edit(
                path=path,
                start_line=start.line,
                start_column=start.column,
                end_line=end.line,
                end_column=end.column,
                replacement=one.replacement,
            )
        )
    return tuple(made)


def spliced(text: str, splices: tuple[Splice, ...]) -> str:
    """The text after all of them."""
    pieces, done = [], 0
    for one in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        pieces += [text[done : one.start], one.replacement]
        done = max(done, one.end)
    return "".join((*pieces, text[done:]))


def python_value(text: str) -> Json:
    """What a Python literal means, as JSON has it; NO_VALUE for what is none."""
    if len(text) > LARGEST_LITERAL:
        return NO_VALUE
    try:
        value = ast.literal_eval(text.strip())
        return json.loads(json.dumps(value, default=_plain))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return NO_VALUE


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    raise TypeError(str(type(value)))


def _judged(text: str, error: json.JSONDecodeError) -> Broken | None:
    scan = _scan(text, error.pos)
    if not scan.flaws:
        flaw = Flaw("other", error.pos, error.pos + 1)
        return Broken("other", flaw, (flaw,), error.msg, place_at(text, error.pos))
    first = scan.flaws[0]
    kinds = {flaw.kind for flaw in scan.flaws}
    splices = tuple(splice for flaw in scan.flaws for splice in flaw.splices)
    repaired = spliced(text, splices)
    whole = scan.finished and all(flaw.splices for flaw in scan.flaws) and value_of(repaired) is not NO_VALUE
    kind, values = first.kind, 1
    if kinds & _PYTHON and (python_value(text) is not NO_VALUE or (whole and kinds <= _PYTHON)):
        kind = "python"
        first = next(flaw for flaw in scan.flaws if flaw.kind in _PYTHON)
    elif kind == "after-end":
        values = _values(text)
        kind = "several" if values > 1 else kind
    lines = tuple((opener, place_at(text, at).line) for opener, at in scan.open)
    return Broken(
        kind=kind,
        flaw=first,
        flaws=scan.flaws,
        message=error.msg,
        place=place_at(text, first.start),
        open=lines,
        splices=splices,
        repaired=repaired if whole else None,
        values=values,
    )


def _scan(text: str, error: int) -> Scan:
    """The scanner's answer. Of a long text it reads from the last bracket before the parser's place: all before that
    is in order.
    """
    if len(text) <= 200_000:
        return Scanner(text).scan()
    stack: list[tuple[str, int]] = []
    start, state = 0, "value"
    before: tuple[tuple[str, int], ...] = ()
    for match in _STRUCTURE.finditer(text, 0, error):
        char = match.group()
        if char == '"':
            break
        if char in "[{":
            before, start, state = tuple(stack[-MOST_OPEN:]), match.start(), "value"
            stack.append((char, start))
            continue
        if char in "]}" and stack:
            stack.pop()
        before, start = tuple(stack[-MOST_OPEN:]), match.end()
        state = "colon" if text[start : start + 20].lstrip().startswith(":") else "comma"
    if not before and state != "value":  # all before is one value, and more follows
        scanner = Scanner(text, error)
        scanner.end = start
        return scanner.scan()
    comma = text.rfind(",", start, max(start, error - NEAR))
    if comma > start:
        start, before, state = comma, tuple(stack[-MOST_OPEN:]), "comma"
    return Scanner(text, start, before, state).scan()


def _values(text: str, most: int = 10_000) -> int:
    """How many JSON values stand one after the other, when nothing else does; else 0."""
    decoder, at, count = json.JSONDecoder(), 0, 0
    space = re.compile(r"[ \t\r\n,]*")
    try:
        while at < len(text) and count < most:
            found = space.match(text, at)
            at = found.end() if found else at
            if at < len(text):
                _, at = decoder.raw_decode(text, at)
                count += 1
    except (ValueError, RecursionError):
        return 0
    return count
