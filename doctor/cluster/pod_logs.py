"""Logs of containers: current and previous, several at a time, long ones only at both ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from checks.cluster.subject import Unseen
from checks.evidence import Log
from doctor.cluster.api import Api

MOST_LINES = 5000
MOST_BYTES = 4 << 20
AT_ONCE = 8


@dataclass(frozen=True)
class Wanted:
    """One log of one container."""

    namespace: str
    pod: str
    container: str
    previous: bool = False

    @property
    def source(self) -> str:
        """How it is named in evidence: the words that show it."""
        words = ["kubectl logs", self.pod, "-c", self.container, "-n", self.namespace]
        return " ".join([*words, *(["--previous"] if self.previous else [])])


def read_logs(
    api: Api, wanted: Sequence[Wanted], *, since: str | None = None, tail: int | None = None
) -> dict[Wanted, Log | Unseen]:
    """Read logs concurrently, redacted, at most MOST_LINES lines and MOST_BYTES each: the last ones.

    `since` is kubectl's duration (`10m`) or time. What a server refuses (no such container yet, no previous log, no
    right) is Unseen; an empty log is a Log without text. Raises CannotExamine where no server answers.
    """
    raise NotImplementedError
