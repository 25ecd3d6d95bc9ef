"""The answers come close to the time limit of the platform.

What it finds
-------------
A series whose middle one takes more than four fifths of the five seconds that an online endpoint waits by default.

Why it breaks
-------------
Today they come. A larger request, a second one at the same time, or a slower machine is over the limit: 408 of a
managed endpoint, 504 in a cluster. A server that is asked directly has no such limit; behind an endpoint it will.

How to fix
----------
Make run() quicker, or set `request_timeout_ms` to what it needs.

Learn more
----------
Azure Machine Learning documentation, `request_settings`: 5000 by default, 180000 at most (300000 in a cluster).
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.http.reading import scored_well
from checks.http.records import Timing
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import advise, endpoint_of, finding
from checks.runtime.wording import seconds_of

LIMIT = 5.0  # seconds that a managed or Kubernetes endpoint waits by default
NEAR = 4.0


@check(
    "http.slow-answer", needs=("endpoint",), stage=Stage.OPERATE, severity=Severity.INFO, confidence=Confidence.CERTAIN
)
def slow_answer(evidence: Evidence) -> Iterator[Finding]:
    """The middle of the series, or the one request."""
    endpoint = endpoint_of(evidence)
    times = sorted(endpoint.timing.seconds) if endpoint.timing else []
    times = times or [call.seconds for call in endpoint.of("score") if call.status == 200 and not call.problem]
    if not times or not scored_well(endpoint):
        return
    middle = times[len(times) // 2]
    first = endpoint.of("score")[:1] or endpoint.of("series")[:1]
    if middle < NEAR or not first:
        return
    limited = endpoint.kind in {"managed", "kubernetes"}
    over = middle >= LIMIT
    title = (
        f"half of the answers take longer than {seconds_of(middle)}"
        + (": the limit was raised" if limited else ": too long for an endpoint's default limit of 5 s")
        if over
        else f"half of the answers take longer than {seconds_of(middle)}, close to the default limit of 5 s"
    )
    yield finding(
        endpoint,
        first,
        title,
        advise("make run() quicker: load in init(), predict rows together"),
        advise("set the limit to what run() needs", "request_settings.request_timeout_ms: <milliseconds>"),
        more=(Quote(source="seconds", text=", ".join(f"{one:.2f}" for one in times[:10])),),
        severity=Severity.WARNING if limited and not over else Severity.INFO,
        about=(),
    )


def _of(*seconds: float) -> Timing:
    return Timing(seconds=seconds, statuses=(200,) * len(seconds), sample="sample.json")


CASES = (
    fires(live(scored(seconds=4.3), timing=_of(4.2, 4.3, 4.4), url=URL), saw="close to the default limit", findings=1),
    fires(live(scored(seconds=7.0), timing=_of(7.0, 7.1), url=URL), saw="the limit was raised"),
    fires(live(HEALTHY, scored(seconds=8.0)), saw="too long for an endpoint's default limit"),
    quiet(live(HEALTHY, scored(seconds=6.0), timing=_of(0.1, 0.1, 6.0)), name="the first one alone"),
    quiet(live(HEALTHY, scored(seconds=0.2))),
    quiet(live(HEALTHY, scored(408, seconds=5.0), url=URL), name="over the limit"),
)
