"""Why a volume of a pod is not mounted: the events of kubelet and attach controller, read once for all checks.

A failed mount is tried again and often passes, so an event counts only while its pod has not begun, and while no later
summary (`unmounted volumes=[...]`) leaves its volume out.

Sources: kubelet `pkg/volume` and `pkg/kubelet/volumemanager` of 1.20 to 1.34; the CSI drivers of Azure Files, Blob and
Disk; mount.cifs(8), mount.nfs(8): error numbers.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from checks.cluster.events import Event
from checks.cluster.pods import Pod, Volume
from checks.cluster.subject import Workload
from checks.cluster.times import seconds_of
from checks.evidence import Missing
from checks.finding import Quote
from checks.kubernetes.seen import events, quote_event, quote_field
from checks.kubernetes.stuck import alike, is_past, not_begun, one_of_each

Kind = Literal[
    "claim",
    "provider",
    "object",
    "host-path",
    "driver",
    "attached",
    "denied",
    "absent",
    "unreachable",
    "file-system",
    "other",
]

_WORDS: tuple[tuple[Kind, str], ...] = (
    ("claim", r"error processing PVC|persistentvolumeclaims? \\?\"|PVC is (?:not bound|being deleted)"),
    ("provider", r"(?i:secretproviderclass)|mount secrets store objects|secrets-store"),
    (
        "object",
        (
            r"(?:configmap|secret)s? \\?\"[^\"\\]+\\?\" not found|references non-existent (?:secret|config)"
            r"|(?i:couldn't get secret) "
        ),
    ),
    ("host-path", r"hostPath type check failed: (?P<what>.*)"),
    (
        "driver",
        (
            r"driver name (?P<what>\S+) not found in the list of registered CSI drivers"
            r"|not supported by driver (?P<mode>\S+)|csidrivers?\S* \\?\"(?P<object>[\w.-]+)\\?\" not found"
            r"|CSINode \S+ does not contain driver (?P<node>\S+)"
            r"|no volume plugin matched|failed to get Plugin from volumeSpec"
            r"|need a /sbin/mount\.(?P<type>\S+)|unknown filesystem type '(?P<system>\w+)'"
            r"|/?mount\.\w+: (?:command )?not found"
        ),
    ),
    ("attached", r"Multi-Attach error|already (?:being )?attached to|exclusively attached to"),
    (
        "denied",
        (
            r"(?i:permission denied|access denied|operation not permitted)|mount error\((?:1|13|126)\)"
            r"|AuthenticationFailed|Authorization(?:Failure|Failed|PermissionMismatch)|LogonDenied|(?i:not authorized)"
            r"|\b403 |StatusCode=403|status code:? 403|(?i:account key|account ?name or (?:account ?)?key not provided)"
            r"|no key for storage account"
        ),
    ),
    (
        "absent",
        (
            r"ShareNotFound|ContainerNotFound|ResourceNotFound|(?i:no such file or directory)|mount error\(2\)"
            r"|(?i:does not exist)|reason given by server|(?i:could not be found|not found)"
        ),
    ),
    (
        "unreachable",
        (
            r"(?i:connection timed out|timed out(?! waiting for the condition)|no route to host|connection refused"
            r"|host is down|network is unreachable|no such host|name or service not known|could not resolve"
            r"|deadline ?exceeded|i/o timeout)|mount error\((?:11[0-9]|101)\)"
        ),
    ),
    ("file-system", r"(?i:wrong fs type|bad superblock|fsck|read-only file system|structure needs cleaning)"),
)
_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in _WORDS)
_VOLUME = re.compile(
    r"(?:failed|error) for volume \\?\"(?P<name>[^\"\\]+)\\?\"(?: on node \S+)?(?: \(UniqueName: [^)]*\))?"
    r"(?: pod \S+ \(UID: [^)]*\))? ?:? ?(?P<words>.*)",
    re.DOTALL,
)
_SUMMARY = re.compile(r"unmounted volumes=\[(?P<names>[^\]]*)\]")
_CLAIM = re.compile(r"error processing PVC \\?\"?(?:[\w.-]+/)?(?P<name>[\w.-]+?)\\?\"?[:,]")
_NOISE = re.compile(r"failed to sync (?:secret|configmap|config map) cache|object \S+ not registered")
REASONS = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")


@dataclass(frozen=True)
class FailedMount:
    """A volume that a pod waits for. `name` is its name in the pod, else the persistent volume's."""

    pod: Pod
    name: str
    kind: Kind
    what: str
    words: str
    volume: Volume | None
    quotes: tuple[Quote, ...]

    @property
    def about(self) -> tuple[str, ...]:
        """The subjects of a finding."""
        return (f"volume:{self.name}",)

    @property
    def shown(self) -> str:
        """What kind of storage it is, as the pod asks for it."""
        volume = self.volume
        if volume is None:
            return self.name
        if volume.nfs:
            return f"NFS {volume.nfs.server}:{volume.nfs.path}"
        if volume.azure_file:
            return f"Azure file share {volume.azure_file.share_name}"
        if volume.persistent_volume_claim:
            return f"claim {volume.persistent_volume_claim.claim_name}"
        if volume.host_path:
            return f"hostPath {volume.host_path.path}"
        return f"driver {volume.csi.driver}" if volume.csi else self.name

    @property
    def asked(self) -> Quote:
        """The volume as the pod asks for it."""
        return quote_field(f"pod/{self.pod.name}", f"volumes[{self.name}]", self.shown)


def failed_mounts(workload: Workload, *kinds: Kind) -> tuple[FailedMount, ...]:
    """Volumes that are not mounted now for one of these reasons (any when none is given), each told once."""
    found = [mount for pod in not_begun(workload) for mount in _of_pod(workload, pod)]
    groups = one_of_each(found, lambda mount: (mount.name, mount.kind))
    return tuple(
        replace(group[0], quotes=(*group[0].quotes, *alike(workload, (mount.pod for mount in group))))
        for group in groups
        if not kinds or group[0].kind in kinds
    )


def _of_pod(workload: Workload, pod: Pod) -> tuple[FailedMount, ...]:
    last: dict[str, tuple[Event, str]] = {}
    summary: Event | None = None
    for event in events(workload, *REASONS, pod=pod):
        if _NOISE.search(event.message) or is_past(workload, pod, event, "FailedCreatePodSandBox"):
            continue
        if found := _SUMMARY.search(event.message):
            summary = event
            for claim in _CLAIM.finditer(event.message):
                last[_of_claim(pod, claim["name"])] = (event, event.message)
        elif found := _VOLUME.search(event.message):
            last[_in_pod(workload, pod, found["name"])] = (event, found["words"].strip() or event.message)
    return tuple(
        _made(pod, name, event, words)
        for name, (event, words) in last.items()
        if summary is None or event is summary or not _left_out(summary, event, name)
    )


def _left_out(summary: Event, event: Event, name: str) -> bool:
    """True when a later summary of what is not mounted does not name the volume: it was mounted meanwhile."""
    found = _SUMMARY.search(summary.message)
    then, now = seconds_of(event.last or event.first), seconds_of(summary.last or summary.first)
    later = then is not None and now is not None and now > then
    return bool(found and later and name not in found["names"].split())


def _in_pod(workload: Workload, pod: Pod, name: str) -> str:
    """The pod's own name of a volume: of a claim the kubelet names the persistent volume."""
    if pod.spec.volume(name):
        return name
    claims = () if isinstance(workload.claims, Missing) else workload.claims
    return next((_of_claim(pod, one.name) for one in claims if one.spec.volume_name == name), name)


def _of_claim(pod: Pod, claim: str) -> str:
    return next(
        (
            one.name
            for one in pod.spec.volumes
            if one.persistent_volume_claim and one.persistent_volume_claim.claim_name == claim
        ),
        claim,
    )


def _made(pod: Pod, name: str, event: Event, words: str) -> FailedMount:
    if "Multi-Attach" in event.message:
        words = event.message
    for kind, pattern in _KINDS:
        if found := pattern.search(words):
            what = next((value for value in found.groups() if value), "")
            return FailedMount(pod, name, kind, what, words, pod.spec.volume(name), (quote_event(event),))
    return FailedMount(pod, name, "other", "", words, pod.spec.volume(name), (quote_event(event),))
