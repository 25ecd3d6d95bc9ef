"""What the checks of probes share: the probes of a workload, whether they pass now, and what the kubelet said of them.

A failure that is over is no fault: a probe counts as failing only while the state of its container says so. Source:
kubelet, `pkg/kubelet/prober` of Kubernetes 1.20 and 1.34; it reports at most 25 failures at once, then one in five
minutes, so the last event of a probe that fails without end may be minutes old.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from checks.cluster.events import Event
from checks.cluster.pods import Container, Probe
from checks.cluster.subject import Workload
from checks.cluster.times import seconds_of
from checks.finding import Quote
from checks.kubernetes.listening import number_of
from checks.kubernetes.seen import PodContainer, age, containers, events, is_about, quote_event, quote_field

Kind = Literal["readiness", "liveness", "startup"]
KINDS: tuple[Kind, ...] = ("startup", "readiness", "liveness")

PATIENCE = 120.0
"""Seconds that a model service may take to start before its silence counts, where no startup probe says so itself."""

UNREADY = (
    "kubernetes.not-ready",
    "kubernetes.no-ready-endpoint",
    "kubernetes.progress-deadline",
    "kubernetes.still-starting",
)
"""What a probe that cannot pass leads to."""

STATES = (
    *UNREADY,
    *("kubernetes.liveness-kills", "kubernetes.startup-probe-too-short", "kubernetes.start-not-allowed-for"),
    *("kubernetes.crash-loop", "kubernetes.killed", "kubernetes.container-failed"),
)
"""The same of a liveness or startup probe, whose container is killed."""

SAID = (
    *("logs.probe-failed", "logs.probe-refused", "logs.probe-other-port", "logs.probe-kills-container"),
    *("logs.probe-kills-slow-start", "logs.probe-path-missing", "logs.probe-timeout", "logs.probe-bad-request"),
    *("logs.probe-scheme", "logs.probe-command-missing", "logs.probe-server-error", "logs.probe-unauthorized"),
)

_STATUS = re.compile(r"statuscode: (\d{3})|status code (\d{3})")


@dataclass(frozen=True)
class Asked:
    """One probe of one container of the template."""

    container: Container
    kind: Kind
    probe: Probe

    @property
    def field(self) -> str:
        """The name of its field: `readinessProbe`."""
        return f"{self.kind}Probe"

    @property
    def handler(self) -> str:
        """The name of the field that says how it asks."""
        if self.probe.http_get:
            return "httpGet"
        if self.probe.tcp_socket:
            return "tcpSocket"
        return "exec" if self.probe.exec else "grpc"

    @property
    def port(self) -> int | str | None:
        """The port that it asks, as written; None for a command, and for a host that is not the pod."""
        http = self.probe.http_get
        if http and http.host:
            return None
        asks = http or self.probe.tcp_socket or self.probe.grpc
        return asks.port if asks else None

    @property
    def number(self) -> int | None:
        """That port as a number; None for a name that the container lacks."""
        return None if self.port is None else number_of(self.port, self.container)

    @property
    def about(self) -> tuple[str, ...]:
        """The subjects of a finding on it."""
        return (f"container:{self.container.name}",)

    @property
    def leads_to(self) -> tuple[str, ...]:
        """Ids of what a failure of this probe explains."""
        return (*(UNREADY if self.kind == "readiness" else STATES), *SAID)

    def quote(self, workload: Workload, path: str, value: object) -> Quote:
        """One of its fields as evidence; `path` goes on from the probe: `httpGet.port`."""
        return quote_field(workload.shown, f"{of_container(workload, self.container)}.{self.field}.{path}", value)

    def patch(self, **fields: object) -> dict[str, object]:
        """Fields of the probe's handler as a patch of its container."""
        return {self.field: {self.handler: fields}}


def of_container(workload: Workload, container: Container) -> str:
    """The path of a container in its object: `spec.template.spec.containers[score]`."""
    return f"{'spec.template.spec' if workload.controller else 'spec'}.containers[{container.name}]"


def probes(workload: Workload) -> Iterator[Asked]:
    """Every probe of the containers as they are asked for."""
    for container in workload.spec.containers if workload.spec else ():
        found = (container.startup_probe, container.readiness_probe, container.liveness_probe)
        for kind, probe in zip(KINDS, found, strict=True):
            if probe is not None:
                yield Asked(container, kind, probe)


def passes(workload: Workload, asked: Asked) -> bool:
    """True when a pod shows that the probe passes: then nothing is wrong with it."""
    return any(_passes(workload, asked, one) for one in states(workload, asked.container))


def states(workload: Workload, container: Container) -> tuple[PodContainer, ...]:
    """What became of a container in each pod."""
    return tuple(one for one in containers(workload) if one.name == container.name and not one.init)


def _passes(workload: Workload, asked: Asked, one: PodContainer) -> bool:
    status = one.status
    if status is None or status.state.running is None:
        return False
    if asked.kind == "readiness":
        return status.ready
    if asked.kind == "startup":
        return status.started is True
    seconds = age(workload, status.state.running.started_at)
    waits = one.spec.startup_probe.budget if one.spec.startup_probe else 0
    return seconds is not None and seconds > waits + asked.probe.budget + 2 * asked.probe.timeout_seconds + 30


def failures(workload: Workload, asked: Asked) -> tuple[Event, ...]:
    """What the kubelet said of the failures of a probe that does not pass now, oldest first."""
    if passes(workload, asked):
        return ()
    those = states(workload, asked.container)
    return tuple(
        event
        for event in events(workload, "Unhealthy", "ProbeError")
        if event.message.lower().startswith(f"{asked.kind} probe") and any(_speaks_of(event, one) for one in those)
    )


def _speaks_of(event: Event, one: PodContainer) -> bool:
    """True for an event about this pod and this container of it."""
    path = event.about.field_path
    return is_about(event.about, one.pod) and (not path or path.endswith(f"{{{one.name}}}"))


def last_failure(workload: Workload, asked: Asked) -> Event | None:
    """The latest of the failures."""
    return max(failures(workload, asked), key=lambda one: seconds_of(one.last) or 0.0, default=None)


def status_of(event: Event) -> int | None:
    """The HTTP status that a probe got."""
    found = _STATUS.search(event.message)
    return int(found[1] or found[2]) if found else None


def is_refused(event: Event) -> bool:
    """True when nothing listened on the port."""
    return "connection refused" in event.message


def is_timeout(event: Event) -> bool:
    """True when no answer came in time. Commands say so in words of the runtime."""
    words = ("Client.Timeout", "context deadline exceeded", "i/o timeout", "timed out", "DeadlineExceeded")
    return any(word in event.message for word in words)


def started(workload: Workload, one: PodContainer) -> float | None:
    """Seconds since a running container started; None when it does not run."""
    running = one.status.state.running if one.status else None
    return age(workload, running.started_at) if running else None


def is_starting(workload: Workload, one: PodContainer) -> bool:
    """True while a running container is inside the time that its start may take."""
    seconds = started(workload, one)
    if seconds is None:
        return False
    budget = one.spec.startup_probe.budget if one.spec.startup_probe else 0
    delay = one.spec.readiness_probe.initial_delay_seconds if one.spec.readiness_probe else 0
    return seconds < max(PATIENCE, budget + 10, delay + 30)


def shown(event: Event | None) -> tuple[Quote, ...]:
    """An event as evidence, where there is one."""
    return (quote_event(event),) if event else ()
