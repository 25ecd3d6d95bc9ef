"""Moments of a workload: rollouts, pods, their containers, and what the cluster said of them."""

from collections.abc import Iterator

from checks.cluster.events import Event
from checks.cluster.pods import Pod, Terminated
from checks.cluster.subject import Workload
from checks.cluster.times import between
from checks.evidence import Evidence, Missing
from checks.kubernetes.seen import PodContainer, containers_of
from doctor.exploring.moments import Moment, moment
from doctor.exploring.table import Tone, shown, shown_lines, time_of

_STARTING = frozenset({"ContainerCreating", "PodInitializing"})
_ENDS = frozenset({"Killing", "Evicted", "OOMKilling", "Preempted"})


def moments_of_workload(evidence: Evidence) -> Iterator[Moment]:
    """All that has a time."""
    workload = evidence.workload
    if isinstance(workload, Workload) and not workload.from_files:
        yield from filter(None, _moments(workload))


def _moments(workload: Workload) -> Iterator[Moment | None]:
    if workload.controller:
        made = workload.controller.metadata.creation_timestamp
        yield moment(made, shown(workload.shown), "made", kind="made")
    for one in workload.replica_sets:
        name = f"replicaset/{shown(one.metadata.name)}"
        yield moment(one.metadata.creation_timestamp, name, "rolled out", kind="made")
    for pod in workload.pods:
        yield from _of_pod(pod, workload)
    if not isinstance(workload.events, Missing):
        for event in workload.events:
            if event.reason != "Started" or event.count > 1:  # the pod itself tells of the last start
                yield from _said(event, workload)
    yield moment(workload.taken, "doctor", "looked", kind="event", tone="muted")


def _short(pod: str, container: str, workload: Workload) -> str:
    """How a pod or container is named here: its container alone where there is one pod."""
    if len(workload.pods) == 1 and workload.pods[0].name == pod:
        return shown(container or "pod")
    return shown(f"{pod.removeprefix(f'{workload.name}-')} {container}".strip())


def _of_pod(pod: Pod, workload: Workload) -> Iterator[Moment | None]:
    who = _short(pod.name, "", workload)
    detail = f"pod/{shown(pod.name)}"
    yield moment(pod.metadata.creation_timestamp, who, "made", kind="made", detail=detail)
    yield moment(
        pod.metadata.deletion_timestamp, who, "is to be gone by now", kind="end", tone="warning", detail=detail
    )
    for condition in pod.status.conditions:
        if condition.type != "ContainersReady" and (condition.status == "False" or condition.type == "Ready"):
            good = condition.status == "True"
            told = " ".join(part for part in (condition.reason, condition.message) if part)
            name = {"Ready": "ready", "PodScheduled": "placed", "Initialized": "initialised"}.get(condition.type)
            what = f"{'' if good else 'not '}{name or shown(condition.type)}{f': {shown(told)[:160]}' if told else ''}"
            tone: Tone = "passed" if good else "muted"
            yield moment(condition.last_transition_time, who, what, tone=tone, detail=detail)
    for one in containers_of(pod):
        yield from _of_container(one, workload)


def _of_container(one: PodContainer, workload: Workload) -> Iterator[Moment | None]:
    status = one.status
    if status is None:
        return
    who = _short(one.pod.name, one.name, workload)
    restarts = status.restart_count
    for state in (status.last_state, status.state):
        if state.terminated:
            yield from _ended(state.terminated, who, restarts)
        if state.running:
            again = f" again, restart {restarts}" if restarts else ""
            yield moment(state.running.started_at, who, f"started{again}", kind="start", restarts=restarts)
        if state.waiting and state.waiting.reason not in _STARTING:
            what = f"waits: {shown(state.waiting.reason)}: {shown(state.waiting.message)[:200]}".removesuffix(": ")
            yield moment(workload.taken, who, what, kind="check", tone="warning", outcome=shown(state.waiting.reason))


def _ended(end: Terminated, who: str, restarts: int) -> Iterator[Moment | None]:
    ran = between(end.started_at, end.finished_at)
    reason = f" ({shown(end.reason)})" if end.reason and end.reason != "Error" else ""
    outcome = f"exit {end.exit_code}{reason}"
    yield moment(end.started_at, who, "started", kind="start", restarts=restarts)
    what = f"ran {time_of(ran)}, {outcome}" if ran is not None else outcome
    tone: Tone = "passed" if end.exit_code == 0 and end.reason == "Completed" else "error"
    more = {"tone": tone, "detail": shown_lines(end.message), "outcome": outcome, "ran": ran, "restarts": restarts}
    yield moment(end.finished_at, who, what, kind="end", **more)


def _said(event: Event, workload: Workload) -> Iterator[Moment | None]:
    container = event.about.field_path.partition("{")[2].rstrip("}")
    kind, name = event.about.kind, event.about.name
    who = _short(name, container, workload) if kind == "Pod" else shown(f"{kind.lower()}/{name}")
    many = f"  ({event.count} times until {event.last[11:19]})" if event.count > 1 and event.last else ""
    what = f"{shown(event.reason)}: {shown(event.message)[:300]}{many}"
    tone: Tone = "error" if event.reason in _ENDS else "warning" if event.is_warning else ""
    detail = f"{shown_lines(event.message)}\n{kind} {shown(name)}, said by {shown(event.reporter or 'the cluster')}"
    if event.count > 1:
        detail += f", {event.count} times from {event.first} to {event.last}"
    yield moment(event.first or event.last, who, what, tone=tone, detail=detail)
