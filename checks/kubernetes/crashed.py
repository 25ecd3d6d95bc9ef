"""A container crashed in compiled code.

What it finds
-------------
An end by a signal that a crash gives: SIGSEGV (139), SIGABRT (134), SIGBUS (135), SIGFPE (136), SIGILL (132).

Why it breaks
-------------
Compiled code went wrong, so no Python exception tells of it. SIGILL is an instruction that this node's processor does
not have: TensorFlow and others are built for AVX. SIGBUS is often a full /dev/shm.

How to fix
----------
Let Python print the stack of the crash, and take builds of the compiled packages that fit each other and the processor;
choose nodes whose processor has what the build needs.

Learn more
----------
Python documentation, `faulthandler`. signal(7). TensorFlow documentation, "Hardware requirements": AVX since 1.6.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.crashed import SIGNALS
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.ends import enders, more
from checks.kubernetes.patching import of_container, of_template
from checks.kubernetes.scenes import ended, pod, running, scene, terminated, waiting
from checks.kubernetes.seen import PodContainer, quote_ended, workload_of
from checks.runtime.wording import titled

SIGBUS = 135
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a mount point in the pod, nothing of this machine


@check(
    "kubernetes.crashed",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(
        "kubernetes.crash-loop",
        "kubernetes.container-failed",
        "kubernetes.progress-deadline",
        "container.crashed",
        "container.restart-loop",
        "logs.exit-code-139",
        "logs.exit-code-134",
        "logs.exit-code-132",
        "logs.killed-by-sigill",
        "logs.killed-by-sigabrt",
        "logs.log-empty",
        "logs.log-ends-early",
        "logs.no-failure-shown",
    ),
)
def crashed(evidence: Evidence) -> Iterator[Finding]:
    """Name the signal. A symptom, where a log tells the line."""
    workload = workload_of(evidence)
    for one, count in enders(workload):
        known = SIGNALS.get(one.ended.exit_code) if one.ended else None
        if one.ended is None or known is None:
            continue
        signal, says = known
        stack = of_container(
            "let Python print the stack of the crash",
            workload,
            one.name,
            {"env": [{"name": "PYTHONFAULTHANDLER", "value": "1"}]},
            init=one.init,
        )
        yield Finding(
            title=titled(f"container `{one.name}` crashed ({signal}, {one.ended.exit_code}): {says}", 88),
            evidence=(quote_ended(one), *more(count)),
            about=(f"container:{one.name}", f"exit:{one.ended.exit_code}"),
            fixes=(stack, *((_shared_memory(evidence, one),) if one.ended.exit_code == SIGBUS else ())),
            confirm=f"kubectl logs {one.pod.name} -n {workload.namespace} -c {one.name} --previous",
        )


def _shared_memory(evidence: Evidence, one: PodContainer) -> Fix:
    return of_template(
        "give it a larger /dev/shm than the 64 MiB of the runtime",
        workload_of(evidence),
        {
            "volumes": [{"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}}],
            "containers": [{"name": one.name, "volumeMounts": [{"name": "shm", "mountPath": SHARED_MEMORY}]}],
        },
    )


CASES = (
    fires(
        scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(139), restarts=3)),)),
        saw="(SIGSEGV, 139): a segmentation fault",
        findings=1,
    ),
    fires(scene(pods=(pod(terminated(ended(132))),)), saw="SIGILL"),
    fires(scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(135), restarts=3)),)), saw="SIGBUS"),
    quiet(scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(137), restarts=3)),))),
    quiet(scene(pods=(pod(running(last=ended(139, end="2026-11-19T10:00:00Z"), restarts=1)),)), name="long ago"),
)
