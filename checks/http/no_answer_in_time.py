"""No answer comes within the time limit.

What it finds
-------------
A request that the service takes and does not answer.

Why it breaks
-------------
The inference server binds its port before it imports the script, and each worker serves one request at a time: a
connection succeeds while init() still loads, while the only worker is busy, or while run() hangs. Health answers only
after init(). Where health answers and scoring does not, run() itself is slow or waits for something.

How to fix
----------
Wait for the start to end, or see in the log what the worker is doing. Where run() is slow, ask with more patience
first, then make it faster or raise the limits that stand between.

Learn more
----------
Azure ML inference server: `SCORING_TIMEOUT_MS` is an hour by default, so the server will not end it. Source:
azureml-inference-server-http 1.5.1, `server/create_app.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import SCORING, breaks, told
from checks.http.records import Call, Endpoint
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, lesser, of_sample, quiet_confidence, read_log
from checks.runtime.wording import seconds_of


@check("http.no-answer-in-time", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def no_answer_in_time(evidence: Evidence) -> Iterator[Finding]:
    """Tell a server that does not answer at all from a run() that does not."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.no-answer-in-time")
    if not calls:
        return
    first = calls[0]
    waited = seconds_of(first.seconds or endpoint.patience)
    only_scoring = first.purpose in SCORING and _healthy(endpoint)
    if only_scoring:
        title = f"health answers, and {first.method} {first.path}{of_sample(first)} not within {waited}"
        fixes = (
            read_log(endpoint, "see in the log what run() was doing: a download, a lock, a model on the wrong device"),
            advise("ask with more patience, to tell slow from hung", "doctor diagnose url <url> --patience 60"),
        )
    else:
        title = f"the service answers nothing within {waited} to {first.method} {first.path}{of_sample(first)}"
        fixes = (
            read_log(endpoint, "see in the log whether init() has ended: before, nothing is answered"),
            advise("see whether all workers are busy with other requests: WORKER_COUNT, replicas"),
        )
    yield finding(
        endpoint,
        calls,
        title,
        *fixes,
        severity=lesser(breaks(endpoint, calls)),
        confidence=quiet_confidence(only_scoring),
    )


def _healthy(endpoint: Endpoint) -> bool:
    return any(call.status == 200 for call in endpoint.of("health"))


SILENT = scored(None, problem="timeout", words="nothing came", seconds=10.0)
MUTE = Call(purpose="health", method="GET", path="/", problem="timeout", words="nothing came", seconds=10.0)
CASES = (
    fires(live(HEALTHY, SILENT), saw="health answers, and POST /score", findings=1),
    fires(live(MUTE, SILENT), saw="answers nothing within 10 s", findings=1, name="nothing at all"),
    fires(live(MUTE), saw="answers nothing within 10 s to GET /"),
    quiet(live(HEALTHY, scored(seconds=9.0))),
)
