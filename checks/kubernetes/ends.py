"""How containers end: in a loop or for good, what exit codes mean, who killed them, and what their logs say of it."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator

from checks.cluster.subject import Workload
from checks.cluster.times import between
from checks.container.crashed import SIGNALS
from checks.container.restart_loop import MEANING
from checks.container.seen import Told, last_start
from checks.evidence import Evidence, Logs
from checks.finding import Quote
from checks.kubernetes.seen import PodContainer, age, containers
from checks.runtime.wording import seconds_of

SEVERAL = 2  # restarts that are no accident
LATELY = 900.0  # seconds; the longest wait of a back-off (300) and one long start
RESET = 600.0  # seconds of a run after which the kubelet begins its back-off anew
SIGKILL, SIGTERM = 137, 143
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
    if status is None or one.pod.metadata.deletion_timestamp or is_complete(workload):
        return False
    return loops(workload, one) or bool(status.state.terminated and not one.pod.status.reason)


def is_complete(workload: Workload) -> bool:
    """True for a job that has done its work, whatever became of the pods before the last one."""
    job = workload.controller
    complete = job.status.condition("Complete") if job and job.kind == "Job" else None
    return complete is not None and complete.status == "True"


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
