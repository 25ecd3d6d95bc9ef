"""A container was killed, and not for its memory limit.

What it finds
-------------
An end by SIGKILL (exit code 137) without `OOMKilled`, or by SIGTERM (143), of which no event tells a probe.

Why it breaks
-------------
SIGKILL leaves no trace in the log. It comes from the kubelet when a process does not heed SIGTERM within the grace
period, from a node that runs out of memory, from a runtime or a person on the node; or the kernel killed a child for
its memory and the first process reported it so.

How to fix
----------
Ask the events and the node who did it. Set a memory request and limit, so that the node's shortage does not choose this
container.

Learn more
----------
Kubernetes documentation, "Node-pressure eviction": node out of memory behaviour. Source: kubelet
`kuberuntime_container.go`: SIGTERM, grace period, SIGKILL.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.events import Event
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.ends import SIGKILL, SIGTERM, enders, happened, more
from checks.kubernetes.memory import limit_of, more_memory, quote_limit
from checks.kubernetes.probe_kills import kill_of
from checks.kubernetes.scenes import ended, event, pod, running, scene, spec, waiting
from checks.kubernetes.seen import PodContainer, events, quote_ended, quote_event, workload_of
from checks.runtime.wording import titled

OF_THE_NODE = (
    "SystemOOM",
    "OOMKilling",
    "NodeNotReady",
    "EvictionThresholdMet",
    "Rebooted",
    "NodeHasInsufficientMemory",
)


@check(
    "kubernetes.killed",
    needs=("workload",),
    stage=Stage.OPERATE,
    explains=(
        "kubernetes.crash-loop",
        "kubernetes.container-failed",
        "kubernetes.progress-deadline",
        "container.killed",
        "container.restart-loop",
        "logs.exit-code-137",
        "logs.log-ends-early",
        "logs.log-empty",
        "logs.no-failure-shown",
    ),
)
def killed(evidence: Evidence) -> Iterator[Finding]:
    """Say what is known of who did it. A symptom, where something else tells why."""
    workload = workload_of(evidence)
    for one, count in enders(workload):
        end = one.ended
        if (
            end is None
            or end.exit_code not in {SIGKILL, SIGTERM}
            or end.reason in {"OOMKilled", "ContainerStatusUnknown"}
        ):
            continue
        if kill_of(workload, one):
            continue
        told = _told(workload, one)
        memory = any(event.reason in {"SystemOOM", "OOMKilling"} for event in told)
        who = ": its node ran out of memory" if memory else ", and not for its memory limit"
        how = f"was ended by SIGKILL ({SIGKILL}){who}"
        if end.exit_code == SIGTERM:
            how = f"was asked to end (SIGTERM, {SIGTERM}), and no probe did it"
        yield Finding(
            title=titled(f"container `{one.name}` {how}", 88),
            evidence=(quote_ended(one), quote_limit(one), *(quote_event(event) for event in told[-2:]), *more(count)),
            confidence=Confidence.CERTAIN if memory else None,
            about=(f"container:{one.name}", f"exit:{end.exit_code}"),
            fixes=(
                Fix(
                    title="ask the events who ended it",
                    commands=(f"kubectl describe pod {one.pod.name} -n {workload.namespace}",),
                ),
                *(_for_memory(evidence, one) if end.exit_code == SIGKILL else ()),
            ),
        )


def _for_memory(evidence: Evidence, one: PodContainer) -> Iterator[Fix]:
    if limit_of(one) is None:
        yield more_memory(evidence, workload_of(evidence), one)
    node = one.pod.spec.node_name or "<node>"
    dmesg = f"kubectl debug node/{node} -it --image=busybox -- dmesg"
    yield Fix(title="look on the node whether the kernel killed it", commands=(dmesg,))


def _told(workload: Workload, one: PodContainer) -> tuple[Event, ...]:
    """Events that can tell who ended it: of its node, and of the container."""
    node = one.pod.spec.node_name
    of_node = [each for each in events(workload, *OF_THE_NODE) if each.about.kind == "Node" and each.about.name == node]
    return (
        *(each for each in of_node if happened(workload, each.last)),
        *events(workload, "Killing", container=one.name),
    )


KILL = waiting("CrashLoopBackOff", last=ended(137), restarts=4)
CASES = (
    fires(scene(pods=(pod(KILL),)), saw="was ended by SIGKILL (137), and not for its memory limit", findings=1),
    fires(
        scene(
            pods=(pod(KILL),),
            events=(event("SystemOOM", "System OOM encountered, victim process: python", "Node/node1"),),
        ),
        saw=": its node ran out of memory",
    ),
    fires(
        scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(143), restarts=4)),)),
        saw="was asked to end (SIGTERM, 143)",
    ),
    quiet(
        scene(
            pods=(pod(KILL, spec(livenessProbe={"httpGet": {"port": 5001}})),),
            events=(
                event(
                    "Killing",
                    "Container inference-server failed liveness probe, will be restarted",
                    container="inference-server",
                    type="Normal",
                    last="2026-11-20T18:15:50Z",
                ),
            ),
        ),
        name="a probe had it killed",
    ),
    quiet(scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(137, "OOMKilled"), restarts=4)),))),
    quiet(scene(pods=(pod(running(last=ended(143, end="2026-11-20T10:00:00Z"), restarts=1)),)), name="it runs again"),
)
