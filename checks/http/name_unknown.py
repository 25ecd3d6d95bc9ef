"""The host's name is not known to the name servers.

What it finds
-------------
A URL whose host has no address: the name servers say that there is no such name.

Why it breaks
-------------
Nothing is sent anywhere. A managed endpoint's name lives as long as the endpoint and carries its region; a name of a
private endpoint is known only inside of the network that has its DNS zone.

How to fix
----------
Compare the host with the scoring URI that the service itself tells. For a private endpoint, ask from a machine of its
network, or link the private DNS zone to the network that asks.

Learn more
----------
Azure Machine Learning documentation, "Network isolation with managed online endpoints": private DNS zones.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.http.records import Endpoint, Name
from checks.http.scenes import HEALTHY, URL, live
from checks.http.seen import advise, by_hand, endpoint_of, host_of, managed_name
from checks.runtime.wording import one_line, titled


@check("http.name-unknown", needs=("endpoint",), stage=Stage.REQUEST, confidence=Confidence.CERTAIN)
def name_unknown(evidence: Evidence) -> Iterator[Finding]:
    """Read what the name servers said."""
    endpoint = endpoint_of(evidence)
    name = endpoint.name
    if name is None or name.problem not in {"unknown", "other"}:
        return
    yield Finding(
        title=titled(f"no name server knows the host {host_of(endpoint)}", 88),
        evidence=(Quote(source=f"name of {name.host}", text=one_line(name.words) or "no such name"),),
        confidence=Confidence.CERTAIN if name.problem == "unknown" else Confidence.LIKELY,
        about=(f"host:{name.host}",),
        fixes=_fixes(endpoint),
        confirm=f"nslookup {name.host}",
        reproduce=by_hand(endpoint),
    )


def _fixes(endpoint: Endpoint) -> tuple[Fix, ...]:
    managed = managed_name(endpoint)
    if managed is None:
        return (
            advise("correct the host in the URL: compare it with the scoring URI that the service's owner has"),
            advise("for a name of a private network, ask from inside of that network or through its VPN"),
        )
    name, region = managed
    tell = "az ml online-endpoint show -n {} -g <resource-group> -w <workspace> --query scoring_uri"
    return (
        advise(f"see whether endpoint {name} still exists, and is in {region}", tell.format(name)),
        advise("for a private endpoint, link the zone privatelink.api.azureml.ms to the network that asks"),
    )


GONE = Name(host="churn.westeurope.inference.ml.azure.com", problem="unknown", words="Name or service not known")
CASES = (
    fires(live(url=URL, name=GONE, connection=None, tls=None), saw="churn.westeurope", findings=1),
    fires(live(url="http://score.internal/score", name=Name(host="score.internal", problem="unknown"))),
    quiet(live(HEALTHY), name="it has an address"),
    quiet(live(url=URL, name=Name(host="x", problem="no-answer")), name="the name server is silent"),
)
