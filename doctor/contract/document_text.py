"""Bytes of a document as text, and text as a value: JSON and YAML, bounded, with every fault at its place."""

import codecs
import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from checks.contract.places import pointer_at, repeated_keys, too_deep
from checks.contract.records import DocumentProblem, Json
from checks.contract.references import DEEPEST

MOST_BRACKETS = 3_000_000
"""Objects and lists of one JSON text: each takes memory that its two characters do not show."""
MOST_REPEATED = 20

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DIGITS = re.compile(r"\d{4300,}")
_ODD = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?(?:NaN|Infinity)', re.DOTALL)
_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7}) .{0,40}|={7}(?=\s*\Z)")
_SAID = {
    "Expecting value": "a value is expected",
    "Expecting property name enclosed in double quotes": "a key in double quotes is expected",
    "Expecting ',' delimiter": "a comma or a closing bracket is expected",
    "Expecting ':' delimiter": "a colon is expected behind the key",
    "Extra data": "the text goes on behind its end",
    "Invalid control character at": "a line end or tab stands inside a text; write \\n or \\t",
    "Unterminated string starting at": "the text that begins here has no closing quote",
    "Invalid \\escape": "a backslash stands before a character that it does not fit; write \\\\",
    "Invalid \\uXXXX escape": "four hexadecimal digits are expected behind \\u",
}


@dataclass
class Read:
    """What was made of a text. `content` is None where nothing could be; `lines` are those of YAML values."""

    content: Json = None
    problems: list[DocumentProblem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)


def decoded(content: bytes) -> tuple[str, list[DocumentProblem]]:
    """The text of bytes. What is not plain UTF-8 is a problem, because the server reads nothing else."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            name = "UTF-8 with a byte order mark" if encoding == "utf-8-sig" else encoding.upper()
            text = content.decode(encoding, "replace")
            return text, [_syntax(f"the file is {name}; plain UTF-8 is expected", 1, 0)]
    if guess := _without_mark(content):
        text = content.decode(guess, "replace")
        return text, [_syntax(f"the file is {guess.upper()}; plain UTF-8 is expected", 1, 0)]
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        text = content.decode("utf-8", "replace")
        line = content.count(b"\n", 0, error.start) + 1
        column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace"))
        seen = content[error.start]
        return text, [_syntax(f"the byte 0x{seen:02x} is no UTF-8", line, column)]


def _without_mark(content: bytes) -> str | None:
    """UTF-16 that does not say so: every second byte of what is plain English is zero."""
    head = content[:200]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(head) > 8 and head[start::2].count(0) > len(head) // 3:
            return encoding
    return None


def looks_like_json(text: str) -> bool:
    """True where the text begins as a JSON object or list does, or is nothing else either."""
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[", '"')


def read_json(text: str) -> Read:
    """The value of a JSON text. Nothing is raised, however broken or deep it is."""
    text = text.removeprefix("\ufeff")
    brackets = text.count("{") + text.count("[")
    if brackets > MOST_BRACKETS:
        message = f"the text has {brackets:,} objects and lists; at most {MOST_BRACKETS:,} are read"
        return Read(problems=[DocumentProblem(kind="large", message=message)])
    if (deep := too_deep(text, DEEPEST)) is not None:
        return Read(problems=[_placed("deep", f"the text nests deeper than {DEEPEST} levels", text, deep)])
    twice = False
    odd: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        made = dict(pairs)
        twice = twice or len(made) != len(pairs)
        return made

    try:
        value = json.loads(text, object_pairs_hook=members, parse_constant=odd.append)
    except json.JSONDecodeError as error:
        return Read(problems=[_broken_json(text, error)])
    except (ValueError, RecursionError) as error:  # a number of thousands of digits
        long = _DIGITS.search(text)
        place = long.start() if long else 0
        return Read(problems=[_placed("syntax", str(error).split(";")[0][:160], text, place)])
    problems = []
    for pointer, key, first, second in repeated_keys(text)[:MOST_REPEATED] if twice else ():
        line = text.count("\n", 0, first) + 1
        message = f"the key `{key}` stands here a second time, and in line {line} before; only the last counts"
        problems.append(_placed("specification", message, text, second, pointer))
    if odd:
        place = next((found.start() for found in _ODD.finditer(text) if not found[0].startswith('"')), 0)
        message = f"`{odd[0]}` is no JSON: only Python reads it, and clients refuse the whole document"
        problems.append(_placed("specification", message, text, place))
    return Read(content=value, problems=problems)


def _broken_json(text: str, error: json.JSONDecodeError) -> DocumentProblem:
    at = error.pos
    while not error.msg.startswith(("Invalid", "Unterminated")) and text[at : at + 1] in (" ", "\t", "\r", "\n"):
        at += 1
    if (conflict := conflict_mark(text, text.count("\n", 0, at) + 1)) is not None:
        return conflict
    before = text[:at].rstrip()[-1:]
    seen = text[at : at + 1]
    said = _SAID.get(error.msg, error.msg)
    if not text.strip():
        said = "the file is empty"
    elif seen in ("}", "]") and before == ",":
        said = f"a comma stands before `{seen}`"
        at = text.rindex(",", 0, at)
    elif seen == "<" and not text[:at].strip("\ufeff \t\r\n"):
        said = "the file is a web page or XML; JSON begins with `{`"
    elif seen == "'":
        said = "single quotes; JSON texts stand in double quotes"
    elif text[at : at + 2] in ("//", "/*") or seen == "#":
        said = "a comment; JSON has none"
    elif not seen:
        said = "the text ends before its last bracket is closed"
    elif error.msg in _SAID and not error.msg.startswith(("Unterminated", "Invalid")):
        said += f", seen `{_word(text, at)}`"
    return _placed("syntax", said, text, at)


def conflict_mark(text: str, line: int) -> DocumentProblem | None:
    """The mark of an unfinished merge in that line, or one of the three before: the parser stops behind it."""
    lines = text.split("\n", line)[:line]
    for number in range(line, max(line - 4, 0), -1):
        if number <= len(lines) and (mark := _CONFLICT.match(lines[number - 1])):
            message = f"`{mark[0].strip()}` is the mark of a merge that was not finished"
            return _syntax(message, number, 0)
    return None


def _word(text: str, at: int) -> str:
    found = re.compile(r"[\w.+-]{1,20}|.", re.DOTALL).match(text, at)
    return found[0] if found else ""


def _placed(kind: Any, message: str, text: str, offset: int, pointer: str | None = None) -> DocumentProblem:
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1)
    where = pointer if pointer is not None else pointer_at(text[:2_000_000], min(offset, 2_000_000))
    return DocumentProblem(
        kind=kind, message=message, pointer=where if 0 < len(where) <= 200 else None, line=line, column=column
    )


def _syntax(message: str, line: int, column: int) -> DocumentProblem:
    return DocumentProblem(kind="syntax", message=message, line=line, column=column)


def tidy(value: Json) -> Json:
    """The value without what no report can write: halves of surrogate pairs, and keys that are no text."""
    if isinstance(value, dict):
        return {tidy(str(key)): tidy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [tidy(item) for item in value]
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode("utf-8")
    return None if isinstance(value, float) and not math.isfinite(value) else value
