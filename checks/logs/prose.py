r"""Text that lies inside other text: JSON in prose, Python reprs, tracebacks written with `\n`.

Error texts of SDKs, of the resource manager, of Kubernetes and of HTTP clients carry what happened as JSON in a
sentence, often escaped once or several times, spread over several lines or cut off. `expand` reads it as far as it
goes and adds every text in it as a line of its own, so that signatures and tracebacks see it as it was written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.logs.lines import Line

DEEPEST = 8  # texts in texts
LONGEST = 1 << 20  # characters of one line that are read
MOST = 4000  # lines that one source line may add
FARTHEST = 3000  # lines over which one JSON text may be spread
CODES = ("code", "errorcode", "error_code", "reason", "error", "exceptiontype")
MESSAGES = ("message", "msg", "error_message", "errormessage", "detail", "error_description", "description", "log")
CONTAINERS = frozenset(
    ("_schema", "error", "errors", "details", "info", "value", "innererror", "additionalinfo", "status", "properties")
)
"""Keys that say nothing about the text below them."""

OPENING = re.compile(r"\{\s*+(?:(?P<escaped>(?:\\+[nrt]\s*+)*+\\++[\"']|(?:\\+[nrt]\s*+)++[\"'])|(?=[\"'])|$)")
TOKEN = re.compile(r"\s*+(?:(?P<mark>[{}\[\],:])|(?P<quote>[bu]?[\"'])|(?P<bare>[^\s,:\[\]{}\"']++))")
TO_QUOTE = {mark: re.compile(rf"[^\\{mark}]*+(?:\\.[^\\{mark}]*+)*+", re.DOTALL) for mark in "\"'"}
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
PLAIN = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "", "0": ""}
NEW_LINES = re.compile(r"\\++n(?:\\++[nrt])*+(?:[ \t]++File [\\\"']|Traceback \(most|[\w.]*+(?:Error|Exception)\b)")
CODE = re.compile(r"[A-Za-z_][\w.]{2,79}")
GOES_ON = re.compile(r"\s*+[\"'{}\[\],]")


def expand(lines: "list[Line]", depth: int = 0) -> "list[Line]":
    """The lines, each followed by the texts that lie inside it; of several lines of one JSON text, each by its own.

    A text of several lines is cut out of the line that held it: the lines that follow tell it.
    """
    if depth >= DEEPEST or not any(may_hold(line.text) for line in lines):
        return lines
    found: list[Line] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        if not may_hold(line.text):
            found.append(line)
            position += 1
            continue
        walk = _Walk(lines, position, depth)
        texts = walk.run()
        for index in range(position, walk.position + 1):
            source = lines[index]
            found.append(replace(source, text=_without(source.text, walk.cut.get(index, []))))
            inner = (text for at, text in texts if at == index)
            found += [replace(source, text=text, derived=True) for _, text in zip(range(MOST), inner, strict=False)]
        position = walk.position + 1
    return found


def may_hold(text: str) -> bool:
    r"""True when a line may hold another text: an opened brace and a quote, or an escaped line of a traceback."""
    return ("{" in text and OPENING.search(text[:LONGEST]) is not None) or (
        "\\n" in text and NEW_LINES.search(text[:LONGEST]) is not None
    )


def texts_in(text: str, depth: int, source: "Line") -> list[str]:
    """The lines of a text, each followed by the texts that lie inside it; of a JSON text only these."""
    lines = [replace(source, text=one, derived=False) for one in text.replace("\r", "").split("\n") if one.strip()]
    found = expand(lines, depth + 1)
    inner = [line.text for line in found if line.derived]
    only = bool(inner) and text.lstrip().startswith(("{", "[{"))
    return inner if only else [line.text for line in found]


def unescape(text: str) -> str:
    """A string literal's content, of JSON or Python, with one level of escapes resolved."""
    if "\\" not in text:
        return text
    found = ESCAPE.sub(_resolved, text)
    if any("\ud800" <= character <= "\udfff" for character in found):
        found = found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return found


def _resolved(escape: re.Match[str]) -> str:
    what = escape[1]
    return chr(int(what[1:], 16)) if len(what) > 1 else PLAIN.get(what, what)


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with what lies between these positions left out."""
    parts, end = [], 0
    for first, last in spans:
        parts += [text[end:first], "…"]
        end = last
    return "".join((*parts, text[end:]))


@dataclass(slots=True)
class _Level:
    """One opened object or array. `said` holds its texts: key, text, index of the line."""

    mark: str
    path: str
    key: str | None = None
    waits: bool = False  # a key was read, its value follows
    said: list[tuple[str, str, int]] = field(default_factory=list)


class _Walk:
    """Reads one line, and the next ones as long as the JSON text that began in it goes on. Never looks back."""

    def __init__(self, lines: "Sequence[Line]", position: int, depth: int = 0) -> None:
        self.lines = lines
        self.position = position
        self.depth = depth
        self.cut: dict[int, list[tuple[int, int]]] = {}
        self.found: list[tuple[int, str]] = []
        self.levels: list[_Level] = []

    def run(self) -> list[tuple[int, str]]:
        """The texts that lie inside, each with the index of the line in which it stands."""
        first, at = self.position, 0
        while True:
            text = self.lines[self.position].text[:LONGEST]
            at = self._rest(text, at) if self.levels else at
            while not self.levels and (opening := OPENING.search(text, at)):
                if opening["escaped"]:
                    self._put_all(texts_in(unescape(text[opening.start() :]), self.depth, self.lines[self.position]))
                    at = len(text)
                    break
                self.levels.append(_Level("{", ""))
                at = self._rest(text, opening.start() + 1)
            more = self.position + 1 < len(self.lines) and self.position - first < FARTHEST
            if not (self.levels and more and GOES_ON.match(self.lines[self.position + 1].text)):
                break
            self.position, at = self.position + 1, 0
        self._close_all()
        if not self.found and (escaped := NEW_LINES.search(self.lines[self.position].text[:LONGEST])):
            self._tell_lines(escaped.start())
        return self.found

    def _tell_lines(self, begin: int) -> None:
        """A text that is no JSON and holds written line ends."""
        text = self.lines[self.position].text[:LONGEST]
        first = max(text.rfind(mark, 0, begin) for mark in ("Traceback (most", "'", '"', "\\n"))
        first = max(first, 0)
        plain = re.sub(r"\\++n", "\n", text[first:]).replace('\\"', '"').replace("\\'", "'")
        self._put_all(texts_in(plain, self.depth, self.lines[self.position]))
        self.cut.setdefault(self.position, []).append((first, len(text)))

    def _rest(self, text: str, at: int) -> int:
        """Reads tokens of one line from a position until the last level closes; the position behind the last token."""
        while self.levels:
            token = TOKEN.match(text, at)
            if token is None:
                return len(text)
            level = self.levels[-1]
            if token["quote"]:
                at = self._string(text, token, level)
            elif token["bare"]:
                if level.mark == "{" and not level.waits:
                    self._close_all()
                    return token.start()
                level.waits, at = False, token.end()
            elif not self._mark(token["mark"], level):
                self._close_all()
                return max(token.end() - 1, at)
            else:
                at = token.end()
        return at

    def _mark(self, mark: str, level: _Level) -> bool:
        """One of the marks between strings; False where it cannot stand."""
        if mark in "{[":
            if level.mark == "{" and not level.waits:
                return False
            level.waits = False
            self.levels.append(_Level(mark, _joined(level.path, level.key)))
        elif mark in "}]":
            self._close()
        elif mark == ":":
            return level.mark == "{" and level.waits
        return True

    def _string(self, text: str, token: re.Match[str], level: _Level) -> int:
        """A key or a text; one that is cut off ends with the line. Gives the position behind it."""
        quote = token["quote"][-1]
        begin = token.end()
        body = TO_QUOTE[quote].match(text, begin)
        end = body.end() if body else begin
        content = text[begin:end]
        if level.mark == "{" and not level.waits:
            level.key, level.waits = unescape(content), True
            return end + 1
        level.waits = False
        key = level.key if level.mark == "{" and level.key else level.path.rsplit(".", 1)[-1]
        said = unescape(content)
        level.said.append((key, said, self.position))
        if "\n" in said.strip():
            self.cut.setdefault(self.position, []).append((begin, end))
        if end == len(text):
            self._close_all()
        return end + 1

    def _close(self) -> None:
        """Tells what an object or array said: each message with the code that stands beside it."""
        level = self.levels.pop()
        code = next((said for key, said, _ in level.said if key.lower() in CODES and CODE.fullmatch(said)), "")
        messages = False
        for key, said, index in level.said:
            name = key.lower()
            if not said.strip() or said == code:
                continue
            if name in MESSAGES or (name in CODES and " " in said):
                head = f"({code}) " if code else ""
                messages = True
            elif " " in said or "\n" in said or "{" in said:
                path = level.path if level.mark == "[" else _joined(level.path, key)
                head = f"{path}: " if path else ""
            else:
                continue
            self._put_said(said, head, index)
        if code and not messages:
            self.found.append((level.said[0][2], f"({code})"))

    def _put_said(self, said: str, head: str, index: int) -> None:
        for number, text in enumerate(texts_in(said, self.depth, self.lines[index])):
            kept = "" if number or text.startswith("Traceback ") else head
            self.found.append((index, kept + text))

    def _put_all(self, texts: Sequence[str]) -> None:
        self.found += [(self.position, text) for text in texts]

    def _close_all(self) -> None:
        while self.levels:
            self._close()


def _joined(path: str, key: str | None) -> str:
    """The names above a text that say something, dotted."""
    return ".".join(part for part in (path, key) if part and part.lower() not in CONTAINERS)[-200:]
