"""The service answers, but not to a sample: a request to be scored fails.

What it finds
-------------
A scoring request that doctor sent (`--sample`) and that was answered with a status of 400 or more, with a redirection,
with a web page, or not at all, from a server that answers otherwise.

Why it breaks
-------------
Health says only that the server runs. Clients send requests as this one, and get what it got. What the script raised is
told by the rehearsal and by the log; where both are well, the server in the image treats the request otherwise, serves
another path than `/score`, or something stands before it.

How to fix
----------
Send the sample by hand and read the answer with its headers; look for the request in the log of the server.

Learn more
----------
Azure ML inference server, "Request flow": `/score` for scoring, `/` for health. Source: azureml-inference-server-http
1.5.1, `routes.py`.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.seen import answers_of, container_of, is_up
from checks.containers import Answer, Answers
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import one_line, titled

MOVED, GATEWAYS = 300, frozenset({502, 503, 504})


@check("container.sample-refused", needs=("container",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def sample_refused(evidence: Evidence) -> Iterator[Finding]:
    """One finding for all samples. A symptom, where something tells why."""
    seen, answers = container_of(evidence), answers_of(evidence)
    failed = [one for one in answers if one.method == "POST" and _fails(one)]
    if not is_up(seen) or not failed:
        return
    first = failed[0]
    others = f", and to {len(failed) - 1} more" if len(failed) > 1 else ""
    yield Finding(
        title=titled(f"the service gives {_what(first)} to {first.sample or 'a sample'}{others}", 88),
        evidence=tuple(_quote(one) for one in failed[:3]),
        fixes=(Fix(title="send it by hand, and read the answer with its headers", commands=(_by_hand(first),)),),
    )


def _by_hand(one: Answer) -> str:
    body = f"--data-binary @{one.sample or '<sample>'}"
    return f"curl -i -H 'Content-Type: application/json' {body} {one.address}{one.path}"


def _fails(one: Answer) -> bool:
    if one.status is None or one.status in GATEWAYS:
        return one.status is None
    return one.status >= MOVED or _is_page(one)


def _is_page(one: Answer) -> bool:
    begin = one.body.lstrip()[:15].lower()
    return "html" in one.content_type.lower() and begin.startswith(("<!doctype html", "<html"))


def _what(one: Answer) -> str:
    if one.status is None:
        return "no answer"
    return f"status {one.status}" if one.status >= MOVED else "a web page"


def _quote(one: Answer) -> Quote:
    said = one.error or f"{one.status} {one.content_type} {one_line(one.body, 200)}"
    return Quote(source=f"{one.method} {one.path} at {one.address}", text=" ".join(said.split()))


def _answered(**fields: object) -> dict[str, object]:
    made = {"method": "POST", "path": "/score", "route": "published", "address": "http://127.0.0.1:5001", **fields}
    health = Answer(method="GET", path="/", route="published", address="http://127.0.0.1:5001", status=200)
    return {"answers": Answers(items=(health, Answer(sample="sample.json", **made)))}  # type: ignore[arg-type]


PAGE = {"status": 200, "content_type": "text/html; charset=utf-8", "body": "<!DOCTYPE html><title>Sign in</title>"}
CASES = (
    fires(container(seen=_answered(status=404, body="Not Found")), saw="status 404 to sample.json", findings=1),
    fires(container(seen=_answered(error="no answer within 15 s")), saw="no answer within 15 s"),
    fires(container(seen=_answered(**PAGE)), saw="a web page to sample.json"),
    fires(container(seen=_answered(status=302)), name="sent elsewhere"),
    quiet(container(seen=_answered(status=200, content_type="application/json", body="[1.5]")), name="scored"),
    quiet(container(seen=_answered(status=200, content_type="application/json", body='"<html>"')), name="a text of it"),
    quiet(container(seen=_answered(status=502)), name="a proxy without its server: another check"),
    quiet(container(), name="nothing was asked"),
)
