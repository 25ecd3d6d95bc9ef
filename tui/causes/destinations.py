"""Where a row of the list leads: to the proving line in the evidence, or to the explanation of its check."""

from checks.finding import Finding, Quote
from tui.causes.detail_page import Link
from tui.causes.rows import Row


def proof_of(finding: Finding | None, marked: Link | None) -> Quote | None:
    """The quote that is marked in the detail; else the finding's first that names a line, or at least a file."""
    if isinstance(marked, Quote):
        return marked
    quotes = [quote for quote in (finding.evidence if finding else ()) if quote.source]
    return next((quote for quote in quotes if quote.line), quotes[0] if quotes else None)


def check_of(row: Row | None) -> str:
    """The check that a row speaks of; empty where it speaks of none, or of several."""
    if row is None:
        return ""
    if row.finding:
        return row.finding.id
    return row.ids[0] if len(row.ids) == 1 else ""
