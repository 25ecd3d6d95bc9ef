"""A container reached its memory limit, and was killed for it.

What it finds
-------------
An end with the reason `OOMKilled`, or by SIGKILL (137) when the metrics stand at the limit or the rehearsal needed more
than it.

Why it breaks
-------------
At `limits.memory` the kernel kills a process of the container with SIGKILL, without a word of it in the log. Each
worker holds a copy of the model, so loading it, a second worker or one large request is enough. Without a limit of its
own it is the node that runs out.

How to fix
----------
Raise the limit above the peak, run one worker, or load less.

Learn more
----------
Kubernetes documentation, "Resource management for pods and containers". Source: kubelet; runtimes report `OOMKilled`
when the control group counted a kill, from version 1.28 on control groups v2 of any process of the container.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence, Probe
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.kubernetes.ends import SIGKILL, enders, grouped, happened, has_ended, more
from checks.kubernetes.memory import LOAD_LESS, fewer_workers, limit_of, more_memory, quote_limit, quote_use, usage_of
from checks.kubernetes.probe_kills import kill_of
from checks.kubernetes.scenes import ended, pod, running, scene, spec, terminated, waiting
from checks.kubernetes.seen import PodContainer, containers, quote_ended, workload_of
from checks.runtime.wording import titled

KILLED = "OOMKilled"
NEAR = 0.95  # of the limit: what counts as having reached it


@check(
    "kubernetes.out-of-memory",
    needs=("workload",),
    stage=Stage.OPERATE,
    explains=(
        "kubernetes.crash-loop",
        "kubernetes.container-failed",
        "kubernetes.killed",
        "kubernetes.init-container-fails",
        "kubernetes.liveness-kills",
        "kubernetes.startup-probe-too-short",
        "kubernetes.worker-out-of-memory",
        "kubernetes.progress-deadline",
        "runtime.out-of-memory",
        "container.out-of-memory",
        "container.memory-nearly-used",
        "container.killed",
        "container.restart-loop",
        "logs.worker-killed-memory",
        "logs.worker-respawn-silent",
        "logs.process-killed",
        "logs.kernel-oom-kill",
        "logs.oom-killed",
        "logs.memory-error",
        "logs.init-never-returns",
        "logs.log-ends-early",
        "logs.log-empty",
        "logs.no-failure-shown",
        "logs.exit-code-137",
    ),
)
def out_of_memory(evidence: Evidence) -> Iterator[Finding]:
    """Name the limit, what is known of the need, and the limit to try next."""
    workload = workload_of(evidence)
    flagged = [
        one for one in containers(workload) if one.ended and one.ended.reason == KILLED and _matters(workload, one)
    ]
    reached = [one for one, _ in enders(workload) if one not in flagged and _at_the_limit(evidence, workload, one)]
    for one, count in grouped([*flagged, *reached], lambda each: each.ended.reason if each.ended else None):
        written = one.spec.resources.limits.get("memory")
        what = f"its limit of {written} was reached" if written is not None else "the node's, as no limit is set"
        kind = "init container" if one.init and not one.is_sidecar else "container"
        recovered = one.is_running and not has_ended(workload, one)
        yield Finding(
            title=titled(f"{kind} `{one.name}` ran out of memory: {what}", 88),
            evidence=(quote_ended(one), quote_limit(one), *quote_use(evidence, workload, one), *more(count)),
            severity=Severity.WARNING if recovered else None,
            confidence=Confidence.CERTAIN if one in flagged else Confidence.LIKELY,
            stage=Stage.INIT if one.init else None,
            about=(f"container:{one.name}", f"exit:{one.ended.exit_code if one.ended else SIGKILL}"),
            fixes=(
                more_memory(evidence, workload, one),
                *fewer_workers(workload, one),
                LOAD_LESS,
                *_asks(one),
            ),
            confirm=f"kubectl top pod {one.pod.name} -n {workload.namespace} --containers",
        )


def _matters(workload: Workload, one: PodContainer) -> bool:
    """True for an end of now, and for one that lies shortly behind a container that runs again."""
    if one.pod.metadata.deletion_timestamp or (one.init and one.status and one.status.ready):
        return False
    return has_ended(workload, one) or (one.ended is not None and happened(workload, one.ended.finished_at))


def _at_the_limit(evidence: Evidence, workload: Workload, one: PodContainer) -> bool:
    if one.ended is None or one.ended.exit_code != SIGKILL or kill_of(workload, one):
        return False
    limit, peak = limit_of(one), evidence.probe.peak_memory if isinstance(evidence.probe, Probe) else None
    used = max(usage_of(workload, one) or 0, peak or 0)
    return bool(limit and used >= NEAR * limit)


def _asks(one: PodContainer) -> tuple[Fix, ...]:
    if limit_of(one) is not None or not one.pod.spec.node_name:
        return ()
    return (Fix(title="see what else uses the node", commands=(f"kubectl describe node {one.pod.spec.node_name}",)),)


LIMITED = spec(resources={"limits": {"memory": "160Mi"}, "requests": {"memory": "64Mi"}})
OOM = ended(137, KILLED)
LOOP = waiting("CrashLoopBackOff", last=OOM, restarts=4)
PEAK = Probe(interpreter="python3", python="3.11.2", steps=(), peak_memory=300 * 1024**2)
CASES = (
    fires(scene(pods=(pod(LOOP, LIMITED),)), saw="its limit of 160Mi was reached", findings=1),
    fires(scene(pods=(pod(LOOP),)), saw="as no limit is set"),
    fires(scene(pods=(pod(LOOP, LIMITED),), seen={"probe": PEAK}), saw="the rehearsal held 300Mi", findings=1),
    fires(
        scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(137), restarts=2), LIMITED),), seen={"probe": PEAK}),
        saw="its limit of 160Mi was reached",
        name="the flag is missing, and the rehearsal needs more",
    ),
    fires(
        scene(pods=(pod(running(last=ended(1, KILLED), restarts=1), LIMITED),)),
        saw="OOMKilled",
        name="once, a few minutes ago",
    ),
    fires(
        scene(
            pods=(
                pod(
                    waiting("PodInitializing"),
                    init=terminated(OOM, restarts=1),
                    initContainers=[{**LIMITED, "name": "get"}],
                ),
            )
        ),
        saw="init container `get` ran out of memory",
        findings=1,
    ),
    quiet(
        scene(pods=(pod(running(last=ended(137, KILLED, end="2026-11-19T10:00:00Z"), restarts=1)),)), name="long ago"
    ),
    quiet(scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(137), restarts=2), LIMITED),)), name="SIGKILL alone"),
    quiet(scene(pods=(pod(running(), LIMITED),))),
)
