"""One thing that happened at one time."""

import re
from typing import Literal, NamedTuple

from checks.cluster.times import seconds_of
from doctor.exploring.table import Tone


class Moment(NamedTuple):
    """`who` is what it happened to, `what` says it in one line. `outcome` and `ran` are those of an end.

    `rank` orders moments of one second: what is made goes before what starts, that before what ends.
    """

    at: str
    seconds: float
    who: str
    what: str
    kind: Literal["made", "start", "end", "event", "check"] = "event"
    tone: Tone = ""
    detail: str = ""
    outcome: str = ""
    ran: float | None = None
    restarts: int = 0

    @property
    def rank(self) -> int:
        """Of moments of the same second."""
        return ("made", "end", "start", "check", "event").index(self.kind)

    @property
    def clock(self) -> str:
        """Hours, minutes and seconds."""
        return self.at[11:19]

    @property
    def alike(self) -> tuple[str, str]:
        """The same for moments that differ in numbers and ids alone."""
        return self.who, _VARYING.sub("#", self.what)


_VARYING = re.compile(r"\d+(?:\.\d+)?(?: (?:ms|s|min|h))?|[0-9a-f]{8,}")


def moment(at: str | None, who: str, what: str, **more: object) -> Moment | None:
    """A moment; None without a time."""
    seconds = seconds_of(at)
    if at is None or seconds is None:
        return None
    return Moment(at, seconds, who, what, **more)  # type: ignore[arg-type]
