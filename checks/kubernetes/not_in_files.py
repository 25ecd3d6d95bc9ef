"""A manifest refers to something that the given files do not hold.

What it finds
-------------
Config maps, secrets, volume claims and service accounts that a pod needs, and that none of the files defines. They may
be in the cluster already; where the files hold one of nearly the same name, they probably are not.

Why it breaks
-------------
A pod whose config map or secret is not there waits in CreateContainerConfigError or ContainerCreating, one whose claim
is not there is never scheduled, and one whose account is not there is never created.

How to fix
----------
Look whether the cluster has it, or give the file that makes it.

Learn more
----------
Kubernetes documentation, "Configure a Pod to Use a ConfigMap".
"""

from collections.abc import Iterator
from typing import Any

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.kubernetes.references import near, required
from checks.kubernetes.scenes import deployment, keys, scene
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.specs import pod_path
from checks.text import listed

_WHERE = {
    "config map": ("configmap", "config_maps"),
    "secret": ("secret", "secrets"),
    "claim": ("pvc", "claims"),
    "service account": ("serviceaccount", "accounts"),
}


@check(
    "kubernetes.not-in-files",
    needs=("workload",),
    stage=Stage.START,
    severity=Severity.INFO,
    confidence=Confidence.POSSIBLE,
)
def not_in_files(evidence: Evidence) -> Iterator[Finding]:
    """Look for everything that the pod needs."""
    workload = workload_of(evidence)
    if not workload.from_files:
        return
    for (kind, name), (path, value) in _needed(workload).items():
        resource, field = _WHERE[kind]
        found = getattr(workload, field)
        there = () if isinstance(found, Missing) else tuple(one.name for one in found)
        if name in there:
            continue
        alike = near(name, there)
        yield Finding(
            title=f"the {kind} `{name}` is in none of the files"[:88],
            severity=Severity.WARNING if alike else Severity.INFO,
            confidence=Confidence.LIKELY if alike else None,
            evidence=(
                quote_field(workload.shown, path, value),
                Quote(source="files", text=f"they hold of this kind: {listed(there)}"),
            ),
            about=(f"{kind.replace(' ', '')}:{name}",),
            fixes=(
                Fix(
                    title=f"refer to `{alike[0]}`" if alike else "look whether the cluster has it",
                    safety=Safety.REVIEW,
                    commands=(f"kubectl get {resource} {name} -n {workload.namespace}",),
                ),
            ),
        )


def _needed(workload: Workload) -> dict[tuple[str, str], tuple[str, str]]:
    """Kind and name of what the pod needs, with the path and what stands there."""
    spec = workload.spec
    if spec is None:
        return {}
    outer = pod_path(workload)
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for one in required(spec):
        part = f"{'initContainers' if one.init else 'containers'}[{one.container}]"
        path = f"{part}.env[{one.variable}]" if one.variable else f"{part}.envFrom"
        path = f"volumes[{one.volume}]" if one.volume else path
        found.setdefault((one.kind, one.name), (f"{outer}.{path}", one.where))
    for volume in spec.volumes:
        claim = volume.persistent_volume_claim
        if claim is not None and claim.claim_name:
            path = f"{outer}.volumes[{volume.name}].persistentVolumeClaim.claimName"
            found.setdefault(("claim", claim.claim_name), (path, claim.claim_name))
    if spec.service_account_name not in {"", "default"}:
        account = spec.service_account_name
        found.setdefault(("service account", account), (f"{outer}.serviceAccountName", account))
    return found


_VOLUME: dict[str, Any] = {"volumes": [{"name": "settings", "configMap": {"name": "score-settings"}}]}

CASES = (
    fires(scene(controller=deployment(**_VOLUME), from_files=True), saw="`score-settings` is in none of the files"),
    fires(
        scene(controller=deployment(**_VOLUME), config_maps=(keys("score-setting", "a"),), from_files=True),
        saw="score-setting",
        findings=1,
    ),
    fires(
        scene(controller=deployment(serviceAccountName="scorer"), from_files=True), saw="the service account `scorer`"
    ),
    quiet(scene(controller=deployment(**_VOLUME), config_maps=(keys("score-settings", "a"),), from_files=True)),
    quiet(scene(controller=deployment(**_VOLUME)), name="a cluster is asked itself"),
)
