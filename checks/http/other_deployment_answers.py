"""Another deployment answers than the one that was asked.

What it finds
-------------
Answers that name a deployment, in `azureml-model-deployment`, which is not the one that the request named.

Why it breaks
-------------
The header of the request was lost on the way, as gateways drop what they do not know, so the endpoint's traffic rule
chose: what was tested is another model. Where two answers of one look name two deployments, a traffic rule splits them,
and results differ from call to call.

How to fix
----------
Let the gateway hand `azureml-model-deployment` on, and ask the endpoint itself to compare.

Learn more
----------
Azure Machine Learning documentation, "Safe rollout for online endpoints": invoke a deployment by its name.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.http.records import Call, Endpoint
from checks.http.scenes import URL, live, scored
from checks.http.seen import advise, endpoint_of, finding
from checks.runtime.wording import one_line
from checks.text import listed


@check("http.other-deployment-answers", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def other_deployment_answers(evidence: Evidence) -> Iterator[Finding]:
    """Compare the names that the answers bear."""
    endpoint = endpoint_of(evidence)
    asked, named = (
        endpoint.deployment,
        [call for call in endpoint.of("score", "series") if _name(call) and call.status != 404],
    )
    if not asked:
        yield from _split(endpoint, named)
        return
    others = [call for call in named if _name(call) != asked]
    if others:
        yield finding(
            endpoint,
            others,
            f"deployment `{_name(others[0])}` answers, and `{one_line(asked, 32)}` was asked",
            advise("let what stands between hand the header on", f"azureml-model-deployment: {asked}"),
            about=(),
        )


def _split(endpoint: Endpoint, named: list[Call]) -> Iterator[Finding]:
    """A traffic rule that splits equal requests, where nobody asked for one deployment."""
    names = list(dict.fromkeys(map(_name, named)))
    if len(names) > 1:
        yield finding(
            endpoint,
            [next(call for call in named if _name(call) == names[1])],
            f"the answers come from {len(names)} deployments: {listed(names, 3)}",
            advise("ask one of them by its name, to tell them apart", f"azureml-model-deployment: {names[0]}"),
            severity=Severity.INFO,
            about=(),
        )


def _name(call: Call) -> str:
    return one_line(call.headers.get("azureml-model-deployment", ""), 32)


BLUE = {"azureml-model-deployment": "blue"}
CASES = (
    fires(
        live(scored(headers=BLUE), url=URL, deployment="green"), saw="`blue` answers, and `green` was asked", findings=1
    ),
    fires(
        live(scored(headers=BLUE), scored(headers={"azureml-model-deployment": "green"}), url=URL),
        saw="come from 2 deployments: blue and green",
    ),
    quiet(live(scored(headers=BLUE), url=URL, deployment="blue")),
    quiet(live(scored(headers=BLUE), url=URL), name="none was asked"),
    quiet(live(scored(404, headers=BLUE), url=URL, deployment="green"), name="the front end knows none of that name"),
    quiet(live(scored(), url=URL, deployment="green"), name="the answer does not say"),
)
