"""The connection is closed without an answer.

What it finds
-------------
A request that was taken, and whose connection ended before a single byte of an answer came.

Why it breaks
-------------
The worker that held the request is gone: killed for want of memory, crashed in native code, ended by `os._exit`. The
server puts another in its place, so health is fine a moment later, and the log of the script shows nothing. Clients see
`RemoteDisconnected` or `Empty reply from server`.

How to fix
----------
Look for the death of the worker: memory first, then crashes of native libraries.

Learn more
----------
Observed with azureml-inference-server-http 1.5.1: behind nginx the same is a 502.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import SCORING, breaks, told
from checks.http.records import Call
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, lesser, of_sample, port_of, read_log


@check(
    "http.closed-without-answer",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    explains=(*AFTERMATH, "http.container-down", "http.connection-refused", "http.unavailable"),
)
def closed_without_answer(evidence: Evidence) -> Iterator[Finding]:
    """Tell a worker that dies of a request from a port where nobody speaks HTTP."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.closed-without-answer")
    if not calls:
        return
    first = calls[0]
    healthy = any(call.status is not None for call in endpoint.of("health", "swagger"))
    died = read_log(endpoint, "look for a worker that was killed, or crashed in native code")
    memory = advise("give the container more memory, and see whether it helps", "docker stats <container>")
    other = advise(f"see what listens at port {port_of(endpoint)}: it may speak another protocol")
    yield finding(
        endpoint,
        calls,
        f"{first.method} {first.path}{of_sample(first)} is cut off without an answer"
        + (", while health answers" if healthy and first.purpose in SCORING else ""),
        *((died, memory) if healthy else (other, died)),
        severity=lesser(breaks(endpoint, calls)),
    )


ENDS = {"problem": "closed", "words": "Server disconnected without sending a response."}
CASES = (
    fires(live(HEALTHY, scored(None, **ENDS)), saw="while health answers", findings=1),
    fires(live(Call(purpose="health", method="GET", path="/", problem="closed")), saw="GET / is cut off"),
    quiet(live(HEALTHY, scored())),
    quiet(live(HEALTHY, scored(None, problem="reset")), name="reset"),
)
