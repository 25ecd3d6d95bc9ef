"""The server behind the front end does not answer.

What it finds
-------------
502: nginx of the image, or a front end, is up, and the server behind it is not.

Why it breaks
-------------
nginx starts in a second and listens on port 5001; the inference server behind it begins to answer only after init(). A
502 means that it still starts, that it crashed and starts again, or that the worker died of this request.

How to fix
----------
See in the log whether init() ended, and what ended the server.

Learn more
----------
Azure ML inference images: nginx on 5001 before the server on 31311. In the first generation azureml-fe made 502 of an
exception of run(); those answers have `x-ms-run-function-failed`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import SCORING, kind_named, told
from checks.http.records import Call, Endpoint
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, quiet_confidence, read_log


@check("http.container-down", needs=("endpoint",), stage=Stage.ANSWER, explains=(*AFTERMATH, "http.unavailable"))
def container_down(evidence: Evidence) -> Iterator[Finding]:
    """Tell a server that is down from one that dies of the request."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.container-down")
    if not calls:
        return
    first = calls[0]
    healthy = any(call.status == 200 for call in endpoint.of("health"))
    died = healthy and first.purpose in SCORING
    title = f"the server behind {_front(endpoint, first)} does not answer: 502"
    yield finding(
        endpoint,
        calls,
        f"the server behind {_front(endpoint, first)} is gone in the middle of the request: 502" if died else title,
        read_log(
            endpoint,
            "look in the log for a worker that was killed, or crashed in native code"
            if died
            else "see in the log whether init() ended, or what ended the server",
        ),
        advise("wait a minute and ask again: init() may still load the model")
        if not died
        else advise("see whether the container reaches its memory limit", "docker stats <container>"),
        confidence=quiet_confidence("nginx" in f"{first.headers.get('server', '')} {first.body}".lower()),
    )


def _front(endpoint: Endpoint, call: Call) -> str:
    if "nginx" in f"{call.headers.get('server', '')} {call.body}".lower():
        return "nginx"
    return {"server": "the gateway", "other": "the gateway"}.get(endpoint.kind, kind_named(endpoint).partition(",")[0])


PAGE = "<html><center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.18.0</center></html>"
NGINX = {"server": "nginx/1.18.0"}
DOWN = Call(purpose="health", method="GET", path="/", status=502, body=PAGE, headers=NGINX)
CASES = (
    fires(live(DOWN, scored(502, PAGE, headers=NGINX)), saw="behind nginx does not answer: 502", findings=1),
    fires(live(DOWN), saw="does not answer", name="health alone"),
    fires(live(HEALTHY, scored(502, PAGE, headers=NGINX)), saw="gone in the middle of the request"),
    fires(live(scored(502, ""), kind="kubernetes"), saw="behind azureml-fe does not answer"),
    fires(live(scored(502, ""), kind="container-instance"), saw="container group"),
    quiet(live(scored(502, "'data'", headers={"x-ms-run-function-failed": "True"}), kind="kubernetes")),
    quiet(live(HEALTHY, scored())),
)
