"""The volume claim that the pod uses is missing, or has no volume.

What it finds
-------------
A claim that does not exist, that is `Pending` (no storage class of its name, no default class, no provisioner, or the
provisioner's own words), or that is `Lost`. A claim that waits for its first consumer is as it should be.

Why it breaks
-------------
The scheduler places a pod only when its claims are bound, or can be bound on the node. Until then the pod is Pending.

How to fix
----------
Create the claim, name a storage class that exists, or create a volume that fits.

Learn more
----------
Kubernetes documentation, "Persistent Volumes" and "Storage Classes".
"""

from collections.abc import Iterator
from typing import Any

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.cluster.supplies import Claim
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.kubernetes.scenes import event, pending, scene
from checks.kubernetes.scheduling import Unplaced, unplaced
from checks.kubernetes.seen import events, quote_event, workload_of
from checks.text import listed

EXPLAINS = ("kubernetes.volume-not-mounted",)


@check(
    "kubernetes.claim-not-bound",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINS,
)
def claim_not_bound(evidence: Evidence) -> Iterator[Finding]:
    """Look at each claim of a pod without a node."""
    workload = workload_of(evidence)
    told = set()
    for one in unplaced(workload):
        for name in _claims(one):
            if name in told or not _speaks_of_claims(one, name):
                continue
            told.add(name)
            yield _finding(workload, one, name)


def _claims(one: Unplaced) -> list[str]:
    return [v.persistent_volume_claim.claim_name for v in one.pod.spec.volumes if v.persistent_volume_claim]


def _speaks_of_claims(one: Unplaced, name: str) -> bool:
    """True when the scheduler waits for claims, of this one where it names one."""
    if one.main and one.main.kind == "unbound":
        return True
    text = one.message.lower()
    named = f'"{name}"' in one.message
    return named or ("persistentvolumeclaim" in text and '"' not in text) or "storageclass" in text


def _finding(workload: Workload, one: Unplaced, name: str) -> Finding:
    claim = _claim(workload, name)
    said = [e for e in events(workload) if e.about.kind == "PersistentVolumeClaim" and e.about.name == name]
    classes = (
        None if isinstance(workload.storage_classes, Missing) else [c.metadata.name for c in workload.storage_classes]
    )
    missing = f'"{name}" not found' in one.message or (claim is None and not isinstance(workload.claims, Missing))
    asked = claim.spec.storage_class_name if claim else None
    quotes = [one.quote, *([Quote(source=f"pvc/{name}", text=_state(claim))] if claim else [])]
    quotes += [quote_event(said[-1])] if said else []
    fixes: list[Fix] = []
    if missing:
        title = f"the volume claim {name} does not exist"
        there = [] if isinstance(workload.claims, Missing) else [c.name for c in workload.claims]
        quotes += [Quote(source="namespace", text=f"claims: {listed(there) if there else 'none'}")]
        fixes.append(
            Fix(
                title=f"create the claim {name}",
                safety=Safety.PLACEHOLDER,
                commands=(f"kubectl apply -n {workload.namespace} -f <claim {name}>.yaml",),
            )
        )
    elif asked and classes is not None and asked not in classes:
        title = f"the claim {name} asks for the storage class {asked}, which does not exist"
        quotes += [Quote(source="cluster", text=f"storage classes: {listed(classes) if classes else 'none'}")]
        use = classes[0] if classes else "<class>"
        fixes.append(_anew(workload, name, f"make the claim anew with the storage class {use}"))
    elif asked is None and classes is not None and not classes:
        title = f"the claim {name} has no volume: the cluster has no storage class"
        fixes.append(_anew(workload, name, "install a storage class, or create a volume that fits the claim"))
    elif claim and claim.status.phase == "Lost":
        title = f"the claim {name} has lost its volume {claim.spec.volume_name}"
        fixes.append(_anew(workload, name, "make the claim anew; what was on the volume is not there"))
    else:
        title = f"the claim {name} is not bound to a volume"
        fixes.append(
            Fix(
                title="look what its provisioner says",
                commands=(f"kubectl describe pvc {name} -n {workload.namespace}",),
            )
        )
    return Finding(
        title=title,
        evidence=tuple(quotes),
        about=(f"claim:{name}",),
        fixes=tuple(fixes),
        confirm=f"kubectl get pvc {name} -n {workload.namespace}",
    )


def _claim(workload: Workload, name: str) -> Claim | None:
    claims = () if isinstance(workload.claims, Missing) else workload.claims
    return next((claim for claim in claims if claim.name == name), None)


def _state(claim: Claim) -> str:
    asked = claim.spec.storage_class_name
    of = "the default storage class" if asked is None else f"storage class {asked or '(none)'}"
    return f"{claim.status.phase}: {of}, {', '.join(claim.spec.access_modes)}"


def _anew(workload: Workload, name: str, title: str) -> Fix:
    where = f"pvc {name} -n {workload.namespace}"
    commands = (
        f"kubectl get {where} -o yaml > {name}.yaml",
        f"kubectl delete {where}",
        f"kubectl apply -f {name}.yaml",
    )
    return Fix(title=title, safety=Safety.PLACEHOLDER, commands=commands)


USES: dict[str, Any] = {"volumes": [{"name": "model", "persistentVolumeClaim": {"claimName": "model"}}]}
UNBOUND = "0/1 nodes are available: 1 pod has unbound immediate PersistentVolumeClaims."
CLAIM = {
    "metadata": {"name": "model"},
    "spec": {"storageClassName": "fast", "accessModes": ["ReadWriteMany"]},
    "status": {"phase": "Pending"},
}
NO_CLASS = event(
    "ProvisioningFailed",
    'storageclass.storage.k8s.io "fast" not found',
    "PersistentVolumeClaim/model",
    reporter="persistentvolume-controller",
)

CASES = (
    fires(scene(pods=(pending('persistentvolumeclaim "model" not found', **USES),), claims=()), saw="does not exist"),
    fires(
        scene(pods=(pending(UNBOUND, **USES),), claims=(CLAIM,), storage_classes=(), events=(NO_CLASS,)),
        saw="storage class fast, which does not exist",
    ),
    fires(scene(pods=(pending(UNBOUND, **USES),)), saw="not bound", name="claims cannot be read"),
    quiet(
        scene(pods=(pending("0/1 nodes are available: 1 Insufficient cpu.", **USES),), claims=(CLAIM,)),
        name="another reason",
    ),
    quiet(scene(pods=(pending(UNBOUND, nodeName="node1", **USES),)), name="it is bound by now"),
)
