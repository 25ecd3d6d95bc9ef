"""Equal requests get different answers.

What it finds
-------------
A series of equal requests some of which are scored and some of which fail.

Why it breaks
-------------
Clients fail now and then, which no single try shows: one replica or worker is broken, another fine; state is left
behind by a request; a limit is reached; traffic goes to two deployments.

How to fix
----------
Look up one of the failed requests by its id in the log, and compare the replica that answered.

Learn more
----------
Each worker of an inference server imports the script and runs init() for itself.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Stage
from checks.http.records import Timing
from checks.http.reproduce import reproduced
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, by_hand, endpoint_of, quotes_of, read_log
from checks.runtime.wording import one_line, titled
from checks.text import listed


@check("http.answers-vary", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH)
def answers_vary(evidence: Evidence) -> Iterator[Finding]:
    """Count the statuses of the series."""
    endpoint = endpoint_of(evidence)
    timing = endpoint.timing
    if timing is None or not timing.statuses:
        return
    series = endpoint.of("series")
    good = [status for status in timing.statuses if 200 <= status < 300]
    total = max(len(timing.seconds), len(timing.statuses))
    score = endpoint.first("score")
    first = score is not None and 200 <= (score.status or 0) < 300
    if len(good) == total or not (good or first):
        return
    bad = [call for call in series if call.problem or not 200 <= (call.status or 0) < 300]
    kinds = sorted({str(status) for status in timing.statuses if not 200 <= status < 300})
    made = f"of {total} equal requests after one that was scored, " if not good else f"of {total} equal requests "
    yield Finding(
        title=titled(f"{made}{total - len(good)} fail: {listed(kinds, 3) if kinds else 'no answer'}", 88),
        evidence=(
            Quote(source="series", text=one_line(", ".join(map(str, timing.statuses)), 200)),
            *(quotes_of(endpoint, bad[0]) if bad else ()),
        ),
        fixes=(read_log(endpoint, "look one of the failed requests up in the log"),),
        reproduce=reproduced(endpoint, bad[0]) if bad else by_hand(endpoint),
    )


CASES = (
    fires(
        live(HEALTHY, scored(), timing=Timing(seconds=(0.1, 0.1, 0.1), statuses=(200, 500, 200))),
        saw="of 3 equal requests 1 fail: 500",
        findings=1,
    ),
    fires(
        live(
            scored(),
            scored(None, purpose="series", problem="closed"),
            timing=Timing(seconds=(0.1, 0.2), statuses=(200,)),
        ),
        saw="1 fail: no answer",
    ),
    fires(live(scored(), timing=Timing(seconds=(0.1,), statuses=(500,))), saw="after one that was scored, 1 fail"),
    quiet(live(HEALTHY, scored(), timing=Timing(seconds=(0.1, 0.1), statuses=(200, 200)))),
    quiet(live(HEALTHY, scored(500), timing=Timing(seconds=(0.1,), statuses=(500,))), name="all fail"),
    quiet(live(HEALTHY, scored())),
)
