"""The pod names a service account, priority class or runtime class that does not exist.

What it finds
-------------
`serviceaccount "x" not found`, `no PriorityClass with name x was found`, `RuntimeClass "x" not found` of admission.

Why it breaks
-------------
The API server looks these up when a pod is made. Where one is missing it makes no pod, and the deployment shows none.

How to fix
----------
Create what is named, or name one that exists.

Learn more
----------
Kubernetes documentation, "Configure Service Accounts for Pods", "Pod Priority and Preemption", "Runtime Class".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.kubernetes.admission import refusal
from checks.kubernetes.patching import of_template
from checks.kubernetes.scenes import refused, scene
from checks.kubernetes.seen import workload_of
from checks.text import listed

_ACCOUNT = r'serviceaccount "(?P<name>[^"]+)" not found|error looking up service account [\w.-]+/(?P<other>[\w.-]+)'
_RUNTIME = r'(?:RuntimeClass|runtimeclass(?:es)?\S*) "(?P<name>[^"]+)" not found'
_KINDS = (
    ("service account", "serviceAccountName", re.compile(_ACCOUNT)),
    ("priority class", "priorityClassName", re.compile(r"no PriorityClass with name (?P<name>[\w.-]+) was found")),
    ("runtime class", "runtimeClassName", re.compile(_RUNTIME)),
)


@check("kubernetes.named-class-missing", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def named_class_missing(evidence: Evidence) -> Iterator[Finding]:
    """Name it, and the accounts that exist."""
    workload = workload_of(evidence)
    said = refusal(workload)
    for kind, field, pattern in _KINDS if said else ():
        found = pattern.search(said.message) if said else None
        if said is None or found is None:
            continue
        name = next(group for group in found.groups() if group)
        yield Finding(
            title=f"the {kind} {name} does not exist",
            evidence=(said.quote, *_there(workload, kind)),
            about=(f"{kind.replace(' ', '-')}:{name}",),
            fixes=tuple(_fixes(workload, kind, field, name)),
            confirm=f"kubectl get {kind.replace(' ', '')} -n {workload.namespace}",
        )
        return


def _there(workload: Workload, kind: str) -> Iterator[Quote]:
    if kind == "service account" and not isinstance(workload.accounts, Missing):
        names = [one.name for one in workload.accounts]
        yield Quote(
            source=f"namespace {workload.namespace}", text=f"service accounts: {listed(names) if names else 'none'}"
        )


def _fixes(workload: Workload, kind: str, field: str, name: str) -> Iterator[Fix]:
    if kind == "service account":
        yield Fix(
            title=f"create the account {name}",
            commands=(f"kubectl create serviceaccount {name} -n {workload.namespace}",),
        )
        yield of_template("use the default account", workload, {field: "default", "serviceAccount": "default"})
        return
    yield of_template(f"leave out {field}", workload, {field: None})
    yield Fix(
        title=f"create the {kind} {name}",
        safety=Safety.PLACEHOLDER,
        commands=(f"kubectl apply -f <{kind} {name}>.yaml",),
    )


CASES = (
    fires(
        scene(
            replica_sets=(refused('pods "a" is forbidden: serviceaccount "scorer" not found'),),
            accounts=({"metadata": {"name": "default"}},),
        ),
        saw="service account scorer does not exist",
    ),
    fires(
        scene(replica_sets=(refused('pods "a" is forbidden: no PriorityClass with name hot was found'),)),
        saw="priority class hot",
    ),
    fires(
        scene(replica_sets=(refused('pods "a" is forbidden: RuntimeClass "gvisor" not found'),)),
        saw="runtime class gvisor",
    ),
    quiet(scene(replica_sets=(refused('Pod "a" is invalid: spec.containers[0].image: Required value'),))),
)
