"""Strings, comments, brackets and logical lines of a text that need not be valid Python.

Python's own tokenizer gives up at the first thing it cannot read; this one goes on, because a fault is to be told from
what merely follows it.
"""

import bisect
import re
from dataclasses import dataclass, field

PAIRS = {"(": ")", "[": "]", "{": "}"}
CURLY_DOUBLE = "“”„‟″«»"
CURLY_SINGLE = "‘’‛′"

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
    | (?P<string>(?:(?<![A-Za-z0-9_])[bBrRuUfFtT]{1,3})?(?P<quote>\"\"\"|'''|"|'))
    | (?P<curly>[“”„‟″«»][^“”„‟″«»\r\n]*[“”„‟″«»] | [‘’‛′][^‘’‛′\r\n]*[‘’‛′])
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<joined>\\[ \t]*(?:\r\n|\r|\n))
    | (?P<end>\r\n|\r|\n)
    """,
    re.VERBOSE,
)
_STRING_END = {
    quote: re.compile(rf"(?:\\(?:\r\n|.)|(?!{quote}){body})*", re.DOTALL)
    for quote, body in (('"""', "."), ("'''", "."), ('"', r"[^\r\n]"), ("'", r"[^\r\n]"))
}
# A line that begins like this cannot continue an expression: an open bracket before it was never closed.
_STATEMENT = re.compile(
    r"[ \t]*(?:(?:def|class|import|return|global|nonlocal|raise|while|del|pass|break|continue|assert|except|with)\b"
    r"(?![ \t]*[=,)\]:.]\s*[^\s])|from[ \t]+\S+[ \t]+import\b|@\w[\w.]*[ \t]*(?:\(|$)|(?:try|finally|except):)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Text:
    """A string literal with its prefix, end exclusive. `closed` is false when no quote ends it."""

    start: int
    end: int
    quote: str
    prefix: str
    closed: bool
    curly: bool = False


@dataclass(frozen=True)
class Bracket:
    """An opening bracket that is never closed: `given_up` is the offset at which that is certain."""

    offset: int
    char: str
    given_up: int


@dataclass(frozen=True)
class Closer:
    """A closing bracket that does not fit. `opener` is the innermost open bracket there, None when there is none."""

    offset: int
    char: str
    opener: tuple[int, str] | None


@dataclass
class Lexed:
    """What stands where. All numbers are offsets into the text."""

    strings: list[Text] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)
    unclosed: list[Bracket] = field(default_factory=list)
    unmatched: list[Closer] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)  # an opening bracket and the one that closes it
    logical: list[tuple[int, int]] = field(default_factory=list)  # start and end (before the line end) of statements
    spans: list[tuple[int, int]] = field(default_factory=list)  # strings and comments, in order

    def is_code(self, offset: int) -> bool:
        """True outside strings and comments."""
        at = bisect.bisect_right(self.spans, offset, key=lambda span: span[0]) - 1
        return at < 0 or offset >= self.spans[at][1]

    def in_field(self, text: str, offset: int) -> bool:
        """True inside the braces of an f-string, where code stands again."""
        at = bisect.bisect_left(self.strings, offset, key=lambda literal: literal.start) - 1
        if at < 0 or offset >= self.strings[at].end or "f" not in self.strings[at].prefix.lower():
            return False
        start = self.strings[at].start
        return text.count("{", start, offset) > text.count("}", start, offset)

    def comment_from(self, start: int, end: int) -> int:
        """Where the first comment between two offsets begins, `end` when there is none."""
        at = bisect.bisect_left(self.comments, start, key=lambda comment: comment[0])
        return min(end, self.comments[at][0]) if at < len(self.comments) else end


def lex(text: str) -> Lexed:
    """Read a text from its begin to its end, whatever it holds."""
    found = Lexed()
    stack: list[tuple[int, str]] = []
    start = position = 0
    while match := _TOKEN.search(text, position):
        position = match.end()
        kind = match.lastgroup if match.lastgroup != "quote" else "string"
        if kind == "comment":
            found.comments.append(match.span())
            found.spans.append(match.span())
        elif kind == "string":
            position = _string(text, match, found)
        elif kind == "curly":
            found.strings.append(Text(*match.span(), match.group()[0], "", closed=True, curly=True))
            found.spans.append(match.span())
        elif kind == "open":
            stack.append((match.start(), match.group()))
        elif kind == "close":
            if stack and PAIRS[stack[-1][1]] == match.group():
                found.pairs.append((stack.pop()[0], match.start()))
            else:
                found.unmatched.append(Closer(match.start(), match.group(), stack[-1] if stack else None))
                while stack and any(PAIRS[char] == match.group() for _, char in stack):
                    if PAIRS[stack.pop()[1]] == match.group():
                        break
        elif kind == "end":
            if stack and _STATEMENT.match(text, position):
                found.unclosed += [Bracket(offset, char, position) for offset, char in stack]
                stack = []
            if not stack:
                found.logical.append((start, match.start()))
                start = position
    found.unclosed += [Bracket(offset, char, len(text)) for offset, char in stack]
    if start < len(text):
        found.logical.append((start, len(text)))
    return found


def _string(text: str, match: re.Match[str], found: Lexed) -> int:
    quote = match["quote"]
    body = _STRING_END[quote].match(text, match.end())
    stop = body.end() if body else match.end()
    closed = text.startswith(quote, stop)
    end = stop + len(quote) if closed else stop
    found.strings.append(Text(match.start(), end, quote, match.group()[: -len(quote)], closed))
    found.spans.append((match.start(), end))
    return end
