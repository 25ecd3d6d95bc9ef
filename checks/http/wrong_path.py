"""The service has no such path.

What it finds
-------------
404 to a scoring request, from the server itself.

Why it breaks
-------------
The inference server scores at `/score`, without a slash behind it; `/` is health, and `/score/` is unknown to it.
Behind a front end the path begins with what leads to the service (`/api/v1/service/<name>/score` in a cluster), and the
front end takes that off.

How to fix
----------
Ask at the scoring URI as the service tells it, letter by letter.

Learn more
----------
Azure ML inference server: `GET /`, `POST /score`, `GET /swagger.json`. Source: 1.5.1, `server/routes.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Quote, Stage
from checks.http.message import message_of, speaks_of_model
from checks.http.reading import model_status, told
from checks.http.records import Call, Endpoint
from checks.http.reproduce import split
from checks.http.scenes import HEALTHY, OF_SERVER, URL, live, scored
from checks.http.seen import (
    AFTERMATH,
    advise,
    beside,
    endpoint_of,
    finding,
    from_container,
    managed_name,
    quiet_confidence,
    quote_call,
)
from checks.runtime.wording import one_line


@check("http.wrong-path", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def wrong_path(evidence: Evidence) -> Iterator[Finding]:
    """Compare the path with the one that every inference server has."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.wrong-path")
    if not calls:
        return
    first = calls[0]
    scheme, host, _ = split(endpoint.url)
    asked = first.path.partition("?")[0]
    sure = quiet_confidence(from_container(first))
    if speaks_of_model(first):
        title = f"the service knows no such model: {message_of(first)}"
        names = advise("compare the model's name and version in the URL with those that the server has loaded")
        yield finding(endpoint, calls, title, names, more=_works(endpoint), confidence=sure)
        return
    fixes = []
    if model_status(first) == 404:
        fixes.append(
            advise(
                "name the paths of the container in the environment of the deployment: the front end calls /score",
                "inference_config: {scoring_route: {path: </predict>, port: <8080>}}",
            )
        )
    elif from_container(first) and asked.endswith("/score") and asked.count("/") > 1:
        fixes.append(
            advise(
                f"let the front end take {one_line(asked.removesuffix('/score'), 40)} off: the server behind it got"
                " it, and scores at /score",
            )
        )
    if not asked.endswith("/score"):
        near = asked.rstrip("/")
        right = f"{scheme}://{host}{near}" if near.endswith("/score") else beside(endpoint, "score")
        fixes.append(advise("ask at the path at which inference servers score", f"curl -i {right}"))
    fixes.append(advise("compare the URL with the scoring URI that the service tells", *_tells(endpoint)))
    yield finding(
        endpoint,
        calls,
        f"the service has no path {one_line(asked, 50)}",
        *fixes,
        more=_works(endpoint),
        confidence=sure,
    )


def _tells(endpoint: Endpoint) -> tuple[str, ...]:
    managed = managed_name(endpoint)
    return (f"az ml online-endpoint show -n {managed[0]} --query scoring_uri",) if managed else ()


def _works(endpoint: Endpoint) -> tuple[Quote, ...]:
    """What is there: health shows that it is the right host."""
    return tuple(quote_call(call) for call in endpoint.of("health")[:1] if call.status == 200)


SAYS = '{"message": "The requested URL was not found on the server. If you entered the URL manually ..."}'
CASES = (
    fires(live(HEALTHY, scored(404, SAYS, path="/predict", headers=OF_SERVER)), saw="no path /predict", findings=1),
    fires(live(HEALTHY, scored(404, SAYS, path="/score/")), saw="no path /score/", name="a slash too many"),
    fires(live(scored(404, SAYS, headers=OF_SERVER), url=URL), saw="no path /score", name="behind a managed endpoint"),
    fires(live(scored(404, "Not Found"), kind="container-instance")),
    fires(
        live(scored(404, '{"type": "ModelNotFoundException", "message": "Model not found: resnet"}'), kind="other"),
        saw="knows no such model: Model not found: resnet",
    ),
    fires(
        live(scored(424, "Not Found", headers={"ms-azureml-model-error-statuscode": "404"}), url=URL),
        saw="no path /score",
        name="of a container of one's own",
    ),
    fires(
        live(scored(404, SAYS, path="/api/v1/service/churn/score", headers=OF_SERVER), kind="kubernetes"),
        saw="no path /api/v1/service/churn/score",
        name="the front end hands its prefix on",
    ),
    quiet(live(scored(404, ""), url=URL), name="the front end of a managed endpoint routes to no deployment"),
    quiet(live(HEALTHY, Call(purpose="swagger", method="GET", path="/swagger.json", status=404), scored())),
)
