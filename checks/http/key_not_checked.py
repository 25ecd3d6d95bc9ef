"""The service looks at no key.

What it finds
-------------
A service that answers a request without a key, or with one that is made up, as it answers the right one.

Why it breaks
-------------
Nothing fails, but whoever can reach the service may score, and read its description. The inference server itself knows
no keys: that is the work of the front end before it, which is left out here, or does not check.

How to fix
----------
Put the service behind something that checks, or let only those reach it who may.

Learn more
----------
Azure Machine Learning documentation, "Authenticate clients for online endpoints". v1: `auth_enabled`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.http.records import Call
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import advise, endpoint_of, finding, is_loopback, is_page, quote_call


@check(
    "http.key-not-checked",
    needs=("endpoint",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def key_not_checked(evidence: Evidence) -> Iterator[Finding]:
    """Compare the same request with the key and without."""
    endpoint = endpoint_of(evidence)
    if endpoint.credential is None or is_loopback(endpoint):
        return
    open_to = [call for call in endpoint.of("no-key", "wrong-key") if _is_answered(call)]
    with_key = [call for call in endpoint.of("swagger", "score") if _is_answered(call)]
    if not open_to or not with_key:
        return
    nobody = any(call.purpose == "no-key" for call in open_to)
    yield finding(
        endpoint,
        open_to,
        "the service answers without a key" if nobody else "the service answers to a key that is made up",
        advise("let the front end before the server check keys, or let nobody else reach the server"),
        more=(quote_call(with_key[0]),),
        about=(),
    )


def _is_answered(call: Call) -> bool:
    return call.status is not None and 200 <= call.status < 300 and not call.problem and not is_page(call)


KEYED = {"url": "http://score.example:5001/score", "credential": "key", "variable": "SCORE_KEY"}
OPEN = Call(purpose="no-key", method="GET", path="/swagger.json", status=200, body="{}")
MADE_UP = Call(purpose="wrong-key", method="GET", path="/swagger.json", status=200, body="{}")
REFUSED = Call(purpose="no-key", method="GET", path="/swagger.json", status=401)
CASES = (
    fires(live(HEALTHY, scored(), OPEN, MADE_UP, **KEYED), saw="answers without a key", findings=1),
    fires(live(HEALTHY, scored(), REFUSED, MADE_UP, **KEYED), saw="a key that is made up"),
    quiet(live(HEALTHY, scored(), REFUSED, **KEYED)),
    quiet(live(HEALTHY, scored(), OPEN), name="no key was given"),
    quiet(live(HEALTHY, scored(), OPEN, credential="key"), name="on this machine"),
)
