"""The quota of the namespace does not allow the pod.

What it finds
-------------
`exceeded quota` of admission, with what is used and allowed; and quotas that let no pod in which does not say what it
needs (`must specify limits.memory`).

Why it breaks
-------------
A ResourceQuota bounds what all pods of a namespace ask for together. The API server refuses a pod beyond it, so the
deployment has fewer than it shall, or none: what was refused has no status and no log. During a rollout old and new
pods count together.

How to fix
----------
Lower the requests, remove what is not needed, or raise the quota. Where the quota wants them, set requests and limits.

Learn more
----------
Kubernetes documentation, "Resource Quotas".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.kubernetes.admission import refusal
from checks.kubernetes.patching import of_container, patched
from checks.kubernetes.scenes import deployment, event, pod, refused, running, scene, spec
from checks.kubernetes.seen import templates, workload_of
from checks.runtime.wording import titled

_EXCEEDED = re.compile(
    r"exceeded quota: (?P<quota>[\w.-]+), requested: (?P<asked>.+?), used: (?P<used>.+?), limited: (?P<hard>[^\s]+)"
)
_MUST = re.compile(r"failed quota: (?P<quota>[\w.-]+): must specify (?P<what>.+)")
EXPLAINS = ("kubernetes.progress-deadline", "kubernetes.no-pods", "kubernetes.no-ready-endpoint")


@check(
    "kubernetes.quota-exceeded",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINS,
)
def quota_exceeded(evidence: Evidence) -> Iterator[Finding]:
    """Read what admission said."""
    workload = workload_of(evidence)
    said = refusal(workload)
    if said is None:
        return
    if over := _EXCEEDED.search(said.message):
        asked, hard = _amounts(over["asked"]), _amounts(over["hard"])
        what = next(iter(asked), "pods")
        yield Finding(
            title=f"quota {over['quota']} allows {hard.get(what, '?')} of {what}; {asked.get(what, '?')} more is asked"[
                :100
            ],
            evidence=(
                said.quote,
                Quote(source=f"resourcequota/{over['quota']}", text=f"used {over['used']} of {over['hard']}"),
            ),
            about=(f"quota:{over['quota']}",),
            fixes=(
                patched(
                    f"raise the quota {over['quota']}",
                    "ResourceQuota",
                    over["quota"],
                    workload.namespace,
                    {"spec": {"hard": {one: f"<more than {hard.get(one, '')}>" for one in asked}}},
                    type="merge",
                ),
                Fix(
                    title="see who uses it",
                    commands=(f"kubectl describe quota {over['quota']} -n {workload.namespace}",),
                ),
            ),
            confirm=f"kubectl describe quota -n {workload.namespace}",
        )
    elif must := _MUST.search(said.message):
        yield Finding(
            title=titled(f"quota {must['quota']} wants the pod to specify {must['what'].strip()}", 88),
            evidence=(said.quote,),
            about=(f"quota:{must['quota']}",),
            fixes=tuple(_specified(workload, must["what"])),
            confirm=f"kubectl describe quota -n {workload.namespace}",
        )


def _amounts(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(",") if "=" in part)


def _specified(workload: Workload, what: str) -> Iterator[Fix]:
    """The missing fields for the first container that lacks them: `limits.cpu`, and `for: c1` of newer servers."""
    wanted: dict[str, dict[str, str]] = {}
    for name in re.findall(r"((?:limits|requests)\.[\w.-]+)", what):
        kind, _, resource = name.partition(".")
        wanted.setdefault(kind, {})[resource] = f"<{resource}>"
    for container, init in templates(workload):
        if any(resource not in getattr(container.resources, kind) for kind in wanted for resource in wanted[kind]):
            yield of_container(
                f"say what container {container.name} needs",
                workload,
                container.name,
                {"resources": wanted},
                init=init,
                safety=Safety.PLACEHOLDER,
            )


OVER = (
    'pods "score-6b5496fd48-x2" is forbidden: exceeded quota: compute, requested: requests.memory=2Gi, '
    "used: requests.memory=0, limited: requests.memory=1Gi"
)
MUST = 'pods "score-6b5496fd48-" is forbidden: failed quota: compute: must specify limits.cpu,limits.memory'

CASES = (
    fires(scene(replica_sets=(refused(OVER),)), saw="quota compute allows 1Gi of requests.memory"),
    fires(scene(replica_sets=(refused(MUST),), controller=deployment(spec())), saw="specify limits.cpu,limits.memory"),
    fires(
        scene(events=(event("FailedCreate", f"Error creating: {OVER}", "ReplicaSet/score-6b5496fd48"),)),
        saw="compute",
        name="the condition is gone, the event is there",
    ),
    quiet(
        scene(
            pods=(pod(running()),),
            events=(event("FailedCreate", f"Error creating: {OVER}", "ReplicaSet/score-6b5496fd48"),),
        ),
        name="there is room by now",
    ),
)
