"""What stays the same of a finding when lines move, folders are renamed and machines differ."""

import hashlib
import re

from checks.finding import Finding

_SHIFTING = (
    (
        re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?(?: ([A-Z]{1,8}) \[\d+\])?"),
        r"T \1",
    ),
    (re.compile(r"(?i)\b(pid[: ] ?)\d+\b"), r"\1N"),
    (re.compile(r"(?i)\b(lines?) \d+(?:(?:, | and | to |-)\d+)*"), r"\1 N"),
    (re.compile(r"0x[0-9a-fA-F]{6,}"), "0x"),
    (re.compile(r"(?<![\w.:/\\])(?:[A-Za-z]:)?[\\/](?:[^\\/\s'\":,;()]+[\\/])+(?=[^\\/\s])"), ""),
    (re.compile(r"\b\d+(?:\.\d+)?(?= ?(?:s|ms|bytes?|[kKMG]i?B|%)(?!\w))"), "N"),
    (re.compile(r"\b\d+\.\d+(?= seconds)|\b\d+(?= (?:seconds|times|more)\b)"), "N"),
    (re.compile(r"\s+"), " "),
)


def fingerprint(finding: Finding) -> str:
    """Sixteen hexadecimal digits of id, title and evidence.

    Line numbers, folders, addresses, sizes, times and numbers of processes do not count, so that a baseline survives an
    edit elsewhere in the file, another checkout, and a slower machine.
    """
    parts = [finding.id, finding.title]
    for quote in finding.evidence:
        parts += [quote.source.replace("\\", "/").rsplit("/", 1)[-1], quote.text]
    return hashlib.sha256("\0".join(map(steady, parts)).encode(errors="backslashreplace")).hexdigest()[:16]


def steady(text: str) -> str:
    """The text without what differs from machine to machine and from day to day."""
    for pattern, instead in _SHIFTING:
        text = pattern.sub(instead, text)
    return text.strip()
