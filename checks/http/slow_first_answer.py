"""The first answer takes far longer than the next ones.

What it finds
-------------
A first scoring request that takes seconds where equal ones afterwards take a fraction.

Why it breaks
-------------
Something is loaded on the first request instead of in init(): the model, a library that is imported inside of run(), a
GPU that warms up. Each new worker and replica makes one client wait so long, and past the limit of the platform (5 s)
it gets an error.

How to fix
----------
Load in init(), and score one sample there, so that the worker is warm before it is ready.

Learn more
----------
Azure ML inference server: a worker answers only after init() has returned.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Severity, Stage
from checks.http.reading import scored_well
from checks.http.records import Timing
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import advise, endpoint_of, finding
from checks.runtime.wording import seconds_of

SLOW = 1.0  # seconds
LIMIT = 5.0  # seconds, the time limit that a managed or Kubernetes endpoint has by default


@check("http.slow-first-answer", needs=("endpoint",), stage=Stage.OPERATE, severity=Severity.INFO)
def slow_first_answer(evidence: Evidence) -> Iterator[Finding]:
    """Hold the first request against the middle of the series."""
    endpoint = endpoint_of(evidence)
    score, timing = endpoint.first("score"), endpoint.timing
    if score is None or timing is None or score.sample != timing.sample or not scored_well(endpoint):
        return
    later = sorted(timing.seconds)
    if len(later) < 2 or score.problem or not score.status or not 200 <= score.status < 300:
        return
    middle = later[len(later) // 2]
    if score.seconds < max(SLOW, 4 * middle) or score.seconds - middle < SLOW:
        return
    beyond = endpoint.kind in {"managed", "kubernetes", "server"} and score.seconds >= LIMIT
    yield finding(
        endpoint,
        (score,),
        f"the first answer takes {seconds_of(score.seconds)}, the next ones {seconds_of(middle)}",
        advise("load in init(), and score one sample there"),
        severity=Severity.WARNING if beyond else Severity.INFO,
        about=(),
    )


QUICK = Timing(seconds=(0.1, 0.1, 0.2), statuses=(200, 200, 200), sample="sample.json")
CASES = (
    fires(live(HEALTHY, scored(seconds=6.0), timing=QUICK), saw="takes 6.0 s, the next ones 0.1 s", findings=1),
    fires(live(HEALTHY, scored(seconds=2.0), timing=QUICK)),
    quiet(live(HEALTHY, scored(seconds=0.3), timing=QUICK), name="a fraction of a second"),
    quiet(live(HEALTHY, scored(seconds=6.0))),
    quiet(live(HEALTHY, scored(500, seconds=6.0), timing=QUICK), name="it failed"),
)
