"""The firewall of the registry does not let the node in.

What it finds
-------------
A pull that Azure Container Registry refused with "client with IP ... is not allowed access".

Why it breaks
-------------
The registry admits chosen addresses or private endpoints only, and the request came from another address: the public
one by which the cluster goes out. Credentials do not matter here.

How to fix
----------
Admit the address that the message names, or give the cluster's network a private endpoint of the registry.

Learn more
----------
https://aka.ms/acr/firewall
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.pull_cures import FOLLOWS
from checks.kubernetes.pulling import failed_pulls
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.registry-firewall",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.acr-firewall", "logs.image-pull-forbidden", "logs.image-pull-denied"),
)
def registry_firewall(evidence: Evidence) -> Iterator[Finding]:
    """Name the address that is to be admitted."""
    for pull in failed_pulls(workload_of(evidence), "firewall"):
        address, registry = pull.what or "<address>", pull.acr or "<registry>"
        yield Finding(
            title=titled(f"the firewall of {pull.registry} refuses the address {pull.what or 'of the node'}", 88),
            evidence=pull.quotes,
            about=(*pull.about, f"registry:{pull.registry}"),
            fixes=(
                Fix(
                    title="admit the address by which the cluster goes out",
                    safety=Safety.REVIEW if pull.what and pull.acr else Safety.PLACEHOLDER,
                    commands=(f"az acr network-rule add -n {registry} --ip-address {address}",),
                ),
                Fix(title="give the cluster's network a private endpoint of the registry"),
            ),
            confirm=f"kubectl get pods -n {workload_of(evidence).namespace}",
        )


OLD = (
    "Error response from daemon: Get https://x.azurecr.io/v2/churn/manifests/7: denied: client with IP '203.0.113.7' "
    "is not allowed access. Refer https://aka.ms/acr/firewall to grant access."
)
NEW = (
    'failed to resolve reference "x.azurecr.io/churn:7": unexpected status from HEAD request to '
    'https://x.azurecr.io/v2/churn/manifests/7: 403 Forbidden: denied: client with IP \\"203.0.113.7\\" is not allowed'
)
ONE = spec(image="x.azurecr.io/churn:7")
CASES = (
    fires(scene(pods=(pod(waiting("ErrImagePull", OLD), ONE),)), saw="refuses the address 203.0.113.7", findings=1),
    fires(scene(pods=(pod(waiting("ErrImagePull", NEW), ONE),)), saw="203.0.113.7", name="containerd"),
    quiet(scene(pods=(pod(running(), ONE),))),
    quiet(scene(pods=(pod(waiting("ErrImagePull", "unauthorized: authentication required"), ONE),))),
)
