"""The front end has no deployment for the request.

What it finds
-------------
404 from the front end of a managed or Kubernetes endpoint, not from a container.

Why it breaks
-------------
The endpoint is there, but its traffic goes nowhere: no deployment has a share of it, or the one that is asked for with
the header `azureml-model-deployment` does not exist. In a cluster azureml-fe also says so of a path that names no
service.

How to fix
----------
Give a deployment the traffic, or name one that exists.

Learn more
----------
Azure Machine Learning documentation, "Troubleshoot online endpoints": 404.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, OF_SERVER, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_name, endpoint_of, finding
from checks.runtime.wording import one_line


@check("http.no-deployment-routed", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def no_deployment_routed(evidence: Evidence) -> Iterator[Finding]:
    """Tell whether a deployment was asked for by name."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.no-deployment-routed")
    if not calls:
        return
    name = endpoint_name(endpoint)
    asked = endpoint.deployment
    title = (
        f"the endpoint has no deployment `{one_line(asked, 32)}`, or sends it nothing"
        if asked
        else "the endpoint has no deployment that gets this request"
    )
    traffic = f"az ml online-endpoint update -n {name} --traffic <deployment>=100"
    yield finding(
        endpoint,
        calls,
        title,
        advise(
            "see which deployments there are, and their traffic",
            f"az ml online-deployment list -e {name} -o table",
            f"az ml online-endpoint show -n {name} --query traffic",
        ),
        advise("give a deployment the traffic", traffic),
        *(
            (advise("see that the path names the service as the cluster knows it"),)
            if endpoint.kind == "kubernetes"
            else ()
        ),
    )


CASES = (
    fires(live(scored(404, ""), url=URL), saw="no deployment that gets this request", findings=1),
    fires(live(scored(404, ""), url=URL, deployment="green"), saw="no deployment `green`"),
    fires(live(scored(404, "", purpose="empty", sample=None), kind="kubernetes"), saw="azureml-fe"),
    quiet(live(scored(404, "", headers=OF_SERVER), url=URL), name="the container has no such path"),
    quiet(live(HEALTHY, scored(404, "Not Found")), name="a plain server"),
    quiet(live(HEALTHY, scored(), url=URL)),
)
