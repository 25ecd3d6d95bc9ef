"""Which pods are in trouble, how bad it is, and whose logs tell of it: from what the API says of them alone."""

from collections.abc import Hashable, Iterable, Iterator
from itertools import pairwise

from checks.cluster.events import Event
from checks.cluster.pods import Container, ContainerStatus, Pod, Terminated
from checks.cluster.times import between, seconds_of

MOST_LOGS = 3  # of one pod
RECENT = 3600.0  # seconds; an end that lies further back does not trouble a container that runs
FLAPPING = 300.0  # seconds; a ready pod whose probe failed since then
SLOW = 60.0  # seconds past its grace period after which a pod hangs that shall go
WITHOUT_LOG = frozenset({"ContainerCannotRun", "StartError", "ContainerStatusUnknown"})
"""Ends of what never ran, or whose remains are gone."""
UNREACHABLE = frozenset(
    {
        *("NodeLost", "Evicted", "Preempting", "UnexpectedAdmissionError", "NodeAffinity", "TopologyAffinityError"),
        *("Shutdown", "NodeShutdown", "Terminated"),
    }
)
"""Reasons of pods whose logs nobody can serve: the node is gone, or the kubelet never started it or removed it."""


def troubled(pod: Pod, events: Iterable[Event], taken: str) -> bool:
    """True for a pod that does not run as it shall, and for one that runs and was in trouble shortly before `taken`.

    `events` are those about the pod; others are overlooked. False proves little where no readiness probe asks: see
    `unproved`.
    """
    if pod.metadata.deletion_timestamp:
        return (between(pod.metadata.deletion_timestamp, taken) or 0) > SLOW
    if pod.status.phase == "Succeeded":
        return False
    if not pod.is_ready or any(_is_troubled(status, taken) for _, status, _ in _known(pod)):
        return True
    return any(
        event.reason == "Unhealthy" and _is_of(event, pod) and (between(event.last, taken) or 0) < FLAPPING
        for event in events
        if event.last
    )


def unproved(pod: Pod) -> bool:
    """True for a pod with a container that is ready because nothing asks it: it may fail while all looks well."""
    return pod.is_ready and not all(one.readiness_probe for one in pod.spec.containers)


def worth_reading(pod: Pod, events: Iterable[Event], taken: str) -> tuple[tuple[str, bool], ...]:
    """(container, previous) of the logs that may tell why, the most telling first, MOST_LOGS at most.

    Of a pod without trouble: the current logs of its containers. Empty where no log can be: nothing has run yet, or
    the node does not answer.
    """
    gone = pod.status.reason in UNREACHABLE or pod.status.reason.startswith("OutOf")
    if gone or pod.status.phase == "Unknown":
        return ()
    if any(event.reason == "NodeNotReady" and _is_of(event, pod) and not pod.is_ready for event in events):
        return ()
    found = sorted(
        (rank, place, pair)
        for place, (spec, status, init) in enumerate(_known(pod))
        for rank, pair in _logs_of(spec, status, init, taken)
    )
    bad = [pair for rank, _, pair in found if rank < _WELL]
    return tuple((bad or [pair for _, _, pair in found])[:MOST_LOGS]) + _before(pod, {name for name, _ in bad})


def _before(pod: Pod, failing: set[str]) -> tuple[tuple[str, bool], ...]:
    """The log of the init container before one that fails: what it left undone, though it ended well, may be why."""
    states = [(spec, status) for spec, status, init in _known(pod) if init]
    for (earlier, status), (spec, _) in pairwise(states):
        end = status.state.terminated
        if spec.name in failing and end is not None and end.exit_code == 0 and _has_log(end):
            return ((earlier.name, False),)
    return ()


def badness(pod: Pod) -> tuple[int, float, str]:
    """A key that sorts pods, the worst first; among like ones the youngest, as it is of the newest template."""
    return (_level(pod), -(seconds_of(pod.metadata.creation_timestamp) or 0.0), pod.name)


def same_trouble(pod: Pod) -> Hashable:
    """A key that pods share which come of one template and fail in the same way: one of them tells for all."""
    owner = pod.metadata.controller
    revision = pod.metadata.labels.get("controller-revision-hash", "")
    whose = (owner.kind, owner.name, revision) if owner else (pod.name,)
    scheduled = pod.status.condition("PodScheduled")
    return (
        (pod.metadata.namespace, *whose),
        pod.status.phase if pod.status.phase in {"Failed", "Succeeded", "Unknown"} else "",
        pod.status.reason,
        bool(pod.metadata.deletion_timestamp),
        scheduled is None or scheduled.status == "True",
        tuple((status.name, *_trouble_of(status)) for _, status, _ in _known(pod)),
    )


_WELL = 8  # rank of the log of a container without trouble


def _known(pod: Pod) -> Iterator[tuple[Container, ContainerStatus, bool]]:
    """Containers with a state: as asked for, what became of them, and whether it is an init container that ends."""
    states = {one.name: one for one in (*pod.status.init_container_statuses, *pod.status.container_statuses)}
    for spec in pod.spec.init_containers:
        if spec.name in states:
            yield spec, states[spec.name], spec.restart_policy != "Always"
    for spec in pod.spec.containers:
        if spec.name in states:
            yield spec, states[spec.name], False


def _is_of(event: Event, pod: Pod) -> bool:
    same = event.about.kind == "Pod" and event.about.name == pod.name
    return same and (not event.about.uid or not pod.metadata.uid or event.about.uid == pod.metadata.uid)


def _is_troubled(status: ContainerStatus, taken: str) -> bool:
    """True for one that waits, ended badly, or was started again not long ago."""
    if status.state.waiting or (status.state.terminated and status.state.terminated.exit_code):
        return True
    return _ended_lately(status, taken)


def _ended_lately(status: ContainerStatus, taken: str) -> bool:
    last = status.last_state.terminated
    if last is None or not status.restart_count:
        return False
    since = between(last.finished_at, taken)
    return since is None or since < RECENT


def _has_log(end: Terminated | None) -> bool:
    return end is not None and end.reason not in WITHOUT_LOG


def _logs_of(
    spec: Container, status: ContainerStatus, init: bool, taken: str
) -> Iterator[tuple[int, tuple[str, bool]]]:
    """Logs of one container, each with a rank: the lower, the more telling."""
    state, last = status.state, status.last_state.terminated
    if state.terminated:
        if _has_log(state.terminated) and not (init and state.terminated.exit_code == 0):
            yield 1 if state.terminated.exit_code else 3, (spec.name, False)
    elif state.waiting:
        if _has_log(last) and not (init and last and last.exit_code == 0):
            yield 0, (spec.name, True)
    elif state.running:
        lately = _ended_lately(status, taken)
        if lately and _has_log(last):
            yield 2, (spec.name, True)
        yield 4 if init else 5 if not status.ready else 6 if lately else _WELL, (spec.name, False)


def _level(pod: Pod) -> int:
    """0: its containers end; 1: cannot be started; 2: has no node; 3: runs and is not ready; 4: hangs in its end;
    5: ended badly, and is replaced; 6: works, after restarts; 7: works; 8: done.
    """
    if pod.status.phase == "Succeeded":
        return 8
    if pod.status.phase == "Failed":
        return 5
    if pod.metadata.deletion_timestamp:
        return 4
    troubles = {_trouble_of(status)[0] for _, status, _ in _known(pod)}
    if pod.is_ready:
        return 6 if "ends" in troubles else 7
    if "ends" in troubles:
        return 0
    if troubles & {"waits"} or (pod.status.phase == "Pending" and pod.spec.node_name):
        return 1
    return 2 if pod.status.phase == "Pending" else 3


_FRESH = frozenset({"PodInitializing", "ContainerCreating", ""})


def _trouble_of(status: ContainerStatus) -> tuple[Hashable, ...]:
    """What is wrong with one container, the same in every moment of a loop."""
    end = status.state.terminated or status.last_state.terminated
    if status.ready and status.state.terminated:  # an init container that came to its good end, if after failures
        return ("done",)
    if end and (status.restart_count or end.exit_code):
        return ("ends", end.exit_code, end.reason)
    if status.state.waiting and status.state.waiting.reason not in _FRESH:
        reason = status.state.waiting.reason
        return ("waits", "ImagePullBackOff" if reason == "ErrImagePull" else reason)
    if status.state.running:
        return ("ready",) if status.ready else ("unready",)
    return ("done",) if end else ("begins",)
