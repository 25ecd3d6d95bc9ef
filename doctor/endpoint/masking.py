"""Hides what was sent as a secret, in whatever form an answer repeats it."""

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

from doctor.redact import MASK, redact, redact_lines

_BREAK = r"(?:\\[rn]|\s)*"  # a service, or base64, wraps long words
_LONG = 16  # characters from which on a value is known across line ends
_SHORTEST = 4  # characters: less is no key, and would be found in every text


class Secrets:
    """The values that must not be seen again."""

    def __init__(self, *values: str) -> None:
        self._forms = sorted({form for value in values for form in _forms(value)}, key=len, reverse=True)
        broken = [_BREAK.join(map(re.escape, form)) for form in self._forms if len(form) >= _LONG]
        short = [re.escape(form) for form in self._forms if len(form) < _LONG]
        self._pattern = re.compile("|".join((*broken, *short))) if self._forms else None

    def __repr__(self) -> str:
        return f"Secrets({len(self._forms)} forms)"

    def hide(self, text: str) -> str:
        """The text without these values and without other secrets; for one line."""
        return redact(self._own(text))

    def hide_lines(self, text: str, whole: bool = True) -> str:
        """The same for a long text. When it is not whole, the beginning of a value at its very end goes as well."""
        hidden = self._own(text)
        if not whole:
            hidden = self._without_beginning(hidden)
        return redact_lines(hidden)

    def hide_bytes(self, content: bytes) -> bytes:
        """The same for bytes, which stay as they are where no such value is in them."""
        text = content.decode("latin-1")
        hidden = self._own(text)
        return content if hidden == text else hidden.encode("latin-1")

    def _own(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text

    def _without_beginning(self, text: str) -> str:
        for form in self._forms:
            for length in range(len(form) - 1, _SHORTEST - 1, -1):
                if text.endswith(form[:length]):
                    return text[:-length] + MASK
        return text


def _forms(value: str) -> set[str]:
    """How an answer may write a value: as it is, escaped for JSON, HTML or a URL, in hex, in base64."""
    if len(value) < _SHORTEST:
        return set()
    plain = {
        value, value.lower(), value.upper(), html.escape(value), json.dumps(value)[1:-1], repr(value)[1:-1],
        quote(value, safe=""), quote(value), quote_plus(value), value.encode().hex(),
        "".join(f"\\u{ord(one):04x}" for one in value),
    }  # fmt: skip
    coded = {_coded(value.encode(), before, swap) for before in range(3) for swap in (False, True)}
    escaped = {re.sub("%..", lambda found: found.group().lower(), form) for form in plain}
    return {form for form in plain | coded | escaped if len(form) >= _SHORTEST}


def _coded(value: bytes, before: int, url_safe: bool) -> str:
    """What base64 makes of a value that stands behind others: without the letters that its neighbours share."""
    code = base64.urlsafe_b64encode if url_safe else base64.b64encode
    text = code(b"\0" * before + value).decode().rstrip("=")
    shared = 1 if (before + len(value)) % 3 else 0
    return text[(0, 2, 3)[before] : len(text) - shared]
