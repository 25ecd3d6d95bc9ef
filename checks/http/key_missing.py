"""The service wants a key, and none was sent.

What it finds
-------------
401 to requests that carried no key and no token.

Why it breaks
-------------
A managed or Kubernetes online endpoint takes `Authorization: Bearer <key or token>` only; so does a container instance
that was deployed with keys. Without it the request does not come to the container.

How to fix
----------
Put the key into an environment variable and name that.

Learn more
----------
Azure Machine Learning documentation, "Authenticate clients for online endpoints".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import told
from checks.http.records import Endpoint
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_name, endpoint_of, finding, password_scheme, word


@check("http.key-missing", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH)
def key_missing(evidence: Evidence) -> Iterator[Finding]:
    """Tell how to get a key, by the kind of service."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.key-missing")
    if not calls:
        return
    if scheme := password_scheme(calls[0]):
        yield finding(
            endpoint,
            calls,
            f"{_who(endpoint)} wants a user and a password ({scheme}), and none was sent",
            advise("send user and password", f"curl -u <user> {word(endpoint.url)}"),
        )
        return
    name = endpoint_name(endpoint)
    get = f"export SCORE_KEY=$(az ml online-endpoint get-credentials -n {name} --query primaryKey -o tsv)"
    fixes = [
        advise(
            "give the key by the name of its variable", f"doctor diagnose url {word(endpoint.url)} --key-env SCORE_KEY"
        )
    ]
    if endpoint.kind in {"managed", "kubernetes"}:
        fixes = [advise("fetch the key into a variable", get), *fixes]
    yield finding(endpoint, calls, f"{_who(endpoint)} wants a key, and none was sent", *fixes)


def _who(endpoint: Endpoint) -> str:
    kinds = {"managed": "the managed endpoint", "container-instance": "the container group"}
    return kinds.get(endpoint.kind, "the service")


CASES = (
    fires(
        live(scored(401, "key_auth_access_denied"), url=URL, credential=None, variable=None),
        saw="the managed endpoint wants a key",
        findings=1,
    ),
    fires(live(scored(401, purpose="empty", sample=None), kind="kubernetes"), saw="wants a key"),
    fires(live(scored(401), kind="container-instance"), saw="the container group wants a key"),
    fires(live(scored(401), kind="other"), saw="the service wants a key"),
    fires(
        live(scored(401, headers={"www-authenticate": "Basic"}), kind="other"),
        saw="wants a user and a password (Basic)",
    ),
    quiet(live(scored(401), url=URL), name="a key was sent"),
    quiet(live(HEALTHY, scored(401, purpose="no-key"), scored()), name="that is how it should be"),
)
