"""What the checks of Kubernetes share: the workload, its containers, its events, and quotes of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from checks.cluster.events import Event
from checks.cluster.metadata import ObjectReference
from checks.cluster.pods import Container, ContainerStatus, Pod, Terminated, Waiting
from checks.cluster.subject import Workload
from checks.cluster.times import seconds_of
from checks.evidence import Evidence, Missing
from checks.finding import Quote

MOST_TEXT = 600  # characters of a quoted message


@dataclass(frozen=True)
class PodContainer:
    """One container of a pod: what was asked for, and what became of it (None while nothing is known)."""

    pod: Pod
    spec: Container
    status: ContainerStatus | None
    init: bool = False

    @property
    def name(self) -> str:
        """The container's name."""
        return self.spec.name

    @property
    def shown(self) -> str:
        """How it is named in a quote."""
        return f"pod/{self.pod.name} {'init container' if self.init else 'container'} {self.name}"

    @property
    def waiting(self) -> Waiting | None:
        """Why it does not run, while it waits."""
        return self.status.state.waiting if self.status else None

    @property
    def is_running(self) -> bool:
        """True while its process runs."""
        return bool(self.status and self.status.state.running)

    @property
    def is_sidecar(self) -> bool:
        """True for an init container that stays."""
        return self.init and self.spec.restart_policy == "Always"

    @property
    def ended(self) -> Terminated | None:
        """How it ended last: now, or before its last restart. None when it never did."""
        if self.status is None:
            return None
        return self.status.state.terminated or self.status.last_state.terminated

    @property
    def restarts(self) -> int:
        """How often it was started again."""
        return self.status.restart_count if self.status else 0


def workload_of(evidence: Evidence) -> Workload:
    """The workload. A check runs only when what it needs is there."""
    assert isinstance(evidence.workload, Workload), "declare needs=('workload',)"
    return evidence.workload


def containers(workload: Workload) -> tuple[PodContainer, ...]:
    """Every container of every pod that was read, init containers first."""
    return tuple(one for pod in workload.pods for one in containers_of(pod))


def containers_of(pod: Pod) -> Iterator[PodContainer]:
    """Every container of one pod, init containers first."""
    status, spec = pod.status, pod.spec
    known = {one.name: one for one in (*status.init_container_statuses, *status.container_statuses)}
    for container in spec.init_containers:
        yield PodContainer(pod, container, known.get(container.name), init=True)
    for container in spec.containers:
        yield PodContainer(pod, container, known.get(container.name))


def templates(workload: Workload) -> tuple[tuple[Container, bool], ...]:
    """The containers as they are asked for, and whether each is an init container; also where no pod exists."""
    spec = workload.spec
    if spec is None:
        return ()
    return (*((one, True) for one in spec.init_containers), *((one, False) for one in spec.containers))


def events(
    workload: Workload, *reasons: str, pod: Pod | None = None, container: str | None = None
) -> tuple[Event, ...]:
    """Events with one of these reasons (any when none is given), oldest first; of one pod or container when asked."""
    if isinstance(workload.events, Missing):
        return ()
    return tuple(
        event
        for event in workload.events
        if (not reasons or event.reason in reasons)
        and (pod is None or is_about(event.about, pod))
        and (container is None or event.about.field_path.endswith(f"{{{container}}}"))
    )


def is_about(reference: ObjectReference, pod: Pod) -> bool:
    """True when an event speaks of this pod, and not of an earlier one of its name."""
    same = reference.kind == "Pod" and reference.name == pod.name
    return same and (not reference.uid or not pod.metadata.uid or reference.uid == pod.metadata.uid)


def age(workload: Workload, since: str | None) -> float | None:
    """Seconds from a time to the moment in which the cluster was read; None where one is not known."""
    start, now = seconds_of(since), seconds_of(workload.taken)
    return None if start is None or now is None else now - start


def quote_event(event: Event) -> Quote:
    """An event as evidence."""
    times = f" (x{event.count})" if event.count > 1 else ""
    text = f"{event.reason} {event.about.kind.lower()}/{event.about.name}{times}: {' '.join(event.message.split())}"
    return Quote(source="event", text=cut(text))


def quote_waiting(one: PodContainer) -> Quote:
    """Why a container waits, as evidence."""
    waiting = one.waiting or Waiting()
    said = " ".join(waiting.message.split())
    text = f"waiting: {waiting.reason}" + (f": {said}" if said else "")
    return Quote(source=one.shown, text=cut(text))


def quote_ended(one: PodContainer) -> Quote:
    """How a container ended, as evidence."""
    ended = one.ended or Terminated()
    restarts = f", {one.restarts} restart{'s' if one.restarts > 1 else ''}" if one.restarts else ""
    said = f": {' '.join(ended.message.split())}" if ended.message.strip() else ""
    signal = f", signal {ended.signal}" if ended.signal else ""
    text = f"{ended.reason or 'ended'}, exit code {ended.exit_code}{signal}{restarts}{said}"
    return Quote(source=one.shown, text=cut(text))


def quote_field(source: str, path: str, value: object) -> Quote:
    """A field of an object as evidence: `quote_field("deployment/score", "spec.replicas", 0)`."""
    return Quote(source=source, text=cut(f"{path}: {value}"))


def cut(text: str) -> str:
    """A text short enough to read. Nested errors tell the reason last, so beginning and end stay."""
    half = MOST_TEXT // 2 - 2
    return text if len(text) <= MOST_TEXT else f"{text[:half].rstrip()} … {text[-half:].lstrip()}"
