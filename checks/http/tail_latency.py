"""Some answers take far longer than most.

What it finds
-------------
A series in which the slowest request takes several times as long as the middle one.

Why it breaks
-------------
Clients feel the slowest answers, and time limits hit those. Garbage collection, a busy neighbour, another replica, or
requests of others that the only worker serves meanwhile.

How to fix
----------
Look at what else the worker does, and measure with a longer series before acting on it.

Learn more
----------
The inference server's workers serve one request at a time: others wait in the backlog.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Quote, Severity, Stage
from checks.http.records import Timing
from checks.http.scenes import live, scored
from checks.http.seen import advise, endpoint_of, finding
from checks.runtime.wording import seconds_of

FEW = 4
LONGER = 0.5  # seconds that a person notices


@check("http.tail-latency", needs=("endpoint",), stage=Stage.OPERATE, severity=Severity.INFO)
def tail_latency(evidence: Evidence) -> Iterator[Finding]:
    """The slowest of the series against the middle."""
    endpoint = endpoint_of(evidence)
    timing = endpoint.timing
    if timing is None or len(timing.seconds) < FEW or not all(200 <= one < 300 for one in timing.statuses):
        return
    times = sorted(timing.seconds)
    middle, worst = times[len(times) // 2], times[-1]
    first = endpoint.of("score")[:1] or endpoint.of("series")[:1]
    if worst < 4 * middle or worst - middle < LONGER or not first:
        return
    yield finding(
        endpoint,
        first,
        f"one of {len(times)} answers takes {seconds_of(worst)}, most {seconds_of(middle)}",
        advise("measure with a longer series, and look at what the worker does meanwhile"),
        more=(Quote(source="seconds", text=", ".join(f"{one:.2f}" for one in timing.seconds[:10])),),
        about=(),
    )


def _of(*seconds: float) -> Timing:
    return Timing(seconds=seconds, statuses=(200,) * len(seconds), sample="sample.json")


CASES = (
    fires(live(scored(), timing=_of(0.1, 0.1, 2.2, 0.1, 0.1)), saw="one of 5 answers takes 2.2 s", findings=1),
    quiet(live(scored(), timing=_of(0.1, 0.1, 0.3, 0.1, 0.1)), name="a fraction of a second"),
    quiet(live(scored(), timing=_of(0.1, 2.2)), name="too few to tell"),
    quiet(live(scored())),
)
