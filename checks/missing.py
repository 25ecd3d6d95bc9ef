"""A failed collection is evidence too: it keeps its reason."""

from checks.finding import Record


class Missing(Record, frozen=True, tag=True):
    """Something that was not collected, and why. `doctor` prints the reason; a check that needs it is skipped."""

    reason: str


NOT_ASKED = "not asked for: "
"""What the reason begins with where nothing is wanting: nobody asked for it."""
