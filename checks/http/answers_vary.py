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

from collections.abc import Iterator, Sequence

import msgspec

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Stage
from checks.http.records import Call, Timing
from checks.http.reproduce import reproduced
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import advise, by_hand, endpoint_of, quotes_of, read_log
from checks.runtime.wording import one_line, titled
from checks.text import listed

LOST = ("http.health-lies", "http.tail-latency", "http.swagger-missing", "http.other-deployment-answers")


@check("http.answers-vary", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=LOST)
def answers_vary(evidence: Evidence) -> Iterator[Finding]:
    """Count the statuses of the series."""
    endpoint = endpoint_of(evidence)
    timing = endpoint.timing
    if timing is None or not timing.statuses:
        return
    series = endpoint.of("series")
    sample = series[0].sample if series else timing.sample
    before = [call for call in endpoint.of("score") if sample is None or call.sample == sample][:1]
    statuses = [*(call.status for call in before if call.status), *timing.statuses]
    good = [status for status in statuses if 200 <= status < 300]
    total = len(before) + max(len(timing.seconds), len(timing.statuses))
    if len(good) == total or not good:
        return
    calls = [*before, *series]
    bad = [call for call in calls if call.problem or not 200 <= (call.status or 0) < 300]
    kinds = sorted({str(status) for status in statuses if not 200 <= status < 300})
    failed, culprit = total - len(good), _culprit(calls, bad)
    title = f"of {total} equal requests {failed} fail{'s' if failed == 1 else ''}"
    asked = msgspec.structs.replace(endpoint, deployment=culprit or endpoint.deployment)
    yield Finding(
        title=titled(
            f"{title}: {listed(kinds, 3) if kinds else 'no answer'}{f', from deployment {culprit}' if culprit else ''}",
            88,
        ),
        evidence=(
            Quote(source="series", text=one_line(", ".join(map(str, statuses)), 200)),
            *(quotes_of(endpoint, bad[0]) if bad else ()),
        ),
        fixes=(
            read_log(asked, "look one of the failed requests up in the log"),
            advise("take the traffic from that deployment until it works, and compare the two")
            if culprit
            else advise("compare the replicas or workers: one may be broken, or state left behind by a request"),
        ),
        reproduce=reproduced(endpoint, bad[0]) if bad else by_hand(endpoint),
    )


def _culprit(calls: Sequence[Call], bad: Sequence[Call]) -> str:
    """The deployment that all failures came from, and no success."""
    names = {call.headers.get("azureml-model-deployment", "") for call in bad}
    others = {call.headers.get("azureml-model-deployment", "") for call in calls if call not in bad}
    name = next(iter(names)) if len(names) == 1 else ""
    return one_line(name, 32) if name and others and name not in others else ""


CASES = (
    fires(
        live(HEALTHY, scored(), timing=Timing(seconds=(0.1, 0.1, 0.1), statuses=(200, 500, 200))),
        saw="of 4 equal requests 1 fails: 500",
        findings=1,
    ),
    fires(
        live(
            scored(),
            scored(None, purpose="series", problem="closed"),
            timing=Timing(seconds=(0.1, 0.2), statuses=(200,)),
        ),
        saw="1 fails: no answer",
    ),
    fires(live(scored(), timing=Timing(seconds=(0.1,), statuses=(500,))), saw="of 2 equal requests 1 fails: 500"),
    fires(
        live(
            scored(500),
            scored(purpose="series"),
            timing=Timing(seconds=(0.1,), statuses=(200,), sample="sample.json"),
        ),
        saw="of 2 equal requests 1 fails: 500",
        name="the first fails",
    ),
    fires(
        live(
            scored(headers={"azureml-model-deployment": "blue"}),
            scored(424, purpose="series", headers={"azureml-model-deployment": "green"}),
            timing=Timing(seconds=(0.1,), statuses=(424,), sample="sample.json"),
            url=URL,
        ),
        saw="fails: 424, from deployment green",
    ),
    quiet(live(HEALTHY, scored(), timing=Timing(seconds=(0.1, 0.1), statuses=(200, 200)))),
    quiet(live(HEALTHY, scored(500), timing=Timing(seconds=(0.1,), statuses=(500,))), name="all fail"),
    quiet(live(HEALTHY, scored())),
)
