"""When a request is tried again, and after how long."""

import random
from email.utils import parsedate_to_datetime
from time import time

FIRST = 0.25  # seconds
LONGEST = 8.0
TRIES = 4
TRIES_WHEN_BUSY = 8
"""A server that asks for patience (429) is asked more often than one that fails."""


def pause(attempt: int, retry_after: str | None = None) -> float:
    """Seconds until the next try: what the server asks for, else twice as long each time; spread, so that several
    threads do not come back together.
    """
    asked = _asked(retry_after)
    if asked is not None:
        return asked + random.uniform(0, 0.25)  # noqa: S311 nothing secret
    return float(min(LONGEST, FIRST * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0))  # noqa: S311


def _asked(retry_after: str | None) -> float | None:
    """Retry-After in seconds, whichever of its two forms it has."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time())
    except ValueError:
        return None
