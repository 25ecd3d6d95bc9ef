"""Signs for terminals that lack those of Unicode: whatever is drawn passes here last, and keeps its width."""

import os
import sys
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from doctor.marks import ASCII_MARKS, MARKS

if TYPE_CHECKING:
    from textual.app import App

PLAIN = {MARKS[kind]: sign for kind, sign in ASCII_MARKS.items()} | dict(
    zip("‹›▸▶▷▾▼▲◂→←↑↓·•●○…—“”‘’≥≤×⌫⏎␣", "<>>>*vv^<><^v.**o~-\"\"''><x<<_", strict=True)
)
CONSOLE = "cp437"
"""What the fonts of the Linux console have for certain. Other letters may be there as well, so they stay."""


class PlainSigns(LineFilter):
    """Draws what `encoding` lacks with signs that every terminal has."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self.encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same cells."""
        return [
            one if one.control or one.text.isascii() else Segment(plain(one.text, self.encoding), one.style)
            for one in segments
        ]


@lru_cache(4096)
def plain(text: str, encoding: str) -> str:
    """The text in as many cells, with nothing that `encoding` lacks."""
    return "".join(c if c.isascii() else _plain(c, encoding) for c in text)


@lru_cache(4096)
def _plain(c: str, encoding: str) -> str:
    try:
        c.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return _other(c, exact=encoding != CONSOLE)
    return c


def _other(c: str, *, exact: bool) -> str:
    if c in PLAIN:
        return PLAIN[c]
    name = unicodedata.name(c, "")
    if name.startswith("BOX DRAWINGS"):
        lies = any(word in name for word in ("HORIZONTAL", "LEFT", "RIGHT"))
        stands = any(word in name for word in ("VERTICAL", "UP", "DOWN"))
        return "+" if lies and stands else "-" if lies else "|"
    if "\u2580" <= c <= "\u259f":
        return " "  # parts of a cell, as scroll bars have them: their colours stay
    if not exact:
        return c
    base = unicodedata.normalize("NFKD", c).encode("ascii", "ignore").decode()
    return base if base and len(base) == cell_len(c) else "?" * cell_len(c)


def missing(environment: Mapping[str, str] = os.environ, written: str | None = None) -> str | None:
    """The encoding that the terminal has instead of Unicode, by locale and kind; None where nothing is missing.

    `written` is the encoding in which the screens are written, by default that of standard error.
    """
    written = written or getattr(sys.__stderr__, "encoding", None) or "utf-8"
    if not written.lower().startswith("utf"):
        return written
    told = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    if told in {"C.UTF-8", "C.utf8", "UTF-8"} and not environment.get("LC_ALL"):
        told = environment.get("LANG") or told  # Python itself lays this over a LANG of C
    if told in {"C", "POSIX"}:
        return "ascii"
    return CONSOLE if environment.get("TERM") == "linux" else None


def suit(app: "App[Any]") -> None:
    """Let an app draw what its terminal has. A browser brings fonts of its own."""
    encoding = None if app.is_web else missing()
    if encoding is not None:
        app._filters.append(PlainSigns(encoding))  # noqa: SLF001 # Textual has no public way to add one
