"""Looks at a live service: name, connection, certificate, then a few requests; bounded in time and memory.

Nothing is scored but what a person gave: without a sample only GET and OPTIONS are sent, and a POST without a body
that no server takes for a request to score.
"""

from dataclasses import dataclass

from checks.contract.records import Document
from checks.http.records import Endpoint
from doctor.endpoint.wishes import Listen, Wishes


@dataclass(frozen=True)
class Seen:
    """What was seen, and the description that the service hands out (the bytes of /swagger.json), where it does."""

    endpoint: Endpoint
    served: Document | None = None


def look(url: str, wishes: Wishes, listen: Listen = lambda _: None) -> Seen:
    """Everything that can be seen of a live service within `wishes.total`.

    `url` is the scoring URL or that of the service's root. Raises ConfigError for what is no URL of http or https, or
    holds a user and a password.
    """
    raise NotImplementedError
