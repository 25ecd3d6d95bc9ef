"""Reads a text that wants to be JSON with a forgiving eye: what is wrong, where, and what would be right there.

The scanner knows the grammar of JSON (RFC 8259) and what people write in its place: Python and JavaScript literals,
comments, curly quotes, commas too many and too few. It stops after MOST_FLAWS, or after MOST_CHARACTERS, and never
goes back, so its time grows with the length of what it reads.
"""

import ast
import json
import re
from dataclasses import dataclass

MOST_FLAWS = 2_000
MOST_CHARACTERS = 2_000_000
KNOWN_WORDS = frozenset({"true", "false", "null", "NaN", "Infinity", "-Infinity"})
PYTHON_WORDS = {"True": "true", "False": "false", "None": "null"}
OTHER_WORDS = {
    **dict.fromkeys(("TRUE", "YES", "yes", "Yes"), "true"),
    **dict.fromkeys(("FALSE", "NO", "no", "No"), "false"),
    **dict.fromkeys(("NULL", "Null", "nil", "undefined", "nan", "NAN", "Nan", "-nan", "NA", "N/A", "<NA>"), "null"),
    **dict.fromkeys(("inf", "Inf", "-inf", "-Inf", "+inf", "INF", "infinity", "+Infinity"), "null"),
}
_CLOSER = {"{": "}", "[": "]", "(": ")"}
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?\Z")
_NUMBER_LIKE = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7]+|0[bB][01]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)[jJfFdDlLn]?\Z"
)
_SPACE = re.compile(r"[ \t\r\n]*")
_RUN = re.compile(r"(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?[ \t\r\n]*,[ \t\r\n]*)+(?=[-\d])")
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SINGLE = re.compile(r"(?:[bBuUrR]{0,2})'[^'\\\r\n]*(?:\\.[^'\\\r\n]*)*'")
_PREFIXED = re.compile(r'[bBuUrR]{1,2}"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"')
_CURLY = re.compile(r"[“”„‟«»″‘’‚`´]([^“”„‟«»″\"\r\n]*?)[“”„‟«»″\"’‘`´](?=\s*[,:\]})]|\s*\Z)")
_COMMENT = re.compile(r"//[^\r\n]*|#[^\r\n]*|/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_BARE = re.compile(r"[^\s,:\[\]{}()\"';“”]+")
_INVISIBLE = re.compile("[\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]+")
_BAD_IN_STRING = re.compile(r"[\x00-\x1f]|\\(?:[^\"\\/bfnrtu]|u(?![0-9a-fA-F]{4}))", re.DOTALL)
_REAL_END = re.compile(r'(?<!\\)"(?=[ \t]*(?:[,:}\]]|\Z|[\r\n]))')
_TEMPLATE = re.compile(r"\{\{\s*[\w.|\- ]+\s*\}\}|\{%.*?%\}")
_LONE_QUOTE = re.compile(r"[ \t]*[A-Za-z][^\",:\[\]{}\r\n]*\"(?=[ \t]*[,:}\]])")
_LINE_END = re.compile(r"[\r\n]")
_CLOSERS = re.compile(r"[\]})][\]})\s]*\Z")
_CALL = re.compile(r"[A-Za-z_][\w.]*\s*\(")
_PLACEHOLDER = re.compile(r"<[A-Za-z][\w .-]*>|\$\{?\w+\}?|\.{3}|…")


@dataclass(frozen=True)
class Splice:
    """Replace the characters from `start` to `end`."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True)
class Flaw:
    """One thing that JSON does not have, at the characters `start` to `end`.

    `kind`: single-quotes, python-word, tuple, python-object, word, bare-key, bare-word, placeholder, number, comment,
    smart-quotes, invisible, trailing-comma, extra-comma, missing-comma, colon, missing-value, raw-control, escape,
    inner-quote, open-string, bracket, after-end, cut-off, other. `splices` put it right where that is clear.
    """

    kind: str
    start: int
    end: int
    splices: tuple[Splice, ...] = ()


@dataclass(frozen=True)
class Scan:
    """What was found. `open` are the brackets that were never closed, with their places; `finished` means that all of
    the text was read; `end` is where the first value ends, when it does.
    """

    flaws: tuple[Flaw, ...]
    open: tuple[tuple[str, int], ...]
    finished: bool
    end: int | None = None


class Scanner:
    """Reads `text` from `at` on; `stack` are the brackets that are open there, `state` is what must come."""

    def __init__(self, text: str, at: int = 0, stack: tuple[tuple[str, int], ...] = (), state: str = "value") -> None:
        self.text, self.at = text, at
        self.stop = min(len(text), at + MOST_CHARACTERS)
        self.stack = list(stack)
        self.flaws: list[Flaw] = []
        self.end: int | None = None
        self.line = (0, 0)  # the line that was looked at last
        self.last = at  # where the last token ended
        self.comma: int | None = None  # the place of a comma that nothing followed yet
        self.state = state  # what comes next: key, colon, value, or comma (or the end)

    def scan(self) -> Scan:
        """Read on until the first value is complete, the text ends, or enough was read."""
        while self.at < self.stop and len(self.flaws) < MOST_FLAWS and self.end is None:
            self.at = self._skip(self.at)
            if self.at < self.stop:
                self._token(self.text[self.at])
        finished = self.at >= len(self.text) or self.end is not None
        if self.end is not None:
            rest = self._skip(self.end)
            closers = _CLOSERS.match(self.text, rest)
            if closers:
                self._flaw("bracket", rest, closers.end(), Splice(rest, closers.end(), ""))
            elif rest < len(self.text):
                self._flaw("after-end", rest, len(self.text))
        elif finished and not any(flaw.kind == "cut-off" for flaw in self.flaws):
            closing = "".join("]" if opener == "(" else _CLOSER[opener] for opener, _ in reversed(self.stack))
            filled = Splice(len(self.text), len(self.text), closing)
            complete = self.state == "comma" and closing
            self._flaw("cut-off", min(self.last, len(self.text)), len(self.text), *((filled,) if complete else ()))
        return Scan(tuple(self.flaws), tuple(self.stack), finished, self.end)

    def _skip(self, at: int) -> int:
        """White space and comments."""
        text = self.text
        while True:
            found = _SPACE.match(text, at)
            at = found.end() if found else at
            if at >= len(text):
                return at
            if strange := _INVISIBLE.match(text, at):
                self._flaw("invisible", at, strange.end(), Splice(at, strange.end(), " "))
                at = strange.end()
            elif text[at] in "/#<" and (comment := _COMMENT.match(text, at)):
                self._flaw("comment", at, comment.end(), Splice(at, comment.end(), ""))
                at = comment.end()
            else:
                return at

    def _flaw(self, kind: str, start: int, end: int, *splices: Splice) -> None:
        self.flaws.append(Flaw(kind, start, end, splices))

    def _token(self, char: str) -> None:
        if char == "{" and (template := _TEMPLATE.match(self.text, self.at)):
            self._before_value(self.at)
            self._flaw("placeholder", self.at, template.end())
            self._done(template.end())
        elif char in "{[(":
            self._open(char)
        elif char in "}])":
            self._close(char)
        elif char in ",;":
            self._comma(char)
        elif char in ":=":
            self._colon(char)
        else:
            self._scalar(char)

    def _before_value(self, start: int) -> None:
        """What must stand before a value: a comma, or a colon."""
        if self.state == "comma" and self.stack:
            self._flaw("missing-comma", self.last, start, Splice(self.last, self.last, ","))
            self.state = "key" if self.stack[-1][0] == "{" else "value"
        elif self.state == "colon":
            self._flaw("colon", self.last, start, Splice(self.last, self.last, ":"))
            self.state = "value"
        self.comma = None

    def _done(self, end: int) -> None:
        """A value, or a key, was read up to `end`."""
        self.at = self.last = end
        if self.state == "key":
            self.state = "colon"
        elif self.stack:
            self.state = "comma"
        else:
            self.end = end

    def _open(self, char: str) -> None:
        self._before_value(self.at)
        if self.state == "key":  # an object or a list where a key should be
            self._flaw("other", self.at, self.at + 1)
            self.state = "value"
        if char == "(":
            self._flaw("tuple", self.at, self.at + 1, Splice(self.at, self.at + 1, "["))
        self.stack.append((char, self.at))
        self.at = self.last = self.at + 1
        self.state = "key" if char == "{" else "value"

    def _close(self, char: str) -> None:
        at = self.at
        if self.comma is not None:
            self._flaw("trailing-comma", self.comma, self.comma + 1, Splice(self.comma, self.comma + 1, ""))
            self.comma = None
        elif self.state == "value" and self.text[self.last - 1 : self.last] in (":", "="):
            self._flaw("missing-value", self.last, at, Splice(self.last, self.last, " null"))
        elif self.state == "colon":
            self._flaw("colon", self.last, at)
        openers = [opener for opener, _ in self.stack]
        wanted = next((opener for opener, closer in _CLOSER.items() if closer == char), "")
        if openers and openers[-1] == wanted:
            self.stack.pop()
            if char == ")":
                self._flaw("tuple", at, at + 1, Splice(at, at + 1, "]"))
        elif wanted in openers and not (len(openers) > 1 and _CLOSER[openers[-1]] == self._next_closer(at + 1)):
            missing = ""  # what was opened inside was never closed
            while self.stack[-1][0] != wanted:
                missing += _CLOSER[self.stack.pop()[0]]
            self.stack.pop()
            self._flaw("bracket", at, at + 1, Splice(at, at, missing))
        elif openers:
            right = _CLOSER[openers[-1]]
            self.stack.pop()
            if right == self._next_closer(at + 1):  # one too many
                self.stack.append((openers[-1], at))
                self._flaw("bracket", at, at + 1, Splice(at, at + 1, ""))
                self.at = at + 1
                return
            self._flaw("bracket", at, at + 1, Splice(at, at + 1, right))
        else:
            self._flaw("bracket", at, at + 1, Splice(at, at + 1, ""))
            self.at = at + 1
            return
        self.state = "value"
        self._done(at + 1)

    def _next_closer(self, at: int) -> str:
        found = _SPACE.match(self.text, at)
        after = found.end() if found else at
        return self.text[after : after + 1]

    def _comma(self, char: str) -> None:
        at = self.at
        if self.state == "comma":
            if char == ";":
                self._flaw("extra-comma", at, at + 1, Splice(at, at + 1, ","))
            self.comma = at
            self.state = "key" if self.stack[-1][0] == "{" else "value"
        elif self.state == "colon":
            self._flaw("colon", self.last, at + 1)
            self.comma, self.state = at, "key"
        elif self.text[self.last - 1 : self.last] in (":", "="):
            self._flaw("missing-value", self.last, at + 1, Splice(self.last, self.last, " null"))
            self.comma, self.state = at, "key"
        else:
            self._flaw("extra-comma", at, at + 1, Splice(at, at + 1, ""))
        self.at = self.last = at + 1

    def _colon(self, char: str) -> None:
        at, width = self.at, 2 if self.text.startswith(("=>", ":="), self.at) else 1
        if self.state != "colon":
            self._flaw("other", at, at + width)
        else:
            if char == "=" or width == 2:
                self._flaw("colon", at, at + width, Splice(at, at + width, ":"))
            self.state = "value"
        self.at = self.last = at + width

    def _scalar(self, char: str) -> None:
        start, text = self.at, self.text
        self._before_value(start)
        if self.state == "value" and self.stack and (run := _RUN.match(text, start)):
            start = self.at = run.end()  # many numbers at once
            if self.stack[-1][0] == "{":
                self.at = start = run.start()
        if char == '"' and start == self.at and text[start] == '"':
            self._done(self._string(start))
        elif text[start] in "'bBuUrR" and (literal := _SINGLE.match(text, start) or _PREFIXED.match(text, start)):
            value = _python_string(literal.group())
            put = () if value is None else (Splice(start, literal.end(), json.dumps(value, ensure_ascii=False)),)
            self._flaw("single-quotes", start, literal.end(), *put)
            self._done(literal.end())
        elif curly := _CURLY.match(text, start):
            right = Splice(start, curly.end(), json.dumps(curly.group(1), ensure_ascii=False))
            self._flaw("smart-quotes", start, curly.end(), right)
            self._done(curly.end())
        else:
            self._word(start)

    def _string(self, start: int) -> int:
        """A string in double quotes: where it ends."""
        text = self.text
        found = _STRING.match(text, start)
        whole = found.group() if found else ""
        after = self._plain_skip(found.end()) if found else start
        follows = text[after : after + 1] if found else ""
        broken_line = "\n" in whole or "\r" in whole
        odd = found is not None and follows not in ("", ",", ":", "}", "]")
        if found and odd and not broken_line and follows not in "/#;=":
            return self._unescaped(start, found.end())
        if found and not (broken_line and odd):
            for bad in _BAD_IN_STRING.finditer(whole) if not whole.isprintable() or "\\" in whole else ():
                self._bad_character(start + bad.start(), bad.group(), whole)
            return found.end()
        line_end = self._line_end(start)
        closers = "".join("]" if opener == "(" else _CLOSER[opener] for opener, _ in reversed(self.stack))
        tail = re.search(r"[\]}\s]*\Z", text[max(start, len(text) - 200) :])
        closed = tail is not None and closers and "".join(tail.group().split()) == closers and self.state == "value"
        if found is None and line_end >= len(text.rstrip()) and not closed:  # the text ends in a string
            self._flaw("cut-off", start, len(text))
            self.last = len(text)
            return len(text)
        end = start + len(text[start:line_end].rstrip(" \t,]}"))
        self._flaw("open-string", start, end, Splice(end, end, '"'))
        return max(end, start + 1)

    def _line_end(self, at: int) -> int:
        """Where the line ends; searched once for each line."""
        if not self.line[0] <= at < self.line[1]:
            found = _LINE_END.search(self.text, at)
            self.line = (at, found.start() if found else len(self.text))
        return self.line[1]

    def _unescaped(self, start: int, end: int) -> int:
        """A string that ends where nothing may follow: its end was forgotten, or a quote inside has no backslash."""
        text = self.text
        if swallowed := re.search(r"\s*[,\]}]+\s*\Z", text[start + 1 : end - 1]):
            stop = start + 1 + swallowed.start()
            self._flaw("open-string", start, stop, Splice(stop, stop, '"'))
            return stop
        stop = min(self._line_end(start), end + 2_000)
        if lone := _LONE_QUOTE.match(text, end, stop):  # `the 5" screen"`
            self._flaw("inner-quote", end - 1, end, Splice(end - 1, end - 1, "\\"))
            return lone.end()
        if not text[end : end + 1].isalnum():
            return end
        real = _REAL_END.search(text, end, stop)
        if real is None or text[end - 1 : real.start() + 1].count('"') > 20:
            return end
        inner = [at for at in range(end - 1, real.start()) if text[at] == '"' and text[at - 1] != "\\"]
        if len(inner) % 2:  # quotes inside come in pairs; anything else is a comma that was forgotten
            return end
        self._flaw("inner-quote", inner[0], inner[-1] + 1, *(Splice(at, at, "\\") for at in inner))
        return real.start() + 1

    def _plain_skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _bad_character(self, at: int, bad: str, whole: str) -> None:
        if bad[0] == "\\":
            windows = re.match(r'"(?:[A-Za-z]:|\\)?(?:\\{1,2}[^\\"]+)+"\Z', whole) is not None
            simple = windows or bad[1:] not in ("'", "`")
            self._flaw("escape", at, at + len(bad), Splice(at, at + 1, "\\\\" if simple else ""))
        else:
            name = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(bad, f"\\u{ord(bad):04x}")
            self._flaw("raw-control", at, at + 1, Splice(at, at + 1, name))

    def _word(self, start: int) -> None:
        text = self.text
        if call := _CALL.match(text, start):
            self._flaw("python-object", start, call.end())
            self.stack.append(("(", call.end() - 1))
            self.at = self.last = call.end()
            self.state = "value"
            return
        found = _BARE.match(text, start)
        if found is None:
            self._flaw("other", start, start + 1)
            self.at = self.last = start + 1
            return
        end, word = found.end(), found.group()
        as_key = self.state == "key"
        if as_key or not (word in KNOWN_WORDS or _NUMBER.match(word)):
            self._named(start, end, word, as_key)
        self._done(end)

    def _named(self, start: int, end: int, word: str, as_key: bool) -> None:
        if as_key:
            self._flaw("bare-key", start, end, Splice(start, end, json.dumps(word, ensure_ascii=False)))
        elif word in PYTHON_WORDS:
            self._flaw("python-word", start, end, Splice(start, end, PYTHON_WORDS[word]))
        elif word in OTHER_WORDS:
            self._flaw("word", start, end, Splice(start, end, OTHER_WORDS[word]))
        elif _NUMBER_LIKE.match(word):
            number = None if self._after_comma(start, word) else _plain_number(word)
            self._flaw("number", start, end, *((Splice(start, end, number),) if number else ()))
        elif _PLACEHOLDER.match(word):
            self._flaw("placeholder", start, end)
        else:
            self._flaw("bare-word", start, end, Splice(start, end, json.dumps(word, ensure_ascii=False)))

    def _after_comma(self, start: int, word: str) -> bool:
        """True where `0,03` may be 0.03: nobody knows what it is, and without its zeros it would be another number."""
        return bool(re.match(r"0\d", word)) and bool(re.search(r"\d,\Z", self.text[max(0, start - 2) : start]))


def _python_string(literal: str) -> str | None:
    try:
        value = ast.literal_eval(literal)
    except (ValueError, SyntaxError):
        return None
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else None


def _plain_number(word: str) -> str | None:
    """The JSON number that is meant; None where that is anyone's guess (an octal number of old, a complex one)."""
    plain = word.rstrip("fFdDlLn").lstrip("+") if not word.lower().lstrip("+-").startswith("0x") else word.lstrip("+")
    try:
        if re.match(r"-?0[xob]", plain, re.IGNORECASE):
            return str(int(plain, 0)) if len(plain) < 40 else None
        sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
        digits = digits.replace("_", "")
        whole, dot, rest = digits.partition(".")
        made = f"{sign}{whole.lstrip('0') or '0'}{dot}{rest}" if dot else f"{sign}{digits.lstrip('0') or '0'}"
        made = re.sub(r"\.(?=[eE]|\Z)", ".0", made)
        return made if _NUMBER.match(made) else None
    except ValueError:
        return None
