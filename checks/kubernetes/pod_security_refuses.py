"""The security standard of the namespace does not allow the pod.

What it finds
-------------
`violates PodSecurity` with the fields that it wants, and the older `unable to validate against any pod security
policy`.

Why it breaks
-------------
A namespace can require that pods run as nobody special: not as root, without privileges, with few kinds of volumes. The
API server refuses any other pod, so the deployment has none.

How to fix
----------
Set the fields of `securityContext` that the message names, and make the image run as a user other than root.

Learn more
----------
Kubernetes documentation, "Pod Security Standards".
"""

import re
from collections.abc import Iterator
from typing import Any

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.admission import refusal
from checks.kubernetes.patching import of_template
from checks.kubernetes.scenes import deployment, refused, scene
from checks.kubernetes.seen import templates, workload_of
from checks.runtime.wording import titled

_VIOLATES = re.compile(r'violates PodSecurity "(?P<level>[^"]+)":\s*(?P<what>.*)', re.DOTALL)
_OLD = re.compile(
    r"unable to validate against any (?:pod security policy|security context constraint):?\s*(?P<what>.*)"
)


@check("kubernetes.pod-security-refuses", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def pod_security_refuses(evidence: Evidence) -> Iterator[Finding]:
    """Say which fields are wanted."""
    workload = workload_of(evidence)
    said = refusal(workload)
    found = said and (_VIOLATES.search(said.message) or _OLD.search(said.message))
    if said is None or not found:
        return
    what = " ".join(found["what"].split()).strip("[]")
    level = f"PodSecurity {found['level']}" if "level" in found.groupdict() else "the pod security policy"
    short = re.sub(r"\s*\([^()]*\)", "", what).split(",")[0]
    yield Finding(
        title=titled(f"{level} refuses the pod: {short}", 88),
        evidence=(said.quote,),
        about=("policy:pod-security",),
        fixes=(_fix(workload, what),),
        confirm=f"kubectl get namespace {workload.namespace} --show-labels",
    )


def _fix(workload: Workload, what: str) -> Fix:
    """The fields that the message asks for, on every container."""
    context: dict[str, Any] = {}
    if "allowPrivilegeEscalation" in what:
        context["allowPrivilegeEscalation"] = False
    if "capabilities" in what:
        context["capabilities"] = {"drop": ["ALL"]}
    if "runAsNonRoot" in what:
        context["runAsNonRoot"] = True
    if "privileged" in what.lower().replace("allowprivilege", ""):
        context["privileged"] = False
    if "seccompProfile" in what:
        context["seccompProfile"] = {"type": "RuntimeDefault"}
    names = [container.name for container, init in templates(workload) if not init]
    if not context or not names:
        return Fix(title="change the fields that the message names, in the pod's template")
    listed = ", ".join(context)
    body = {"containers": [{"name": name, "securityContext": context} for name in names]}
    return of_template(f"set {listed} in securityContext", workload, body)


NEW = (
    'pods "a" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false '
    '(container "inference-server" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true '
    '(pod or container "inference-server" must set securityContext.runAsNonRoot=true)'
)
OLD = (
    'pods "a-" is forbidden: PodSecurityPolicy: unable to validate against any pod security policy: '
    "[spec.containers[0].securityContext.privileged: Invalid value: true: Privileged containers are not allowed]"
)

CASES = (
    fires(scene(replica_sets=(refused(NEW),), controller=deployment()), saw="allowPrivilegeEscalation"),
    fires(scene(replica_sets=(refused(OLD),)), saw="pod security policy"),
    quiet(scene(replica_sets=(refused('admission webhook "a.b" denied the request: no'),))),
)
