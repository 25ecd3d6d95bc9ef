"""No pod behind a service is ready.

What it finds
-------------
A service that selects pods of which none is ready, so that it has no address to send requests to.

Why it breaks
-------------
A service leaves pods out that are not ready. Its clients get "connection refused" or a time-out, an ingress answers
503. The reason is what keeps the pods from being ready.

How to fix
----------
See why the pods are not ready.

Learn more
----------
Kubernetes documentation, "Debug Services": does the service have any endpoints.
"""

from collections.abc import Iterator
from math import inf

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Pod
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.probing import is_starting
from checks.kubernetes.scenes import Made, pod, running, scene, service, spec, waiting
from checks.kubernetes.seen import PodContainer, age, containers, containers_of, workload_of
from checks.kubernetes.services import selecting, shown, slices_of
from checks.runtime.wording import titled
from checks.text import listed

A_MOMENT = 5.0  # seconds in which a pod is placed and its container made
LONG = 300.0  # seconds that an init container may work


@check("kubernetes.no-ready-endpoint", needs=("workload",), stage=Stage.OPERATE, confidence=Confidence.CERTAIN)
def no_ready_endpoint(evidence: Evidence) -> Iterator[Finding]:
    """Tell it once for all services of the workload. It is a symptom: nothing is said of a pod that only starts."""
    workload = workload_of(evidence)
    found = [
        one
        for one in selecting(workload)
        if not one.spec.publish_not_ready_addresses
        and not any(end.is_ready for part in slices_of(workload, one) or () for end in part.endpoints)
    ]
    if (
        workload.from_files
        or not found
        or not workload.pods
        or any(one.is_ready for one in workload.pods)
        or _only_starts(workload)
    ):
        return
    names = [f"service/{one.name}" for one in found]
    yield Finding(
        title=titled(f"no pod behind {listed(names, 2)} is ready", 88),
        evidence=tuple(
            Quote(
                source=f"service/{one.name}",
                text=f"selects {shown(one.spec.selector)}: {workload.pod_count} pods, none of them ready",
            )
            for one in found[:3]
        ),
        fixes=(
            Fix(
                title="see why the pods are not ready",
                commands=(
                    f"kubectl get pods -n {workload.namespace} -l {shown(found[0].spec.selector)}",
                    f"kubectl describe pod {workload.pods[0].name} -n {workload.namespace}",
                ),
            ),
        ),
    )


def _only_starts(workload: Workload) -> bool:
    """True while every container runs, and none is older than a start may take; while an init container works; and
    for pods that were made a moment ago.
    """
    if all(
        (age(workload, pod.metadata.creation_timestamp) or inf) < A_MOMENT and not _ends(pod) for pod in workload.pods
    ):
        return True
    if any(one.init and not one.restarts and _running_for(workload, one) < LONG for one in containers(workload)):
        return True
    every = [one for one in containers(workload) if not one.init]
    return bool(every) and all(
        one.status is not None and not one.restarts and (one.status.ready or is_starting(workload, one))
        for one in every
    )


def _ends(pod: Pod) -> bool:
    return any(one.ended or one.restarts for one in containers_of(pod))


def _running_for(workload: Workload, one: PodContainer) -> float:
    """Seconds for which a container runs; endless for one that does not."""
    running_ = one.status.state.running if one.status else None
    return (age(workload, running_.started_at) if running_ else None) or inf


EMPTY: Made = {"metadata": {"name": "score-1", "labels": {"kubernetes.io/service-name": "score"}}, "endpoints": []}
LOADS = running(ready=False, since="2026-11-20T18:15:40Z")
CASES = (
    fires(
        scene(pods=(pod(waiting("CrashLoopBackOff")),), services=(service(),), slices=(EMPTY,)),
        saw="no pod behind service/score is ready",
        findings=1,
    ),
    fires(scene(pods=(pod(running(ready=False)),), services=(service(),)), saw="none of them ready"),
    quiet(scene(pods=(pod(waiting("CrashLoopBackOff")), pod(running())), services=(service(),)), name="one is ready"),
    quiet(
        scene(pods=(pod(None, init=LOADS, initContainers=[spec(name="load")]),), services=(service(),)),
        name="a model is being loaded",
    ),
    quiet(
        scene(pods=(pod(running(ready=False, since="2026-11-20T18:16:40Z")),), services=(service(),)),
        name="it is starting",
    ),
    quiet(scene(pods=(pod(running(ready=False)),)), name="no service at all"),
)
