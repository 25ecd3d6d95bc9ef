"""Pods that have a node and do not get going, and what the kubelet said of them last."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from checks.cluster.events import Event
from checks.cluster.pods import Pod
from checks.cluster.subject import Workload
from checks.cluster.times import seconds_of
from checks.finding import Quote
from checks.kubernetes.seen import PodContainer, containers_of, events

T = TypeVar("T")

UPSHOT = (
    "kubernetes.creating-hangs",
    "kubernetes.progress-deadline",
    "kubernetes.no-ready-endpoint",
    "kubernetes.not-ready",
    "kubernetes.still-starting",
)
"""Symptoms of every pod that does not get going."""
BEGUN = ("Pulling", "Pulled", "Created", "Started")
"""Events of containers: volumes and sandbox are there by then."""
IDLE = frozenset({"", "ContainerCreating", "PodInitializing"})
"""Reasons for which a container waits before anything of its own was tried."""


def live(workload: Workload) -> tuple[Pod, ...]:
    """The pods that were read and that nobody deletes, and that have not come to their end."""
    over = {"Succeeded", "Failed"}
    return tuple(
        pod for pod in workload.pods if pod.metadata.deletion_timestamp is None and pod.status.phase not in over
    )


def waiting_for(workload: Workload, *reasons: str) -> tuple[PodContainer, ...]:
    """Containers that wait for one of these reasons now."""
    found = (one for pod in live(workload) for one in containers_of(pod))
    return tuple(one for one in found if one.waiting and one.waiting.reason in reasons)


def not_begun(workload: Workload) -> tuple[Pod, ...]:
    """Pods that have a node, and of which no container was tried yet: they wait for volumes or for their sandbox."""
    return tuple(pod for pod in live(workload) if pod.spec.node_name and _is_idle(pod))


def _is_idle(pod: Pod) -> bool:
    states = [
        one.state for one in (*pod.status.init_container_statuses, *pod.status.container_statuses) if one is not None
    ]
    return all(
        state.running is None and state.terminated is None and (state.waiting is None or state.waiting.reason in IDLE)
        for state in states
    )


def is_past(workload: Workload, pod: Pod, event: Event, *later: str) -> bool:
    """True when the pod got further after an event: containers were pulled or made, or one of `later` was said."""
    time = seconds_of(event.last or event.first)
    if time is None:
        return False
    after = (seconds_of(one.last or one.first) for one in events(workload, *BEGUN, *later, pod=pod))
    return any(other is not None and other > time for other in after)


def last_said(workload: Workload, one: PodContainer, *words: str) -> Event | None:
    """The last `Failed` event of a container that holds one of these words; of a twin with its image as a last resort.

    Replicas share what is wrong, and the events of the pod that was read may be gone.
    """
    own = [event for event in events(workload, "Failed", pod=one.pod, container=one.name) if _holds(event, words)]
    if own:
        return own[-1]
    names = {pod.name for pod in workload.pods}
    twins = [
        event
        for event in events(workload, "Failed", container=one.name)
        if _holds(event, words) and event.about.name in names and f'"{one.spec.image}"' in event.message
    ]
    return twins[-1] if twins else None


def _holds(event: Event, words: Sequence[str]) -> bool:
    return any(word in event.message for word in words)


def one_of_each(items: Iterable[T], key: Callable[[T], Hashable]) -> tuple[tuple[T, ...], ...]:
    """Items that say the same together: replicas of a workload fail alike, and are told once."""
    groups: dict[Hashable, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return tuple(tuple(group) for group in groups.values())


def alike(workload: Workload, pods: Iterable[Pod]) -> tuple[Quote, ...]:
    """How many pods say the same, where it is more than one."""
    count = len({pod.name for pod in pods})
    return (Quote(source=workload.shown, text=f"the same in {count} of its pods"),) if count > 1 else ()
