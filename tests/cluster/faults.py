"""What goes wrong on the way: refusals, delays, cut and broken answers, told before a test."""

import re
import threading
from dataclasses import dataclass, field

from cluster.answers import Answer, Refusal

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"


@dataclass
class Fault:
    """One fault. It strikes requests whose `METHOD path?query` holds the pattern `where`: after `good` of them, `times`
    often (None: from then on).

    `wait` is in seconds, before the answer. `answer` stands for the real one. `cut` closes the connection after that
    many bytes of the body (-1: before the head), `pause` waits that long before each piece of 1 kB, `mangle` hands on
    a whole answer whose JSON ends in the middle.
    """

    where: str = ""
    good: int = 0
    times: int | None = None
    wait: float = 0.0
    answer: Answer | None = None
    cut: int | None = None
    pause: float = 0.0
    mangle: bool = False
    struck: int = 0
    _seen: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def strikes(self, said: str) -> bool:
        """True when this request is meant; counts it."""
        if not re.search(self.where, said):
            return False
        with self._lock:
            self._seen += 1
            if self._seen <= self.good or (self.times is not None and self.struck >= self.times):
                return False
            self.struck += 1
            return True


def refused(code: int, message: str = "refused by the test", *, retry_after: int | None = None) -> Answer:
    """A Status with this code, and with how long to wait before the next try."""
    answer = Refusal(code, message).answer
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def of_proxy(status: int = 502) -> Answer:
    """What a proxy says when it reaches nobody behind it."""
    return Answer(HTML, status, "text/html")
