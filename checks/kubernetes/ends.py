"""How containers end: in a loop or for good, what exit codes mean, who killed them, and what their logs say of it."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from checks.cluster.events import Event
from checks.cluster.pods import Probe
from checks.cluster.subject import Workload
from checks.cluster.times import between
from checks.container.crashed import SIGNALS
from checks.container.restart_loop import MEANING
from checks.container.seen import Told, last_start
from checks.evidence import Evidence, Logs
from checks.finding import Quote
from checks.kubernetes.seen import PodContainer, age, containers, events
from checks.runtime.wording import seconds_of

SEVERAL = 2  # restarts that are no accident
LATELY = 900.0  # seconds; the longest wait of a back-off (300) and one long start
RESET = 600.0  # seconds of a run after which the kubelet begins its back-off anew
SIGKILL, SIGTERM = 137, 143
OWN_ENDS = frozenset({3, 4, 126, 127, *SIGNALS})
"""Exit codes of what ends by itself, also when it was asked to end in that moment."""
NEVER_RAN = frozenset({"ContainerCannotRun", "StartError", "RunContainerError"})
"""Ends of commands that could not be started: what the runtime said of it is the cause."""

_MEANING = {
    **MEANING,
    **{code: f"{says} ({signal})" for code, (signal, says) in SIGNALS.items()},
    128: "the runtime could not start it",
    130: "interrupted (SIGINT)",
    137: "killed (SIGKILL)",
    143: "asked to end (SIGTERM)",
}
INIT_BEGINS = re.compile(r"Invoking user's init function")
IS_READY = re.compile(
    r"init has completed|ready for serving|Application startup complete|Swaggers are prepared|\" 200 "
    r"|(?:GET|POST) \S+ 200"
)


@dataclass(frozen=True)
class Kill:
    """A probe of the kubelet that had a container killed; `event` says so, or says that the probe fails."""

    probe: Literal["liveness", "startup"]
    event: Event
    unhealthy: Event | None = None

    @property
    def why(self) -> str:
        """What the probe met, as the kubelet writes it; empty where no event tells."""
        text = self.unhealthy.message if self.unhealthy else ""
        return text.partition("probe failed: ")[2] or text.partition("probe errored: ")[2]


def meaning(code: int) -> str:
    """What an exit code tells; empty where it tells nothing.

    Sources: gunicorn `arbiter.py` (3, 4), start scripts of the Azure ML images (95, 96, 111), POSIX shells (126, 127),
    128 and a signal's number.
    """
    if code in _MEANING:
        return _MEANING[code]
    return f"ended by signal {code - 128}" if 128 < code < 193 else ""


def loops(workload: Workload, one: PodContainer) -> bool:
    """True for a container that ends again and again, also in the moment in which it runs.

    One that was restarted earlier and has outlived its last run since is not meant.
    """
    status = one.status
    if status is None or one.pod.metadata.deletion_timestamp or one.pod.status.phase in {"Failed", "Succeeded"}:
        return False
    if status.state.waiting:
        return status.state.waiting.reason == "CrashLoopBackOff"
    if status.state.terminated:
        return status.restart_count >= 1 and not (one.init and status.state.terminated.exit_code == 0)
    last, running = status.last_state.terminated, status.state.running
    often = status.restart_count >= (SEVERAL if status.ready else 1)
    if last is None or running is None or not often or not happened(workload, last.finished_at):
        return False
    ran, lives = between(last.started_at, last.finished_at) or 0.0, age(workload, running.started_at)
    return not status.ready or (ran < RESET and (lives is None or lives <= ran + 10))


def has_ended(workload: Workload, one: PodContainer) -> bool:
    """True for a container whose last end is the trouble of now: in a loop, or not started again."""
    status = one.status
    if status is None or one.pod.metadata.deletion_timestamp:
        return False
    return loops(workload, one) or bool(status.state.terminated and not one.pod.status.reason)


def happened(workload: Workload, time: str | None) -> bool:
    """True for a time shortly before the cluster was read, and for one that is not known."""
    since = age(workload, time)
    return since is None or since < LATELY


def lasted(one: PodContainer) -> float | None:
    """Seconds of the last run that ended."""
    return between(one.ended.started_at, one.ended.finished_at) if one.ended else None


def enders(workload: Workload) -> Iterator[tuple[PodContainer, int]]:
    """Containers that end, one for all replicas that end alike, and how many pods there are of it."""
    found = [one for one in containers(workload) if one.ended and has_ended(workload, one)]
    return grouped(found, lambda one: (one.ended.exit_code, one.ended.reason) if one.ended else None)


def killed_lately(workload: Workload) -> Iterator[tuple[PodContainer, int]]:
    """Containers that run well, and were killed by a probe not long ago; one for all replicas, and how many."""
    found = (
        one
        for one in containers(workload)
        if one.is_running and one.restarts and one.ended and one.pod.metadata.deletion_timestamp is None
        if happened(workload, one.ended.finished_at) and not has_ended(workload, one) and kill_of(workload, one)
    )
    return grouped(found, lambda one: one.name)


def grouped(
    ones: Iterable[PodContainer], key: Callable[[PodContainer], Hashable]
) -> Iterator[tuple[PodContainer, int]]:
    """The first of all containers of one name with the same key, and the number of pods that share it."""
    groups: dict[Hashable, list[PodContainer]] = {}
    for one in ones:
        groups.setdefault((one.name, one.init, key(one)), []).append(one)
    return ((group[0], len(group)) for group in groups.values())


def duration(seconds: float) -> str:
    """A time as a person says it: `8 s`, `12 min`, `6 h`."""
    if seconds < 120:
        return seconds_of(seconds)
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def more(count: int) -> tuple[Quote, ...]:
    """That other pods are in the same state."""
    if count < 2:
        return ()
    return (Quote(source="pods", text=f"{count - 1} more {'pod is' if count == 2 else 'pods are'} in the same state"),)


def kill_of(workload: Workload, one: PodContainer) -> Kill | None:
    """The probe that had a container killed the last time it ended; None where something else ended it.

    Events may be dropped while the loop goes on, so that a kill counts for later ends that look like one. Sources:
    kubelet `kuberuntime_manager.go` (`Container score failed liveness probe, will be restarted`), `prober.go`.
    """
    end = one.ended
    if end is None or end.reason == "OOMKilled" or end.reason in NEVER_RAN:
        return None
    unhealthy = events(workload, "Unhealthy", "ProbeError", pod=one.pod, container=one.name)
    for event in reversed(events(workload, "Killing", pod=one.pod, container=one.name)):
        found = re.search(r"failed (liveness|startup) probe", event.message)
        if found and _is_the_end(one, event):
            probe: Literal["liveness", "startup"] = "startup" if found[1] == "startup" else "liveness"
            return Kill(probe, event, _last_of(unhealthy, probe))
    asked = one.spec.liveness_probe
    failed = _last_of(unhealthy, "liveness")
    if asked and failed and failed.count >= asked.failure_threshold and end.exit_code in {0, SIGKILL, SIGTERM}:
        return Kill("liveness", failed, failed) if _is_the_end(one, failed) else None
    return None


def _last_of(unhealthy: tuple[Event, ...], probe: str) -> Event | None:
    return next((event for event in reversed(unhealthy) if event.message.lower().startswith(f"{probe} probe")), None)


def _is_the_end(one: PodContainer, event: Event) -> bool:
    """True when an event belongs to the last end of a container: near to it, or followed by ends that look like it."""
    end = one.ended
    if end is None:
        return False
    since = between(event.last, end.finished_at)
    near = since is not None and -5 <= since <= one.pod.spec.termination_grace_period_seconds + 10
    near = near and end.exit_code not in OWN_ENDS
    return near or (end.exit_code in {0, SIGKILL, SIGTERM} and (since is None or since >= -5))


def with_logs_of(evidence: Evidence, one: PodContainer) -> Evidence:
    """The evidence with only the logs of a container, or of its like in another pod of the same workload."""
    if not isinstance(evidence.logs, Logs):
        return evidence
    named = [log for log in evidence.logs.items if f" -c {one.name} " in f"{log.source} "]
    own = [log for log in named if f" {one.pod.name} " in log.source]
    return evidence.replace(logs=Logs(items=tuple(own or named)))


def still_in_init(evidence: Evidence) -> Told | None:
    """The line of the last start by which init() began, when none tells that it came to its end."""
    for line in reversed(last_start(evidence)):
        if IS_READY.search(line.text) or "Exception" in line.text or "Traceback" in line.text:
            return None
        if INIT_BEGINS.search(line.text):
            return line
    return None


def was_ready(evidence: Evidence) -> Told | None:
    """The line of the last start by which the server was at work."""
    return next((line for line in reversed(last_start(evidence)) if IS_READY.search(line.text)), None)


def asked(probe: Probe) -> str:
    """A probe as a person says it: `GET /health on port 5001, 3 failures, 10 s apart, from 5 s on`."""
    return (
        f"{_what(probe)}, time-out {probe.timeout_seconds} s, {probe.failure_threshold} failures "
        f"{probe.period_seconds} s apart, first after {probe.initial_delay_seconds} s"
    )


def _what(probe: Probe) -> str:
    if probe.http_get:
        return f"GET {probe.http_get.path} on port {probe.http_get.port}"
    if probe.tcp_socket:
        return f"connect to port {probe.tcp_socket.port}"
    if probe.grpc:
        return f"gRPC health on port {probe.grpc.port}"
    return f"command {' '.join(probe.exec.command)}" if probe.exec else "probe"


def handler_of(probe: Probe) -> dict[str, Any]:
    """What a probe asks, as the API writes it."""
    fields = ("http_get", "tcp_socket", "exec", "grpc")
    made: dict[str, Any] = msgspec.to_builtins(
        Probe(**{name: value for name in fields if (value := getattr(probe, name))})
    )
    if isinstance(made.get("httpGet"), dict):
        made["httpGet"].setdefault("path", "/")
    return made
