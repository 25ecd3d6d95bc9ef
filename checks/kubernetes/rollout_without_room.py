"""A rollout needs room for one more pod, and no node has any.

What it finds
-------------
A new pod that no node can take for lack of resources while the old ones run, in a deployment that may not take an old
pod away first. With up to three replicas that is the default: 25 % of three, rounded down, is none.

Why it breaks
-------------
A rolling update makes the new pod first and takes an old one away when that is ready. On a cluster in which the old
pods hold the last GPU or most of the memory, the new one waits for ever.

How to fix
----------
Let one old pod go first (`maxUnavailable: 1`), or replace all at once (`Recreate`); or add a node.

Learn more
----------
Kubernetes documentation, "Deployments": max unavailable, max surge.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Pod
from checks.cluster.workloads import Controller
from checks.evidence import Evidence
from checks.finding import Finding, Quote, Stage
from checks.kubernetes.patching import patched
from checks.kubernetes.rollout import REVISION, may_be_missing, newest, older, pods_of, requests
from checks.kubernetes.scenes import SET, Made, deployment, pod, replica_set, running, scene, spec
from checks.kubernetes.seen import cut, quote_field, workload_of
from checks.runtime.wording import titled

_FREED = ("Insufficient ", "Too many pods", "free ports", "anti-affinity", "max volume count")
"""What the scheduler says of a lack that the end of an old pod would cure."""


@check(
    "kubernetes.rollout-without-room",
    needs=("workload",),
    stage=Stage.OPERATE,
    explains=(
        "kubernetes.progress-deadline",
        "kubernetes.no-node-with-room",
        "kubernetes.nodes-full",
        "kubernetes.not-ready",
    ),
)
def rollout_without_room(evidence: Evidence) -> Iterator[Finding]:
    """Only where the end of an old pod would make the room."""
    workload = workload_of(evidence)
    controller, new, old = workload.controller, newest(workload), older(workload)
    if controller is None or controller.kind != "Deployment" or new is None or not old:
        return
    if (controller.spec.strategy and controller.spec.strategy.type == "Recreate") or may_be_missing(controller):
        return
    waiting = next((each for each in pods_of(workload, new) if _lack(each)), None)
    if waiting is None or not _would_fit(new, old[0]):
        return
    rolling = controller.spec.strategy.rolling_update if controller.spec.strategy else None
    given = rolling.max_unavailable if rolling and rolling.max_unavailable is not None else "25%"
    yield Finding(
        title=titled(f"the rollout of {workload.shown} needs room for one more pod, and there is none", 88),
        evidence=(
            Quote(source=f"pod/{waiting.name}", text=cut(_lack(waiting))),
            Quote(
                source=f"replicaset/{old[0].name}",
                text=f"ready pods of the old version: {old[0].status.ready_replicas}",
            ),
            quote_field(
                workload.shown, "spec.strategy.rollingUpdate.maxUnavailable", f"{given} of {controller.wanted}: 0"
            ),
        ),
        fixes=(
            patched(
                "let one old pod go first; with one replica the service is away for a start",
                workload.kind,
                workload.name,
                workload.namespace,
                {"spec": {"strategy": {"rollingUpdate": {"maxUnavailable": 1}}}},
            ),
        ),
        confirm=f"kubectl rollout status {workload.shown} -n {workload.namespace}",
    )


def _lack(each: Pod) -> str:
    """The scheduler's words, where they tell of a lack that an old pod's end would cure; else empty."""
    state = each.status.condition("PodScheduled")
    if state is None or state.status != "False":
        return ""
    return state.message if any(words in state.message for words in _FREED) else ""


def _would_fit(new: Controller, old: Controller) -> bool:
    """True when the new pod asks for no more than what an old one gives back."""
    given = requests(old.spec.template.spec)
    return all(asked <= given.get(name, 0.0) for name, asked in requests(new.spec.template.spec).items())


def _set(name: str, number: int, ready: int, memory: str = "6Gi") -> Made:
    made = replica_set({"readyReplicas": ready, "replicas": 1})
    template = {"spec": {"containers": [spec(resources={"requests": {"memory": memory}})]}}
    meta = {**made["metadata"], "name": name, "annotations": {REVISION: str(number)}}
    return {**made, "metadata": meta, "spec": {**made["spec"], "template": template}}


NO_ROOM = {
    "type": "PodScheduled",
    "status": "False",
    "reason": "Unschedulable",
    "message": "0/1 nodes are available: 1 Insufficient memory.",
}
PENDING = pod(status={"conditions": [NO_ROOM]})
OLD = _set("score-old", 1, 1)
ONE_LESS = {**deployment(), "spec": {**deployment()["spec"], "strategy": {"rollingUpdate": {"maxUnavailable": 1}}}}
CASES = (
    fires(
        scene(pods=(PENDING,), replica_sets=(OLD, _set(SET, 2, 0))),
        saw="needs room for one more pod, and there is none",
        findings=1,
    ),
    quiet(scene(pods=(PENDING,), replica_sets=(OLD, _set(SET, 2, 0, "512Gi"))), name="no old pod's end would help"),
    quiet(scene(controller=ONE_LESS, pods=(PENDING,), replica_sets=(OLD, _set(SET, 2, 0))), name="one may be missing"),
    quiet(scene(pods=(PENDING,), replica_sets=(_set(SET, 1, 0),)), name="no old version"),
    quiet(scene(pods=(pod(running()),), replica_sets=(OLD, _set(SET, 2, 1)))),
)
