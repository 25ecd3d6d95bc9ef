"""How a change of the contract is told: old and new side by side, with the line of the old document."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from checks.contract.drift import Change, Kind, drift
from checks.contract.records import Document
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity

MOST = 8  # findings of one kind; what follows is counted


def told(evidence: Evidence, kind: Kind) -> Iterator[tuple[Change, Callable[..., Finding]]]:
    """The changes of a kind, each with what makes its finding from a title and a fix."""
    found = drift(evidence)
    if found is None:
        return
    old, new, changes = found
    mine = [one for one in changes if one.kind == kind]
    for number, change in enumerate(mine[:MOST]):
        more = len(mine) - MOST if number == MOST - 1 else 0
        yield change, partial(_finding, change, old, new.source, more)


def named(change: Change, whole: str = "the request") -> str:
    """The place of a change: the pointer, or the whole."""
    return f"`{change.pointer}`" if change.pointer else whole


def _finding(
    change: Change,
    old: Document,
    new: str,
    more: int,
    title: str,
    *,
    fix: Fix | None = None,
    no_fix: str | None = None,
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    why: str = "",
) -> Finding:
    line = _line(change, old)
    renamed = change.kind == "input-key-renamed"
    was = change.pointer.rpartition("/")[0] + f"/{change.before}" if renamed else change.pointer
    quotes = [
        Quote(source=old.source, line=line, text=_told(was, "" if renamed else change.before or "not there")),
        Quote(source=new, text=_told(change.pointer, "" if renamed else change.after or "not there")),
    ]
    if more > 0:
        quotes.append(Quote(source=new, text=f"and {more} more like this"))
    return Finding(
        title=title,
        why=why,
        evidence=tuple(quotes),
        severity=severity,
        confidence=confidence,
        about=(f"pointer:{change.pointer}", f"document:{old.source}"),
        fixes=(fix,) if fix else (),
        no_fix=no_fix,
    )


def _told(pointer: str, text: str) -> str:
    """A side of a change: the place, and what is there."""
    return ": ".join(part for part in (f"`{pointer}`" if pointer else "", text) if part)


def _line(change: Change, old: Document) -> int | None:
    """The line of the old document that speaks of the key, where only one does."""
    key = change.before if change.kind == "input-key-renamed" else change.key or change.pointer.rsplit("/", 1)[-1]
    if not key:
        return None
    member = re.compile(rf"""^\s*["']?{re.escape(key)}["']?\s*:""")
    lines = [number for number, line in enumerate(old.text.splitlines(), 1) if member.match(line)]
    return lines[0] if len(lines) == 1 else None
