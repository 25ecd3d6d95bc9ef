"""A service of type LoadBalancer gets no address.

What it finds
-------------
A service of type `LoadBalancer` that still has no external address, with what the cloud said of it.

Why it breaks
-------------
The address is given by a controller of the cloud, or by one such as MetalLB. Where none is installed, or the cloud
refuses (quota of public addresses, rights on the subnet or group, an address or annotation that is wrong), the service
stays `<pending>` and nobody outside reaches it. Inside of the cluster it works.

How to fix
----------
Cure what the cloud said; in a cluster without load balancers take an ingress, `NodePort` or a port-forward.

Learn more
----------
Kubernetes documentation, "Service": type LoadBalancer. Source: service controller of Kubernetes 1.20, reasons
`SyncLoadBalancerFailed`, `UnAvailableLoadBalancer`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.events import Event
from checks.cluster.subject import Workload
from checks.cluster.traffic import Service
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.scenes import Made, event, scene, service
from checks.kubernetes.seen import events, quote_event, quote_field, workload_of
from checks.kubernetes.services import is_old, of_object, services_of
from checks.runtime.wording import titled

_FAILED = ("SyncLoadBalancerFailed", "CreatingLoadBalancerFailed", "UnAvailableLoadBalancer", "AllocationFailed")
_WHY = (
    (re.compile(r"PublicIPCountLimitReached|[Qq]uota"), "the quota of them is used up"),
    (re.compile(r"AuthorizationFailed|does not have authorization|Forbidden|StatusCode=403|AccessDenied"), "no right"),
    (re.compile(r"no available nodes|UnAvailable"), "no node may stand behind it"),
    (re.compile(r"SubnetNotFound|subnet.*not found|InvalidSubnet"), "its subnet is not there"),
    (re.compile(r"IPAddress.*(?:InUse|Allocated)|already (?:in use|allocated)"), "its address is taken"),
    (re.compile(r"user supplied IP Address .* was not found|PublicIPAddress.*not found"), "its address is not there"),
)


@check("kubernetes.load-balancer-pending", needs=("workload",), stage=Stage.OPERATE, confidence=Confidence.CERTAIN)
def load_balancer_pending(evidence: Evidence) -> Iterator[Finding]:
    """Look for an address; a service of the last minutes may still get one."""
    workload = workload_of(evidence)
    for one in services_of(workload):
        if one.spec.type != "LoadBalancer" or one.status.load_balancer.ingress or workload.from_files:
            continue
        said = _said(workload, one)
        failed = said is not None and said.reason in _FAILED
        if not failed and not is_old(workload, one.metadata):
            continue
        hint = next((text for pattern, text in _WHY if said and failed and pattern.search(said.message)), "")
        yield Finding(
            title=titled(f"service/{one.name} gets no load balancer address{f': {hint}' if hint else ''}", 88),
            evidence=(
                quote_field(f"service/{one.name}", "status.loadBalancer.ingress", "none"),
                *((quote_event(said),) if said else ()),
                *(quote_field(f"service/{one.name}", key, value) for key, value in _wishes(one).items()),
            ),
            confidence=Confidence.CERTAIN if failed else Confidence.LIKELY,
            about=(f"service:{one.name}",),
            fixes=tuple(_fixes(workload, one, failed=failed)),
            confirm=f"kubectl get service {one.name} -n {workload.namespace}",
        )


def _said(workload: Workload, one: Service) -> Event | None:
    about = [each for each in events(workload) if each.about.kind == "Service" and each.about.name == one.name]
    failed = [each for each in about if each.reason in _FAILED]
    return failed[-1] if failed else next((each for each in reversed(about) if "LoadBalancer" in each.reason), None)


def _wishes(one: Service) -> dict[str, str]:
    """What the service asks of the cloud."""
    asked = {key: value for key, value in one.metadata.annotations.items() if "load-balancer" in key}
    return {**asked, **({"spec.loadBalancerIP": one.spec.load_balancer_ip} if one.spec.load_balancer_ip else {})}


def _fixes(workload: Workload, one: Service, *, failed: bool) -> Iterator[Fix]:
    if failed:
        title = "cure what the cloud refuses; it is tried again by itself"
        yield Fix(title=title, commands=(f"kubectl describe service {one.name} -n {workload.namespace}",))
        return
    yield of_object("open a port of the nodes instead", workload, "service", one.name, {"spec": {"type": "NodePort"}})
    port = one.spec.ports[0].port if one.spec.ports else 80
    command = f"kubectl port-forward service/{one.name} -n {workload.namespace} 8080:{port}"
    yield Fix(title="reach it from this machine, for a test", commands=(command,))


OLD: Made = {"name": "score", "namespace": "team-a", "creationTimestamp": "2026-11-20T18:00:00Z"}
NEW: Made = {**OLD, "creationTimestamp": "2026-11-20T18:16:30Z"}


def _service(metadata: Made, **status: object) -> Made:
    return {**service(type="LoadBalancer", status=status), "metadata": metadata}


SAYS = event(
    "SyncLoadBalancerFailed",
    "Error syncing load balancer: failed to ensure load balancer: Retriable: false, HTTPStatusCode: 400, "
    'RawError: {"error": {"code": "PublicIPCountLimitReached"}}',
    about="Service/score",
    reporter="service-controller",
)
CASES = (
    fires(scene(services=(_service(OLD),)), saw="service/score gets no load balancer address", findings=1),
    fires(scene(services=(_service(NEW),), events=(SAYS,)), saw="the quota of them is used up"),
    quiet(scene(services=(_service(NEW),)), name="of the last minutes"),
    quiet(
        scene(services=(_service(OLD, loadBalancer={"ingress": [{"ip": "192.0.2.7"}]}),), events=(SAYS,)),
        name="it has one",
    ),
    quiet(scene(services=(_service(OLD),), from_files=True), name="a manifest"),
    quiet(scene(services=(service(),))),
)
