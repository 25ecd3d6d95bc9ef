"""The service refuses the key or token that was sent.

What it finds
-------------
401 to requests that carried a key or a token.

Why it breaks
-------------
The key belongs to another endpoint or was regenerated; a token has expired, or is one for another audience; or the
endpoint's `auth_mode` is another one: keys and tokens travel in the same header, and the endpoint takes only its kind.

How to fix
----------
Fetch the credential anew from this very endpoint, and compare its `auth_mode` with what is sent. An `aad_token` needs
the audience `https://ml.azure.com`, and a role that may score.

Learn more
----------
Azure Machine Learning documentation, "Authenticate clients for online endpoints".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.http.reading import told
from checks.http.records import Endpoint
from checks.http.reproduce import variable_of
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_name, endpoint_of, finding, password_scheme, word
from checks.runtime.wording import one_line


@check("http.key-refused", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH)
def key_refused(evidence: Evidence) -> Iterator[Finding]:
    """Tell by what was sent, and by the kind of service."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.key-refused")
    if not calls:
        return
    token = endpoint.credential == "token"
    if scheme := password_scheme(calls[0]):
        yield finding(
            endpoint,
            calls,
            f"the service asks for a user and a password ({scheme}), and a {endpoint.credential} was sent",
            advise("send user and password", f"curl -u <user> {word(endpoint.url)}"),
            advise("ask the service behind what wants the password"),
        )
        return
    odd, fix = _odd(endpoint)
    title = f"the {endpoint.credential}{_from(endpoint)} {odd or 'is refused'}"
    yield finding(endpoint, calls, title, *((fix,) if fix else ()), *_fixes(endpoint, token))


def _odd(endpoint: Endpoint) -> tuple[str, Fix | None]:
    """What is wrong with the credential as it stands in its variable, and the cure of that."""
    variable = variable_of(endpoint)
    for hint in endpoint.hints:
        name, _, value = hint.partition(" ")
        if name == "quoted":
            bare = advise("set it without the quotes around it", f"export {variable}=<the {endpoint.credential} alone>")
            return "is refused: quotes stand around it", bare
        if name == "placeholder":
            return "is refused: it is a placeholder that nobody filled in", None
        if name == "expired":
            return f"is refused: it expired at {one_line(value, 30)}", None
        if name == "audience":
            return f"is refused: it is one for {one_line(value, 50)}", None
    return "", None


def _from(endpoint: Endpoint) -> str:
    return f" from {one_line(endpoint.variable, 40)}" if endpoint.variable else ""


def _fixes(endpoint: Endpoint, token: bool) -> tuple[Fix, ...]:
    variable = variable_of(endpoint)
    if endpoint.kind not in {"managed", "kubernetes"}:
        return (
            advise(f"fetch the {'token' if token else 'key'} anew from the service's owner, without a line end in it"),
        )
    name = endpoint_name(endpoint)
    credentials = f"az ml online-endpoint get-credentials -n {name}"
    aad = "az account get-access-token --resource https://ml.azure.com --query accessToken -o tsv"
    anew = (
        advise(
            "fetch a new token, for the audience https://ml.azure.com: they expire within hours",
            f"export {variable}=$({aad})",
            credentials,
        )
        if token
        else advise("fetch the key anew", f"export {variable}=$({credentials} --query primaryKey -o tsv)")
    )
    mode = advise(
        "compare the endpoint's auth_mode with what is sent", f"az ml online-endpoint show -n {name} --query auth_mode"
    )
    return (anew, mode)


CASES = (
    fires(live(scored(401, "key_auth_access_denied"), url=URL), saw="the key from SCORE_KEY is refused", findings=1),
    fires(live(scored(401), url=URL, credential="token", variable="TOKEN"), saw="the token from TOKEN is refused"),
    fires(live(scored(401), kind="kubernetes", credential="key", variable="K"), saw="azureml-fe"),
    fires(live(scored(401), kind="container-instance", credential="key", variable="K"), saw="container group"),
    fires(live(scored(401), url=URL, hints=("quoted",)), saw="quotes stand around it"),
    fires(live(scored(401), url=URL, hints=("placeholder",)), saw="a placeholder that nobody filled in"),
    fires(
        live(scored(401), url=URL, credential="token", hints=("token", "expired 2026-11-20T18:07:02Z")),
        saw="it expired at 2026-11-20T18:07:02Z",
    ),
    fires(
        live(scored(401), url=URL, credential="token", hints=("audience https://management.azure.com",)),
        saw="it is one for https://management.azure.com",
    ),
    fires(
        live(scored(401, headers={"www-authenticate": 'Basic realm="models"'}), credential="key", variable="K"),
        saw="asks for a user and a password (Basic)",
    ),
    quiet(live(HEALTHY, scored(), url=URL, hints=("quoted",)), name="it is odd, and taken"),
    quiet(live(scored(401), url=URL, credential=None, variable=None), name="none was sent"),
    quiet(live(HEALTHY, scored(401, purpose="wrong-key"), scored(), url=URL), name="only the made-up key is"),
)
