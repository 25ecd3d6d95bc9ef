"""The same error in other words: those of another language, those of an older Python.

Windows tells errors in the language of the machine, and Python quotes it; so does a libc whose program set a locale.
Their numbers are the same everywhere.
"""

import re
from collections.abc import Sequence

from checks.logs.lines import Line

_NUMBERED = re.compile(
    r"\[(?P<kind>Errno|WinError) (?P<number>\d{1,5})\] (?P<said>[^:'\"\n]{3,200}?)(?=$|\.?: |:? ['\"])"
)
_WORDS = {
    ("Errno", 2): "No such file or directory",
    ("Errno", 12): "Cannot allocate memory",
    ("Errno", 13): "Permission denied",
    ("Errno", 17): "File exists",
    ("Errno", 20): "Not a directory",
    ("Errno", 21): "Is a directory",
    ("Errno", 24): "Too many open files",
    ("Errno", 28): "No space left on device",
    ("Errno", 30): "Read-only file system",
    ("Errno", 98): "Address already in use",
    ("Errno", 104): "Connection reset by peer",
    ("Errno", 110): "Connection timed out",
    ("Errno", 111): "Connection refused",
    ("WinError", 2): "The system cannot find the file specified",
    ("WinError", 3): "The system cannot find the path specified",
    ("WinError", 5): "Access is denied",
    ("WinError", 32): "The process cannot access the file because it is being used by another process",
    ("WinError", 112): "There is not enough space on the disk",
    ("WinError", 126): "The specified module could not be found",
    ("WinError", 206): "The filename or extension is too long",
    ("WinError", 1114): "A dynamic link library (DLL) initialization routine failed",
    ("WinError", 1314): "A required privilege is not held by the client",
    ("WinError", 1455): "The paging file is too small for this operation to complete",
    ("WinError", 10048): "Only one usage of each socket address (protocol/network address/port) is normally permitted",
    ("WinError", 10054): "An existing connection was forcibly closed by the remote host",
    ("WinError", 10060): (
        "A connection attempt failed because the connected party did not properly respond after a period of time"
    ),
    ("WinError", 10061): "No connection could be made because the target machine actively refused it",
}


_OF_OLD = re.compile(r"ImportError: cannot import name ['\"]?(?P<name>\w+)['\"]?\s*$")
_FROM = re.compile(r"\s*from (?P<module>[A-Za-z_][\w.]*) import (?P<names>.+)")


def as_today(lines: Sequence[Line], position: int) -> str:
    """What a line says, as a Python of today says it on an English machine: by those words signatures know an error."""
    text = lines[position].text
    if "[Errno " in text or "[WinError " in text:
        return in_english(text)
    if position and "ImportError: cannot import name" in text and (found := _OF_OLD.search(text)):
        above = _FROM.match(lines[position - 1].text[:500])
        if above and re.search(rf"\b{found['name']}\b", above["names"]):
            return f"{text[: found.start()]}ImportError: cannot import name '{found['name']}' from '{above['module']}'"
    return text


def in_english(text: str) -> str:
    """The text with the words of numbered errors in English, where they are not."""
    return _NUMBERED.sub(_told, text)


def _told(found: re.Match[str]) -> str:
    words = _WORDS.get((found["kind"], int(found["number"])))
    if words is None or (found["said"].isascii() and _FOREIGN.isdisjoint(found["said"].lower().split())):
        return found[0]
    return f"[{found['kind']} {found['number']}] {words}"


_FOREIGN = frozenset(
    (
        *("der", "das", "ist", "kein", "keine", "keinen", "nicht", "oder", "zugriff", "verweigert", "abgelehnt"),
        *("le", "les", "est", "aucun", "ne", "non"),
        *("el", "la", "de", "del", "en", "que", "existe", "queda", "permiso", "denegado", "acceso"),
        *("il", "di", "nessun", "permesso", "negato", "accesso", "negada", "negado", "recusada", "arquivo"),
        *("niet", "geen", "toegang", "geweigerd", "brak", "nie", "odmowa", "nekad"),
    )
)
"""Words that no English error holds, where it has no letter that English lacks either."""
