"""Network policies let nobody through to the port of the service.

What it finds
-------------
A service that leads to a port of its pods which the network policies of the pods open to nobody.

Why it breaks
-------------
A pod that a policy chooses is closed but for what policies let through. Nothing does for this port, so connections run
into a time-out, while the pods are ready: the kubelet's probes come from the node and are let through. Networks that
enforce no policies do not heed them.

How to fix
----------
Add a rule that lets the clients through to the port.

Learn more
----------
Kubernetes documentation, "Network Policies": default policies.
"""

import json
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.listening import elsewhere
from checks.kubernetes.policies import closing, lets_through, rules
from checks.kubernetes.scenes import LABELS, Made, scene, service
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import of_object, selecting, target_number
from checks.runtime.wording import titled


@check("kubernetes.policy-denies-ingress", needs=("workload",), stage=Stage.OPERATE, confidence=Confidence.LIKELY)
def policy_denies_ingress(evidence: Evidence) -> Iterator[Finding]:
    """Add the policies up for each port that a service leads to."""
    workload = workload_of(evidence)
    told: set[int] = set()
    for one in selecting(workload):
        for port in one.spec.ports:
            number = target_number(workload, port)
            if number is None or number in told or lets_through(workload, "Ingress", number, port.protocol):
                continue
            told.add(number)
            names = [policy.metadata.name for policy in closing(workload, "Ingress")]
            yield Finding(
                title=titled(f"network policy {names[0]} lets nobody through to port {number}", 88),
                evidence=(
                    quote_field(f"service/{one.name}", f"spec.ports[{port.port}].targetPort", number),
                    *_policies(workload),
                ),
                about=(f"policy:{names[0]}", f"service:{one.name}", f"port:{number}"),
                fixes=(_fix(workload, names[0], _real(evidence, number), port.protocol),),
            )


def _real(evidence: Evidence, number: int) -> int:
    """The port to open: that of the server, also where the service names another."""
    server = elsewhere(evidence, number)
    return server.port if server else number


def _policies(workload: Workload) -> Iterator[Quote]:
    for policy in closing(workload, "Ingress")[:3]:
        ports = [str(one.port) for rule in rules(policy, "Ingress") for one in rule.ports]
        opened = ", ".join(ports) or "none"
        yield quote_field(f"networkpolicy/{policy.metadata.name}", "ports open to others", opened)


def _fix(workload: Workload, name: str, port: int, protocol: str) -> Fix:
    policy = next(one for one in closing(workload, "Ingress") if one.metadata.name == name)
    if not any(rules(policy, "Ingress")) and not policy.spec.pod_selector.match_labels:
        # a default for the whole namespace stays as it is; a policy beside it opens the port of these pods
        title, made = (
            f"add a policy that opens port {port} of these pods",
            json.dumps(_opening(workload, port, protocol)),
        )
        return Fix(title=title, commands=("kubectl apply -f - <<'EOF'", made, "EOF"))
    body = {"spec": {"ingress": [{"ports": [{"port": port, "protocol": protocol}]}]}}
    return of_object(f"let everybody through to port {port}", workload, "networkpolicy", name, body)


def _opening(workload: Workload, port: int, protocol: str) -> Made:
    own = workload.controller.spec.selector if workload.controller else None
    labels = own.match_labels if own and own.match_labels else workload.labels
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"{workload.name}-ingress", "namespace": workload.namespace},
        "spec": {
            "podSelector": {"matchLabels": labels},
            "ingress": [{"ports": [{"port": port, "protocol": protocol}]}],
        },
    }


def _policy(ingress: object = None, labels: Made | None = None, *types: str, name: str = "deny-all") -> Made:
    made: Made = {"podSelector": {"matchLabels": labels or {}}, "policyTypes": list(types or ("Ingress",))}
    return {"metadata": {"name": name}, "spec": {**made, **({"ingress": ingress} if ingress is not None else {})}}


def _open(*ports: object) -> list[Made]:
    return [{"from": [{"podSelector": {}}], "ports": [{"port": port} for port in ports]}]


CASES = (
    fires(
        scene(services=(service(),), policies=(_policy(),)), saw="deny-all lets nobody through to port 5001", findings=1
    ),
    fires(scene(services=(service(),), policies=(_policy(_open(80), LABELS, name="score"),)), saw="open to others: 80"),
    quiet(scene(services=(service(),), policies=(_policy(), _policy(_open(5001), name="allow"))), name="they add up"),
    quiet(scene(services=(service(),), policies=(_policy([{}]),)), name="everything"),
    quiet(scene(services=(service(),), policies=(_policy(None, {"app": "x"}),)), name="of other pods"),
    quiet(scene(services=(service(),), policies=(_policy(None, None, "Egress"),)), name="the other direction"),
    quiet(scene(policies=(_policy(),)), name="no service"),
)
