"""How the workloads of a namespace stand: what a list of them shows, init containers and sidecars included."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import msgspec

from checks.cluster.health import badness, troubled
from checks.cluster.pods import Container, ContainerStatus, Pod
from checks.cluster.times import seconds_of
from checks.cluster.workloads import Controller
from doctor.cluster.api import Access, Api, Refused
from doctor.cluster.rights import rule
from doctor.cluster.snapshot import Snapshot
from doctor.cluster.subjects import Subject, subjects_of
from doctor.errors import CannotExamine
from doctor.patience import CLUSTER_LIST as PATIENCE
from doctor.patience import LOGIN
from doctor.redact import redact
from doctor.states import Level, Standing, times

KINDS = ("pods", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs")
_WHOLE_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class WorkloadState:
    """One workload; `created` in seconds since 1970."""

    kind: str
    name: str
    namespace: str
    standing: Standing
    created: float | None = None

    @property
    def target(self) -> str:
        """How it is named: `deployment/score`."""
        return f"{self.kind.lower()}/{self.name}"


@dataclass(frozen=True)
class Workloads:
    """Those of a namespace, by kind and name; `notes` tell what could not be read."""

    items: tuple[WorkloadState, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Namespace:
    """One namespace; `standing` speaks where it is about to go."""

    name: str
    standing: Standing = field(default_factory=Standing)
    created: float | None = None


@dataclass(frozen=True)
class Namespaces:
    """Those of a cluster, that of the context first; where they may not be listed, that one alone, and a note."""

    items: tuple[Namespace, ...]
    notes: tuple[str, ...] = ()


class Cluster:
    """The cluster of a context, asked again and again; from several threads. Every method raises CannotExamine."""

    def __init__(self, context: str | None, kubeconfig: Path | None = None, *, patience: float = PATIENCE) -> None:
        self.context, self.kubeconfig, self.patience = context, kubeconfig, patience
        self._api: Api | None = None

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what is under way."""
        api, self._api = self._api, None
        if api is not None:
            api.close()

    def namespaces(self) -> Namespaces:
        """Which there are."""
        api = self._connected()
        try:
            body = api.get("/api/v1/namespaces", {"limit": 5000})
        except Refused as error:
            wanted = rule("namespaces", "list")
            note = (
                f"other namespaces may not be listed: {error}; one that you know opens with -n NAMESPACE; "
                f"the rule that lets you list them: {wanted}"
            )
            return Namespaces((Namespace(api.namespace),), (note,))
        except CannotExamine:
            self.close()
            raise
        try:
            items = msgspec.json.decode(body, type=_NamespaceList).items or []
        except msgspec.DecodeError as error:
            self.close()
            raise CannotExamine(f"the namespaces of {api.address} cannot be read: {error}") from error
        found = [_namespace(one) for one in items]
        return Namespaces(tuple(sorted(found, key=lambda one: (one.name != api.namespace, one.name))))

    def workloads(self, namespace: str) -> Workloads:
        """How everything in a namespace stands."""
        api = self._connected()
        snapshot = Snapshot(namespace)
        try:
            snapshot.read(api, KINDS)
        except CannotExamine:
            self.close()
            raise
        taken = api.taken
        found = [
            WorkloadState(one.kind, one.name, one.namespace, standing_of(one, taken), _created(one))
            for one in subjects_of(snapshot, done=True)
            if not (one.kind == "ReplicaSet" and one.controller and not one.controller.wanted and not one.pods)
        ]
        notes = tuple(f"{one.what} could not be read: {one.reason}" for one in snapshot.unseen)
        if len(notes) == len(KINDS):
            raise CannotExamine(f"nothing in {namespace} may be read: {snapshot.unseen[0].reason}")
        return Workloads(tuple(sorted(found, key=lambda one: (one.kind, one.name))), notes)

    def _connected(self) -> Api:
        """The same connection as long as it answers: a login takes its time."""
        if self._api is None:
            from doctor.cluster.kubeconfig import settings_of

            settings = settings_of(self.kubeconfig, self.context, LOGIN)
            access = Access(self.kubeconfig, self.context, _WHOLE_DAY, self.patience)
            self._api = Api(settings, access, time.monotonic())
        elif self._api.left < self.patience:
            self.close()
            return self._connected()
        return self._api


class _Metadata(msgspec.Struct, rename="camel"):
    name: str = ""
    creation_timestamp: str | None = None


class _Status(msgspec.Struct):
    phase: str = ""


class _Namespace(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)
    status: _Status = msgspec.field(default_factory=_Status)


class _NamespaceList(msgspec.Struct):
    items: list[_Namespace] | None = None


def _namespace(one: _Namespace) -> Namespace:
    going = Standing("terminating", "odd") if one.status.phase == "Terminating" else Standing()
    return Namespace(one.metadata.name, going, seconds_of(one.metadata.creation_timestamp))


def _created(subject: Subject) -> float | None:
    metadata = subject.controller.metadata if subject.controller else subject.pods[0].metadata if subject.pods else None
    return seconds_of(metadata.creation_timestamp) if metadata else None


def standing_of(subject: Subject, taken: str) -> Standing:
    """`2 of 3 ready`, with what is wrong with the worst pod; `taken` is the server's time."""
    controller, pods = subject.controller, sorted(subject.pods, key=badness)
    worst = pod_words(pods[0]) if pods else ""
    if controller is None:
        bad = any(troubled(pod, (), taken) for pod in pods)
        level: Level = "off" if pods and _is_done(pods[0]) else "bad" if bad else "well"
        return Standing(worst or "ready", level)
    if controller.kind == "Job":
        return _job(controller, worst)
    wanted = controller.wanted
    ready = sum(pod.is_ready for pod in pods)
    if not wanted and not pods:
        nowhere = controller.kind == "DaemonSet"
        return Standing("no node fits it", "odd") if nowhere else Standing("scaled to 0", "off")
    count = f"{ready} of {wanted} ready"
    if not pods:
        why = next((one.message for one in controller.status.conditions if one.type == "ReplicaFailure"), "")
        return Standing(f"{count}, no pod was made{f': {_line(why)}' if why else ''}", "bad")
    if ready < wanted:
        return Standing(f"{count}, {worst}" if worst else count, "bad")
    restless = [words for pod in pods if (words := pod_words(pod)) and troubled(pod, (), taken)]
    if restless:
        return Standing(f"{count}, {restless[0]}", "odd")
    restarts = sum(status.restart_count for pod in pods for _, status, _ in _containers(pod))
    return Standing(f"{count}, {_restarts(pods)}" if restarts else count, "well")


def _is_done(pod: Pod) -> bool:
    return pod.status.phase == "Succeeded"


def _job(controller: Controller, worst: str) -> Standing:
    conditions = {one.type: one for one in controller.status.conditions if one.status == "True"}
    if "Complete" in conditions:
        return Standing("completed", "off")
    if failed := conditions.get("Failed"):
        return Standing(f"failed: {failed.reason or 'no reason given'}{f', {worst}' if worst else ''}", "bad")
    if controller.spec.suspend:
        return Standing("suspended", "off")
    failures = f", failed {times(controller.status.failed)}" if controller.status.failed else ""
    return Standing(
        f"{controller.status.active} active{failures}{f', {worst}' if worst else ''}", "bad" if failures else "odd"
    )


def pod_words(pod: Pod) -> str:
    """What is wrong with a pod, as briefly as kubectl says it and with the container's name; empty for a good one."""
    if pod.metadata.deletion_timestamp:
        return "terminating"
    if pod.status.phase == "Succeeded":
        return "completed"
    if pod.status.reason:
        return pod.status.reason
    for spec, status, role in _containers(pod):
        if words := _wrong(status, init=role == "init container "):
            return f"{words}{_whose(pod, spec, role)}{_again(status)}"
    if pod.status.phase == "Pending":
        return f"Pending: {_unscheduled(pod)}" if _unscheduled(pod) else "Pending"
    if not pod.is_ready:
        waiting = [
            (spec, status, role) for spec, status, role in _containers(pod) if status.state.running and not status.ready
        ]
        for spec, status, role in waiting:
            return f"running, not ready{_whose(pod, spec, role)}{_again(status)}"
        return "not ready"
    return _restarts([pod])


def _wrong(status: ContainerStatus, *, init: bool) -> str:
    waiting, end = status.state.waiting, status.state.terminated
    last = status.last_state.terminated
    if waiting and waiting.reason not in {"PodInitializing", "ContainerCreating", ""}:
        why = f" after {last.reason if last.reason not in {'Error', ''} else f'exit {last.exit_code}'}" if last else ""
        return f"{waiting.reason}{why}"
    if waiting and waiting.reason == "ContainerCreating":
        return "ContainerCreating"
    if end and (end.exit_code or not init):
        return end.reason if end.reason not in {"Error", ""} else f"exited {end.exit_code}"
    if init and status.state.running:
        return "running"
    return ""


def _containers(pod: Pod) -> Iterable[tuple[Container, ContainerStatus, str]]:
    """Containers with a state, in the order in which they start; the role is empty for those that serve."""
    states = {one.name: one for one in (*pod.status.init_container_statuses, *pod.status.container_statuses)}
    for spec in pod.spec.init_containers:
        if spec.name in states:
            yield spec, states[spec.name], "sidecar " if spec.restart_policy == "Always" else "init container "
    for spec in pod.spec.containers:
        if spec.name in states:
            yield spec, states[spec.name], ""


def _whose(pod: Pod, spec: Container, role: str) -> str:
    several = len(pod.spec.containers) + len(pod.spec.init_containers) > 1
    return f" in {role}{spec.name}" if role or several else ""


def _again(status: ContainerStatus) -> str:
    return f", restarted {times(status.restart_count)}" if status.restart_count else ""


def _restarts(pods: Iterable[Pod]) -> str:
    """`restarted 7 times, init container fetch 5`: of whom, wherever it was not the only container."""
    counts: dict[str, int] = {}
    alone = True
    for pod in pods:
        for spec, status, role in _containers(pod):
            alone = alone and len(pod.spec.containers) + len(pod.spec.init_containers) == 1
            if status.restart_count:
                counts[f"{role}{spec.name}"] = counts.get(f"{role}{spec.name}", 0) + status.restart_count
    if not counts:
        return ""
    shares = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"restarted {times(sum(counts.values()))}" + ("" if alone else f" ({shares})")


def _unscheduled(pod: Pod) -> str:
    condition = pod.status.condition("PodScheduled")
    return _line(condition.message) if condition and condition.status == "False" else ""


def _line(text: str) -> str:
    return redact(" ".join(text.split()))[:160]
