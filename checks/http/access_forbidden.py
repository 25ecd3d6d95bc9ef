"""Access to the service is forbidden.

What it finds
-------------
403 to scoring requests.

Why it breaks
-------------
The one who asks is known, or comes from somewhere known, and may not: public access to the endpoint is disabled and the
request came from the internet, the identity behind the token lacks the role to score, or a firewall before the service
does not like address or body.

How to fix
----------
Ask from inside of the network, or give the identity a role with the action `onlineEndpoints/score/action`.

Learn more
----------
Azure Machine Learning documentation, "Network isolation with managed online endpoints"; "Authenticate clients".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.http.reading import told
from checks.http.records import Call, Endpoint
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import (
    AFTERMATH,
    advise,
    endpoint_name,
    endpoint_of,
    finding,
    from_container,
    quiet_confidence,
    read_log,
)
from checks.runtime.wording import one_line


@check("http.access-forbidden", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def access_forbidden(evidence: Evidence) -> Iterator[Finding]:
    """Tell what may forbid it, by the kind of service."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.access-forbidden")
    if not calls:
        return
    first = calls[0]
    yield finding(
        endpoint,
        calls,
        f"{first.method} {first.path} is forbidden: {_who(endpoint, first)} says 403",
        *_fixes(endpoint, first),
        confidence=quiet_confidence(endpoint.kind == "managed"),
    )


def _who(endpoint: Endpoint, call: Call) -> str:
    if from_container(call):
        return "the container"
    kinds = {"managed": "the managed endpoint", "kubernetes": "azureml-fe"}
    return kinds.get(endpoint.kind, one_line(call.headers.get("server", ""), 40) or "what stands before the service")


def _fixes(endpoint: Endpoint, call: Call) -> tuple[Fix, ...]:
    if endpoint.kind == "managed" and not from_container(call):
        name = endpoint_name(endpoint)
        role = "az role assignment create --role 'AzureML Data Scientist' --assignee <principal> --scope <workspace id>"
        return (
            advise(
                "see whether public access is disabled: then ask from inside of the network",
                f"az ml online-endpoint show -n {name} --query public_network_access",
            ),
            advise("with a token, give the identity a role that may score", role),
        )
    if any(one.status == 200 and not one.problem for one in endpoint.of("health", "swagger")):
        # This address is let in: what is forbidden is the method, or the path.
        return (
            advise(
                f"let {_who(endpoint, call)} pass {call.method} {one_line(call.path, 60)} as it does GET",
                *(
                    ("limit_except GET POST OPTIONS { deny all; }",)
                    if "nginx" in call.headers.get("server", "")
                    else ()
                ),
            ),
            read_log(endpoint, "see whether the request came to the container at all"),
        )
    return (
        advise("ask from an address that the firewall or gateway before the service lets in"),
        read_log(endpoint, "see whether the request came to the container at all"),
    )


CASES = (
    fires(
        live(scored(403, "Public network access is disabled"), url=URL), saw="the managed endpoint says 403", findings=1
    ),
    fires(live(scored(403, "<html>WAF</html>", headers={"server": "Microsoft-Azure-Application-Gateway/v2"}))),
    fires(live(scored(403), kind="kubernetes"), saw="azureml-fe says 403"),
    fires(
        live(HEALTHY, scored(403, headers={"server": "nginx/1.22.1"})),
        saw="nginx/1.22.1 says 403",
        name="others pass: the method or the path is forbidden",
    ),
    quiet(live(HEALTHY, scored(403, purpose="no-key"), scored())),
    quiet(live(HEALTHY, scored())),
)
