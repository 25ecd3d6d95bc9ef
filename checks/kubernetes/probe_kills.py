"""Containers that the kubelet kills for a probe: told by events, or by what is left when the events are gone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from checks.cluster.events import Event
from checks.cluster.pods import Probe
from checks.cluster.subject import Workload
from checks.cluster.times import between
from checks.container.crashed import SIGNALS
from checks.container.stopping import asked_to_end
from checks.evidence import Evidence
from checks.kubernetes.ends import NEVER_RAN, SIGKILL, SIGTERM, grouped, happened, has_ended, lasted
from checks.kubernetes.seen import PodContainer, containers, events

KILLED = (
    "kubernetes.crash-loop",
    "kubernetes.killed",
    "kubernetes.progress-deadline",
    "kubernetes.grace-period-exceeded",
    "container.killed",
    "container.restart-loop",
    "logs.exit-code-137",
    "logs.client-closed-request",
    "logs.probe-kills-container",
    "logs.probe-kills-slow-start",
    "logs.init-never-returns",
    "logs.log-ends-early",
    "logs.log-empty",
    "logs.no-failure-shown",
)
"""Symptoms of a container that a probe has killed."""

OWN_ENDS = frozenset({3, 4, 126, 127, *SIGNALS})
"""Exit codes of what ends by itself, also when it was asked to end in that moment."""


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


def suspected(workload: Workload, one: PodContainer, narrowed: Evidence) -> bool:
    """True when the liveness probe killed a container most likely, though no event tells so.

    The server says that it was asked to end, and in a loop nobody else asks; or it lived as long as the probe lets one
    live that never answers, and no event of the pod is kept any more. `narrowed` has only the logs of the container.
    """
    end, probe, hooks = one.ended, one.spec.liveness_probe, one.spec.lifecycle
    if end is None or probe is None or one.spec.startup_probe or (hooks and hooks.post_start):
        return False
    if end.reason == "OOMKilled" or end.exit_code not in {0, SIGKILL, SIGTERM}:
        return False
    if asked_to_end(narrowed):
        return True
    silent = not events(workload, pod=one.pod) and end.exit_code != 0
    return silent and probe.budget <= (lasted(one) or 0.0) and too_young(one, probe)


def too_young(one: PodContainer, probe: Probe) -> bool:
    """True when it lived hardly longer than the probe lets a container live that never answers."""
    seconds = lasted(one)
    slack = probe.failure_threshold * probe.timeout_seconds + 2 * probe.period_seconds
    most = probe.budget + one.pod.spec.termination_grace_period_seconds + slack
    return seconds is not None and seconds <= most


def killed_lately(workload: Workload) -> Iterator[tuple[PodContainer, int]]:
    """Containers that run well, and were killed by a probe not long ago; one for all replicas, and how many."""
    found = (
        one
        for one in containers(workload)
        if one.is_running and one.restarts and one.ended and one.pod.metadata.deletion_timestamp is None
        if happened(workload, one.ended.finished_at) and not has_ended(workload, one) and kill_of(workload, one)
    )
    return grouped(found, lambda one: one.name)


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
