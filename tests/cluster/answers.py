"""What the server says: bodies with a status, and the Status objects of its refusals in the words of the real one."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
    410: "Expired",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


@dataclass
class Answer:
    """One answer as it goes over the wire."""

    body: bytes
    status: int = 200
    content: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    packed: bytes | None = None
    """The body in gzip, once somebody has asked for it."""


class Refusal(Exception):
    """The server says no. `more` are further fields of the Status."""

    def __init__(self, code: int, message: str, *, reason: str | None = None, **more: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.more = code, message, more
        self.reason = REASONS.get(code, "") if reason is None else reason

    @property
    def answer(self) -> Answer:
        """As the server writes it."""
        return as_json(
            {
                "kind": "Status",
                "apiVersion": "v1",
                "metadata": {},
                "status": "Failure",
                "message": self.message,
                "reason": self.reason,
                **self.more,
                "code": self.code,
            },
            self.code,
        )


def as_json(value: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(msgspec.json.encode(value) + b"\n", status)


def as_text(text: str | bytes, status: int = 200) -> Answer:
    """A text answer."""
    return Answer(text.encode() if isinstance(text, str) else text, status, "text/plain; charset=utf-8")


def not_found(resource: str, name: str) -> Refusal:
    """No object of that name."""
    return Refusal(404, f'{resource} "{name}" not found', details={"name": name, "kind": resource})
