"""Secrets stay here: what a person mails is masked more strictly than what a screen shows."""

import re
from functools import lru_cache

from doctor.bundle.secret_patterns import ASSIGNED, BESIDE, KEY_END, KEY_LINE, LIKE_ASSIGNED, SHAPES, SIGNS
from doctor.containers.variables import is_secret
from doctor.presearch import Rules
from doctor.redact import CHANGED, MASK, holds_remembered, redact_lines

_PIECE = 1 << 18  # characters handled in one go: other threads have a turn between two

_RULES = Rules((SHAPES, MASK), *((pattern, rf"\g<1>{MASK}") for pattern in BESIDE))
_SEARCHED = (SHAPES, *BESIDE, LIKE_ASSIGNED, KEY_LINE, re.compile("PRIVATE KEY"))
_LIKE_ASSIGNED = Rules((LIKE_ASSIGNED, MASK))
_STRICT = Rules(*((pattern, MASK) for pattern in _SEARCHED))
_ANY = Rules(*((pattern, MASK) for pattern in (*CHANGED, *_SEARCHED)))
_LINE_END = re.compile(r"(\\+(?:r\\+)?[nrt])")
_QUOTED = re.compile(r"\\[nrt\"']")
_FEW = 1000  # characters
_OUTER = re.compile(r"(?<!\\)[\"']")
_SLASHES = re.compile(r"\\+(?=[\"'])")
_HIDDEN = {'"': "\x02", "'": "\x03"}
_OTHER_KEY = re.compile(r"(-----BEGIN PGP PRIVATE KEY BLOCK-----)(.*?)(?:(?=-----END)|\Z)", re.DOTALL)


def mask(text: str) -> str:
    """A text without secrets, and without halves of surrogate pairs, which no file can hold. Twice is once."""
    if len(text) <= 4096:
        return _short(text)
    text = _quoted(_sound(text))
    pieces, at = [], 0
    text = _without_other_keys(redact_lines(text))
    while at < len(text):
        end = text.find("\n", at + _PIECE)
        end = len(text) if end < 0 else end + 1
        pieces.append(_strictly(text[at:end]))
        at = end
    return "".join(pieces)


@lru_cache(maxsize=4096)  # names and reasons come again and again
def _short(text: str) -> str:
    return _plainly(_quoted(_sound(text)))


def _plainly(text: str) -> str:
    if not _ANY.may_match(text) and not holds_remembered(text):
        return text
    return _strictly(_without_other_keys(redact_lines(text)))


def _quoted(text: str) -> str:
    """Lines in which ends of lines are written out, as JSON and Python do: masked as the lines that they stand for."""
    if "\\" not in text:
        return text
    lines = text.split("\n")
    for at in range(len(lines)) if len(text) < _FEW or holds_remembered(_SLASHES.sub("", text)) else _quoting(text):
        if _QUOTED.search(lines[at]) and _may_hold(lines[at]):
            lines[at] = _unquoted(lines[at])
    return "\n".join(lines)


def _quoting(text: str) -> set[int]:
    """The lines that hold something when what is written out is what it stands for, or quotes inside are quotes."""
    spread = _LINE_END.sub("\v", text)
    return _ANY.lines(text) | _ANY.lines(spread) | _ANY.lines(_SLASHES.sub("", _OUTER.sub("\x02", spread)))


def _unquoted(line: str) -> str:
    parts = _LINE_END.split(line)
    masked = _plainly("\n".join(parts[::2])).split("\n")
    if len(masked) != len(parts[::2]):
        masked = [_plainly(part) for part in parts[::2]]
    parts[::2] = map(_inside_quotes, masked)
    return KEY_END.sub(MASK, "".join(parts))


def _inside_quotes(text: str) -> str:
    """What stands in a text inside of a text: its quotes have slashes, those around it are hidden meanwhile."""
    slashes = _SLASHES.search(text)
    if slashes is None:
        return text
    outer = _OUTER.sub(lambda quote: _HIDDEN[quote[0]], text)
    inner = _SLASHES.sub("", outer)
    masked = _plainly(inner)
    if masked == inner:
        return text
    masked = re.sub(r"[\"']", lambda quote: slashes[0] + quote[0], masked)
    return masked.replace(_HIDDEN['"'], '"').replace(_HIDDEN["'"], "'")


def _sound(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _strictly(text: str) -> str:
    """By the patterns of this file, where a sign of one stands: in its line, and in the next where the value may be."""
    if not _STRICT.may_match(text):
        return text
    text = KEY_LINE.sub(rf"\g<1>{MASK}", text)
    text = KEY_END.sub(MASK, text) if "-----END" in text else text
    if not _may_hold(text):
        return text
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _may_hold(lines[end]):
            end += 1
        if end > at:
            end = min(end + 1, len(lines))
            lines[at:end] = _by_patterns("\n".join(lines[at:end])).split("\n")
        at = max(end, at + 1)
    return "\n".join(lines)


def _may_hold(text: str) -> bool:
    low = text.lower()
    return any(sign in low for sign in SIGNS)


def _by_patterns(text: str) -> str:
    text = _RULES.substituted(text)
    return ASSIGNED.sub(_without_value, text) if _LIKE_ASSIGNED.may_match(text) else text


def _without_other_keys(text: str) -> str:
    return _OTHER_KEY.sub(_without_key, text) if "PGP PRIVATE" in text else text


def _without_key(found: re.Match[str]) -> str:
    """The first line of a key as it is, the others masked."""
    return found[1] + re.sub(r"[^\n]+", MASK, found[2])


def _without_value(found: re.Match[str]) -> str:
    """`API_KEY=abc123def` without its value; code such as `token = next(tokens)` stays as it is."""
    name, value = found["name"].rpartition(".")[2], found["value"]
    is_key = (
        re.search(r"\d", value)
        and re.search(r"[A-Za-z]", value)
        and not re.search(r"[()\[\]{}]|^[\w.]*\.[a-z_]\w*$", value)
    )
    if not is_key or value.startswith(("/", "~", "./", "%", "@")) or not is_secret(name.replace("-", "_")):
        return found[0]
    return f"{found['name']}{found['between']}{MASK}"
