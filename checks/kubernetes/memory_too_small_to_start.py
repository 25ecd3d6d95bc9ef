"""The memory limit is too low for the container to start at all.

What it finds
-------------
A container that the runtime could not set up within its memory limit, before the command began.

Why it breaks
-------------
The runtime's own helper runs inside the container's limit while it sets it up, and needs some megabytes. A limit of a
few of them, often a unit forgotten (`512` are bytes, `512m` is half a byte), kills it.

How to fix
----------
Raise the memory limit, and write its unit: `512Mi`, `2Gi`.

Learn more
----------
Kubernetes documentation, "Resource Management for Pods and Containers": memory units.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.quantities import amount, size
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.begins import failed_starts
from checks.kubernetes.command_not_found import FOLLOWS
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import ended, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.memory-too-small-to-start",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "kubernetes.out-of-memory", "logs.container-memory-too-small"),
)
def memory_too_small_to_start(evidence: Evidence) -> Iterator[Finding]:
    """Say what the limit comes to in bytes."""
    workload = workload_of(evidence)
    for start in failed_starts(workload, "memory"):
        one = start.one
        limit = one.spec.resources.limits.get("memory")
        number = amount(limit)
        shown = f"{limit} ({size(number)} bytes)" if number is not None and number < 1024 else limit or "none"
        yield Finding(
            title=titled(f"the memory limit {shown} is too low for container {one.name} to start", 88),
            evidence=(*start.quotes, quote_field(one.shown, "resources.limits.memory", shown)),
            about=start.about,
            confidence=Confidence.CERTAIN if limit is not None else Confidence.LIKELY,
            fixes=(
                of_container(
                    "raise the limit; a model service needs at least",
                    workload,
                    one.name,
                    {"resources": {"limits": {"memory": "1Gi"}}},
                    init=one.init,
                ),
            ),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


WORDS = "OCI runtime create failed: container init was OOM-killed (memory limit too low?): unknown"
OLD = (
    "OCI runtime create failed: container_linux.go:370: starting container process caused: process_linux.go:459: "
    "container init caused: read init-p: connection reset by peer: unknown"
)
LOW = spec(resources={"limits": {"memory": "4Mi"}})
CASES = (
    fires(
        scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(128, "StartError", WORDS)), LOW),)),
        saw="the memory limit 4Mi is too low",
        findings=1,
    ),
    fires(
        scene(
            pods=(
                pod(
                    waiting("CreateContainerError", "Error response from daemon: Minimum memory limit allowed is 6MB"),
                    spec(resources={"limits": {"memory": "512"}}),
                ),
            )
        ),
        saw="512 (512 bytes)",
    ),
    fires(scene(pods=(pod(waiting("RunContainerError", OLD), LOW),)), name="an old runtime"),
    quiet(scene(pods=(pod(running(), LOW),))),
    quiet(
        scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(137, "OOMKilled")), LOW),)), name="the service itself"
    ),
)
