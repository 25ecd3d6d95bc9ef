"""A stateful set keeps a broken pod of an earlier template.

What it finds
-------------
A pod of a stateful set that does not get ready, and whose template is no longer the one of the stateful set.

Why it breaks
-------------
With the default `OrderedReady` a stateful set waits until a pod is ready before it goes on, and does not replace the
one that it waits for: a pod that an earlier, broken template made stays, though the template has been cured since.

How to fix
----------
Delete the pod; the stateful set makes it anew from the present template.

Learn more
----------
Kubernetes documentation, "StatefulSets": forced rollback.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.rollout import has_trouble
from checks.kubernetes.scenes import Made, deployment, ended, pod, running, scene, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled

REVISION = "controller-revision-hash"


@check(
    "kubernetes.broken-pod-stays",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.crash-loop", "kubernetes.not-ready"),
)
def broken_pod_stays(evidence: Evidence) -> Iterator[Finding]:
    """Compare the revision of the pod with that of the stateful set."""
    workload = workload_of(evidence)
    controller = workload.controller
    if controller is None or controller.kind != "StatefulSet" or not controller.status.update_revision:
        return
    present = controller.status.update_revision
    for each in workload.pods:
        made_by = each.metadata.labels.get(REVISION, present)
        if made_by == present or not has_trouble(each):
            continue
        yield Finding(
            title=titled(f"pod {each.name} is broken, and of an earlier template than {workload.shown}", 88),
            evidence=(
                quote_field(f"pod/{each.name}", f"labels.{REVISION}", made_by),
                quote_field(workload.shown, "status.updateRevision", present),
            ),
            fixes=(
                Fix(
                    title="delete it, so that it is made from the present template",
                    commands=(f"kubectl delete pod {each.name} -n {workload.namespace}",),
                ),
            ),
            confirm=f"kubectl rollout status {workload.shown} -n {workload.namespace}",
        )
        return


def _set(update: str) -> Made:
    return {**deployment(status={"updateRevision": update, "currentRevision": "score-1"}), "kind": "StatefulSet"}


def _pod(revision: str, state: Made) -> Made:
    return pod(state, name="score-0", labels={"app": "score", REVISION: revision})


LOOP = waiting("CrashLoopBackOff", last=ended(3), restarts=4)
CASES = (
    fires(
        scene(kind="StatefulSet", controller=_set("score-2"), pods=(_pod("score-1", LOOP),)),
        saw="pod score-0 is broken, and of an earlier template than statefulset/score",
        findings=1,
    ),
    quiet(scene(kind="StatefulSet", controller=_set("score-2"), pods=(_pod("score-2", LOOP),)), name="the present one"),
    quiet(
        scene(kind="StatefulSet", controller=_set("score-2"), pods=(_pod("score-1", running()),)), name="its turn comes"
    ),
    quiet(scene(pods=(pod(LOOP),)), name="a deployment"),
)
