"""Why an image could not be pulled: the words of registries and runtimes, read once for all checks.

The waiting message of `ErrImagePull` holds the reason, that of `ImagePullBackOff` only since 1.32; before, the reason
stands in the last event `Failed to pull image`.

Sources: kubelet `pkg/kubelet/images/image_manager.go` of 1.20 to 1.34; moby `distribution/errors.go` and
`daemon/images/image_pull.go`; containerd `core/remotes/docker` and `client/pull.go`; containers/image
`docker/errors.go` (CRI-O); the error codes of the distribution specification; Azure Container
Registry, "Configure rules".
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from checks.cluster.pods import Volume
from checks.cluster.subject import Workload
from checks.finding import Quote
from checks.kubernetes.seen import PodContainer, quote_event, quote_waiting
from checks.kubernetes.stuck import alike, last_said, one_of_each, waiting_for
from checks.logs.image_pulls import registry_of

Kind = Literal[
    "disk",
    "platform",
    "firewall",
    "rate",
    "certificate",
    "host",
    "unreachable",
    "denied",
    "forbidden",
    "unauthorized",
    "not-found",
    "server",
    "corrupt",
    "format",
    "signature",
    "other",
]

REASONS = ("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "SignatureValidationFailed")

_WORDS: tuple[tuple[Kind, str], ...] = (
    ("disk", r"no space left on device|disk quota exceeded"),
    (
        "platform",
        (
            r"no match for platform in manifest|no matching manifest for (?P<what>[\w./]+)"
            r"|image operating system \"(?P<system>\w+)\" cannot be used"
            r"|no image found in (?:image index|manifest list)"
            r"|(?:does|do) not match the specified platform"
        ),
    ),
    ("firewall", r"client with IP '?\\?\"?(?P<what>[0-9a-fA-F.:]+)|aka\.ms/acr/firewall|(?i:public network access)"),
    ("rate", r"toomanyrequests|429 Too Many Requests|pull rate limit"),
    ("signature", r"SignatureValidationFailed|Source image rejected"),
    (
        "certificate",
        (
            r"x509: (?P<what>[^\"]{1,120})|tls: failed to verify|tls: handshake failure"
            r"|(?P<plain>server gave HTTP response to HTTPS client)"
        ),
    ),
    (
        "host",
        (
            r"lookup (?P<what>[\w.-]+?)\.?(?: on \S+)?:.*?"
            r"(?:no such host|server misbehaving|Temporary failure in name resolution|i/o timeout|connection refused)"
        ),
    ),
    (
        "unreachable",
        (
            r"(?P<what>connection refused|no route to host|network is unreachable|connection reset by peer"
            r"|proxyconnect tcp|i/o timeout|TLS handshake timeout|Client\.Timeout exceeded|connection timed out"
            r"|context deadline exceeded|image pull progress deadline|\bEOF(?=$|[\],]))"
        ),
    ),
    (
        "denied",
        (
            r"pull access denied|requested access to the resource is denied|insufficient_scope"
            r"|repository does not exist or may require"
        ),
    ),
    (
        "unauthorized",
        (
            r"(?i:unauthorized)|no basic auth credentials|invalid username/password|authorization token has expired"
            r"|authentication required|status(?: code|:)?:? 401|unexpected status[^\n]*?: 401\b"
        ),
    ),
    (
        "forbidden",
        (
            r"403 \(?Forbidden|status(?: code|:)?:? 403|unexpected status[^\n]*?: 403\b|: denied\b|access forbidden"
            r"|(?i:permission) \S+ denied"
        ),
    ),
    (
        "not-found",
        (
            r"manifest unknown|manifest for \S+ not found|MANIFEST_UNKNOWN|NAME_UNKNOWN|name unknown|404 Not Found"
            r"|repository .*(?:not found|does not exist)|could not fetch content descriptor"
            r"|not found(?=$|[\],])|code = NotFound"
        ),
    ),
    ("server", r"unexpected (?:HTTP )?status(?: code)?.*?: (?P<what>5\d\d[ \w]*)|(?P<also>50[0234] [A-Z][\w -]+)"),
    (
        "corrupt",
        (r"unexpected commit digest|layer verification failed|failed size validation|digest did not match"),
    ),
    ("format", r"(?i:schema ?(?:version )?1)|manifest\.v1\+prettyjws|(?i:unsupported) .*media type|mediaType"),
)
_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in _WORDS)
_INNER = re.compile(r"^Back-off pulling image \"[^\"]*\"(?:: (?:ErrImagePull: )?(?P<inner>.+))?$", re.DOTALL)
_PULLED = re.compile(r"(?:Back-off pulling|Failed to pull|failed to pull and unpack) image \"([^\"]+)\"")


@dataclass(frozen=True)
class FailedPull:
    """An image that a container waits for. `what` is what the kind names: a host, an address, a platform, a status."""

    one: PodContainer
    kind: Kind
    words: str
    what: str
    quotes: tuple[Quote, ...]
    volume: Volume | None = None
    """The volume whose files the image holds; None for the container's own image."""

    @property
    def image(self) -> str:
        """The reference as the container or the volume names it."""
        return self.volume.image.reference if self.volume and self.volume.image else self.one.spec.image

    @property
    def registry(self) -> str:
        """The registry's host and port."""
        return registry_of(self.image)

    @property
    def acr(self) -> str:
        """The name of the Azure Container Registry; empty for another registry."""
        name, _, rest = self.registry.partition(".")
        return name if rest == "azurecr.io" else ""

    @property
    def about(self) -> tuple[str, ...]:
        """The subjects of a finding."""
        volume = (f"volume:{self.volume.name}",) if self.volume else ()
        return (f"image:{self.image}", f"container:{self.one.name}", *volume)


def kind_of(words: str) -> tuple[Kind, str]:
    """What a message of a failed pull means, and what it names."""
    for kind, pattern in _KINDS:
        if found := pattern.search(words):
            return kind, next((value for value in found.groups() if value), "")
    return "other", ""


def failed_pulls(workload: Workload, *kinds: Kind) -> tuple[FailedPull, ...]:
    """Images that cannot be pulled now for one of these reasons (any when none is given), each told once."""
    groups = one_of_each(
        (_read(workload, one) for one in waiting_for(workload, *REASONS)),
        lambda pull: (pull.one.name, pull.image, pull.kind),
    )
    return tuple(
        replace(group[0], quotes=(*group[0].quotes, *alike(workload, (pull.one.pod for pull in group))))
        for group in groups
        if not kinds or group[0].kind in kinds
    )


def _read(workload: Workload, one: PodContainer) -> FailedPull:
    message = one.waiting.message.strip() if one.waiting else ""
    back_off = _INNER.match(message)
    words = (back_off["inner"] or "") if back_off else message
    event = last_said(workload, one, "Failed to pull image") if not words else None
    if event:
        words = event.message
    kind, what = kind_of(words.strip())
    told = (quote_event(event),) if event else ()
    return FailedPull(one, kind, words, what, (*told, quote_waiting(one)), _volume(one, f"{message} {words}"))


def _volume(one: PodContainer, words: str) -> Volume | None:
    """The volume of the pod whose image it is that is pulled; the container waits for it as for its own."""
    names = set(_PULLED.findall(words))
    if one.spec.image in names:
        return None
    return next((each for each in one.pod.spec.volumes if each.image and each.image.reference in names), None)
