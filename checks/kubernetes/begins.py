"""Why a container could not be made or started: the words of the runtime behind the kubelet.

Docker's shim ends such a container with `ContainerCannotRun` and 126, 127 or 128, containerd and CRI-O with
`StartError` and 128; what fails before waits as `CreateContainerError` or `RunContainerError`. The inner words are
those of runc or crun, which `checks.container.starting` reads.

Sources: kubelet `pkg/kubelet/kuberuntime/kuberuntime_container.go` and `pkg/kubelet/dockershim` of 1.20; containerd
`internal/cri/server`; observed with Kubernetes 1.20.2 and runc 1.1.5.
"""

import re
from dataclasses import dataclass, replace

from checks.cluster.subject import Workload
from checks.container.starting import read_words
from checks.finding import Quote
from checks.kubernetes.seen import PodContainer, containers_of, quote_ended, quote_event, quote_waiting
from checks.kubernetes.stuck import alike, last_said, live, one_of_each

NOT_STARTED = frozenset(
    {"CreateContainerError", "RunContainerError", "StartError", "PreCreateHookError", "PreStartHookError"}
)
NEVER_RAN = frozenset({"ContainerCannotRun", "StartError"})
"""How a container ended that never began."""

ONCE = frozenset({"Job", "Pod"})
"""Workloads whose pods may have failed for good, and are what is asked about."""

_WORDS = (
    ("disk", r"no space left on device"),
    ("name", r"container name \S+ is already in use|[Ff]ailed to reserve container name|name \S+ is reserved for"),
    (
        "memory",
        (
            r"memory limit too low|container init was OOM-killed|Minimum memory limit allowed is"
            r"|read init-p: connection reset"
            r"|memory\.(?:limit_in_bytes|max)\S*: (?:device or resource busy|invalid argument)"
            r"|container init caused(?: \\?\"process_linux\.go:\d+)?: ?\\?\"?EOF"
        ),
    ),
    ("gpu", r"nvidia-container-(?:cli|runtime)|CDI devices?|libnvidia-ml|could not select device driver"),
    ("no-command", r"(?i:no command specified)"),
    ("read-only", r"(?:mkdirat|mkdir|open|create|mknod)[^\n]*?(?P<what>/[^\s\"':\\]*)[\"'\\]*: read-only file system"),
    ("read-only", r"read-only file system"),
    ("user", r"unable to find (?:user|group) (?P<what>[^\s:]+)|no users found|no matching entries in (?:passwd|group)"),
    ("folder", r"(?:chdir to cwd|failed to mkdir|mkdir) \(?\\*\"?(?P<what>/[^\s\"\\)]*)|[Ww]orkingDir|Cannot mkdir"),
)
_OWN = tuple((kind, re.compile(pattern)) for kind, pattern in _WORDS)


@dataclass(frozen=True)
class FailedStart:
    """A container that never began. `program` is what was to be executed, `what` a user, folder or device.

    `kind` is one of `checks.container.starting.Kind`, or `disk`, `name`, `no-command`, `read-only`.
    """

    one: PodContainer
    kind: str
    program: str
    what: str
    words: str
    quotes: tuple[Quote, ...]

    @property
    def command(self) -> tuple[str, ...]:
        """The command that the pod gives, arguments included; empty where the image decides."""
        return (*self.one.spec.command, *self.one.spec.args)

    @property
    def about(self) -> tuple[str, ...]:
        """The subjects of a finding."""
        return (f"container:{self.one.name}",)


def failed_starts(workload: Workload, *kinds: str) -> tuple[FailedStart, ...]:
    """Containers that cannot be started now for one of these reasons (any when none is given), each told once."""
    pods = workload.pods if workload.kind in ONCE else live(workload)
    found = (_read(workload, one) for pod in pods for one in containers_of(pod))
    groups = one_of_each((one for one in found if one), lambda start: (start.one.name, start.kind, start.program))
    return tuple(
        replace(group[0], quotes=(*group[0].quotes, *alike(workload, (start.one.pod for start in group))))
        for group in groups
        if not kinds or group[0].kind in kinds
    )


def _read(workload: Workload, one: PodContainer) -> FailedStart | None:
    words, quotes = _words(workload, one)
    if not quotes:
        return None
    for kind, pattern in _OWN:
        if found := pattern.search(words):
            return FailedStart(one, kind, "", found.groupdict().get("what") or "", words, quotes)
    told, program, what = read_words(words)
    first = (*one.spec.command, *one.spec.args, "")[0]
    return FailedStart(one, told, program or first, what, words, quotes)


def _words(workload: Workload, one: PodContainer) -> tuple[str, tuple[Quote, ...]]:
    """What was said of the failed start; no quotes where there was none."""
    if one.status is None or one.is_running:
        return "", ()
    ended = one.ended
    if ended and ended.reason in NEVER_RAN and not (one.waiting and one.waiting.reason in NOT_STARTED):
        return ended.message, (quote_ended(one), *((quote_waiting(one),) if one.waiting else ()))
    if one.waiting is None or one.waiting.reason not in NOT_STARTED:
        return "", ()
    words = one.waiting.message
    if words and "context deadline exceeded" not in words:
        return words, (quote_waiting(one),)
    event = last_said(workload, one, "failed to ", "Error response from daemon", "container create failed")
    return (event.message, (quote_event(event), quote_waiting(one))) if event else (words, (quote_waiting(one),))


def config_errors(workload: Workload) -> tuple[tuple[PodContainer, str, tuple[Quote, ...]], ...]:
    """Containers whose configuration cannot be made, with the kubelet's words, each told once.

    Some of it is said while the container is created, so both reasons are read.
    """
    found = [
        one
        for pod in live(workload)
        for one in containers_of(pod)
        if one.waiting and one.waiting.reason in {"CreateContainerConfigError", "CreateContainerError"}
    ]
    groups = one_of_each(found, lambda one: (one.name, one.waiting.message.split("(pod:")[0] if one.waiting else ""))
    return tuple(
        (
            group[0],
            group[0].waiting.message if group[0].waiting else "",
            (quote_waiting(group[0]), *alike(workload, (one.pod for one in group))),
        )
        for group in groups
    )
