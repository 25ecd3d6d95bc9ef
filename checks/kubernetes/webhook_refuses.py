"""An admission webhook or policy refuses the pod, or cannot be asked.

What it finds
-------------
`admission webhook "..." denied the request` with the policy's own words, and `failed calling webhook` when the webhook
does not answer.

Why it breaks
-------------
Policies (Gatekeeper, Kyverno, Azure Policy) and injectors are asked before a pod is made. One that says no, or that
must answer and cannot (`failurePolicy: Fail`), means that there is no pod.

How to fix
----------
Change the pod as the policy says, or have its owner make an exception; bring back the service behind the webhook.

Learn more
----------
Kubernetes documentation, "Dynamic Admission Control".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.admission import refusal
from checks.kubernetes.scenes import refused, scene
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled

CONFIGURATIONS = "validatingwebhookconfigurations,mutatingwebhookconfigurations"
_DENIED = re.compile(r'admission webhook "(?P<name>[^"]+)" denied the request:?\s*(?P<why>.*)', re.DOTALL)
_POLICY = re.compile(r"ValidatingAdmissionPolicy '(?P<name>[^']+)'.*? denied request:?\s*(?P<why>.*)", re.DOTALL)
_DOWN = re.compile(r'failed calling webhook "(?P<name>[^"]+)":?\s*(?P<why>.*)', re.DOTALL)


@check("kubernetes.webhook-refuses", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def webhook_refuses(evidence: Evidence) -> Iterator[Finding]:
    """Name the webhook, and repeat what it said."""
    said = refusal(workload_of(evidence))
    if said is None:
        return
    policy = _POLICY.search(said.message)
    denied, down = policy or _DENIED.search(said.message), _DOWN.search(said.message)
    if denied:
        why = " ".join(denied["why"].split())
        yield Finding(
            title=titled(f"policy {denied['name']} refuses the pod: {why}", 88),
            evidence=(said.quote,),
            about=(f"webhook:{denied['name']}",),
            fixes=(Fix(title="change the pod's template as the policy says, or ask its owner for an exception"),),
            confirm=f"kubectl get validatingadmissionpolicy {policy['name']} -o yaml"
            if policy
            else f"kubectl get {CONFIGURATIONS}",
        )
    elif down:
        yield Finding(
            title=f"the admission webhook {down['name']} does not answer, so no pod is made",
            evidence=(said.quote,),
            about=(f"webhook:{down['name']}",),
            fixes=(
                Fix(
                    title="bring back the service behind the webhook",
                    commands=(f"kubectl get {CONFIGURATIONS} -o yaml | grep -B2 -A12 {down['name']}",),
                ),
            ),
            confirm="kubectl get events -A --field-selector reason=FailedCreate",
        )


CASES = (
    fires(
        scene(
            replica_sets=(
                refused('admission webhook "validation.gatekeeper.sh" denied the request: [only-own-registry] no'),
            )
        ),
        saw="validation.gatekeeper.sh refuses the pod: [only-own-registry] no",
    ),
    fires(
        scene(
            replica_sets=(
                refused(
                    "pods \"a\" is forbidden: ValidatingAdmissionPolicy 'owner' with binding 'all' "
                    "denied request: no owner"
                ),
            )
        ),
        saw="policy owner refuses the pod: no owner",
        name="a policy without a webhook",
    ),
    fires(
        scene(
            replica_sets=(
                refused('Internal error occurred: failed calling webhook "inject.example.com": Post: refused'),
            )
        ),
        saw="inject.example.com does not answer",
    ),
    quiet(scene(replica_sets=(refused('pods "a" is forbidden: violates PodSecurity "restricted:latest": x'),))),
)
