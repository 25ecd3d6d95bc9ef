"""A workload shall have pods, and the API server makes none.

What it finds
-------------
A controller that lacks pods, with what the API server said when it tried to make one. What other checks know better
(quotas, policies, accounts) explains it. Where nobody said anything, the controller has perhaps not begun.

Why it breaks
-------------
A controller asks the API server for each pod. As long as that is refused there is no pod, no status and no log: the
deployment shows 0 ready, and `kubectl get pods` nothing.

How to fix
----------
Do as the message says; then the controller tries again by itself, at growing intervals.

Learn more
----------
Kubernetes documentation, "Deployments": failed deployment.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Unseen
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.admission import refusal
from checks.kubernetes.scenes import TAKEN, deployment, pod, refused, running, scene
from checks.kubernetes.seen import age, workload_of
from checks.runtime.wording import titled

A_WHILE = 60.0  # seconds in which a controller surely makes its pods
BETTER = (
    *("kubernetes.quota-exceeded", "kubernetes.limit-range-refuses", "kubernetes.webhook-refuses"),
    *("kubernetes.pod-security-refuses", "kubernetes.named-class-missing", "kubernetes.template-invalid"),
)


@check("kubernetes.no-pods", needs=("workload",), stage=Stage.START)
def no_pods(evidence: Evidence) -> Iterator[Finding]:
    """Repeat what was said, when no other check of admission can read it."""
    workload = workload_of(evidence)
    controller = workload.controller
    if (
        controller is None
        or not controller.wanted
        or workload.from_files
        or controller.spec.paused
        or controller.spec.suspend
    ):
        return
    said = refusal(workload)
    if said is not None:
        if _is_known(evidence):
            return
        yield Finding(
            title=titled(f"the API server makes no pod: {said.text}", 88),
            evidence=(said.quote,),
            confidence=Confidence.CERTAIN,
            about=("pods:none",),
            fixes=(
                Fix(
                    title="do as the message says",
                    commands=(f"kubectl describe {workload.shown} -n {workload.namespace}",),
                ),
            ),
        )
        return
    old = age(workload, controller.metadata.creation_timestamp)
    if workload.pod_count or old is None or old < A_WHILE or controller.kind in {"Job", "DaemonSet"}:
        return
    if controller.status.replicas or any(one.what.startswith("pods") for one in workload.unseen):
        return  # there are some; who asks may not see them
    stale = controller.status.observed_generation < controller.metadata.generation
    said_nothing = "" if isinstance(workload.events, Missing) else ", and no event says why"
    yield Finding(
        title=f"{workload.shown} has no pod{' because its controller does not act' if stale else ''}",
        evidence=(Quote(source=workload.shown, text=f"{controller.wanted} wanted, none made{said_nothing}"),),
        about=("pods:none",),
        fixes=(
            Fix(
                title="see whether the controller manager runs",
                commands=("kubectl get pods -n kube-system -l component=kube-controller-manager",),
            ),
        ),
    )


def _is_known(evidence: Evidence) -> bool:
    """True when a check that reads this refusal better finds something."""
    from checks.registry import find_check

    return any((found := find_check(name)) is not None and found.run(evidence) for name in BETTER)


CASES = (
    fires(scene(replica_sets=(refused("Internal error occurred: etcd is full"),)), saw="etcd is full"),
    fires(scene(controller=deployment(), events=(), pods=()), saw="no event says why", name="ten minutes old"),
    quiet(
        scene(
            replica_sets=(
                refused('pods "a" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'),
            )
        )
    ),
    quiet(scene(pods=(pod(running()),))),
    quiet(scene(controller=deployment(), taken="2026-11-20T18:07:12Z", pods=()), name="five seconds old"),
    quiet(scene(controller=deployment(replicas=0), taken=TAKEN)),
    quiet(scene(controller=deployment(status={"replicas": 1}), pods=()), name="made, and not to be seen"),
    quiet(
        scene(controller=deployment(), pods=(), unseen=(Unseen("pods in namespace team-a", "forbidden"),)),
        name="pods may not be listed",
    ),
)
