"""Why the sandbox of a pod (its network and first container) could not be made on the node.

Sources: kubelet `pkg/kubelet/kuberuntime`, `FailedCreatePodSandBox`; containerd `internal/cri/server/sandbox_run.go`;
CNI plugins host-local, azure-vnet, aws-cni, calico, cilium, flannel; observed with Kubernetes 1.20.2.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from checks.cluster.pods import Pod
from checks.cluster.subject import Workload
from checks.finding import Quote
from checks.kubernetes.seen import events, quote_event
from checks.kubernetes.stuck import alike, is_past, not_begun, one_of_each

Kind = Literal["addresses", "handler", "image", "network", "other"]

_WORDS: tuple[tuple[Kind, str], ...] = (
    (
        "addresses",
        (
            r"failed to (?:allocate|assign)[^\n]*(?:address|range|IP)"
            r"|(?i:subnet ?(?:is)? ?full|range is full|exhausted)"
            r"|(?i:\b(?:no|not enough|insufficient)(?: (?:more|available|free|left))*"
            r" (?:IPs?|(?:IP(?:v[46])? )?addresses)\b)"
            r"|(?i:no (?:more )?(?:available |free )?(?:IP )?address\b|no more free affine blocks)"
        ),
    ),
    ("handler", r"no runtime for \\?\"(?P<what>[\w-]+)|unknown (?:or invalid )?runtime(?: name:? (?P<name>[\w-]+))?"),
    (
        "image",
        r"failed to (?:get|pull) (?:sandbox )?image \\?\"(?P<what>[^\"\\]+)|failed pulling image \"(?P<old>[^\"]+)",
    ),
    (
        "network",
        (
            r"(?i:\bcni\b)|network plugin|setup network for sandbox|failed to set up pod|subnet\.env|calico/nodename"
            r"|NetworkPluginNotReady|network is not ready"
        ),
    ),
)
_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in _WORDS)


@dataclass(frozen=True)
class FailedSandbox:
    """A pod without a sandbox. `what` is the runtime handler or the image that is meant."""

    pod: Pod
    kind: Kind
    what: str
    words: str
    quotes: tuple[Quote, ...]

    @property
    def node(self) -> str:
        """The node's name."""
        return self.pod.spec.node_name

    @property
    def about(self) -> tuple[str, ...]:
        """The subjects of a finding."""
        return (f"node:{self.node}",)


def failed_sandboxes(workload: Workload, *kinds: Kind) -> tuple[FailedSandbox, ...]:
    """Pods that have no sandbox now for one of these reasons, each reason told once a node."""
    found = []
    for pod in not_begun(workload):
        said = events(workload, "FailedCreatePodSandBox", "NetworkNotReady", pod=pod)
        if said and not is_past(workload, pod, said[-1]):
            kind, what = _kind(said[-1].message)
            found.append(FailedSandbox(pod, kind, what, said[-1].message, (quote_event(said[-1]),)))
    groups = one_of_each(found, lambda one: (one.node, one.kind))
    return tuple(
        replace(group[0], quotes=(*group[0].quotes, *alike(workload, (one.pod for one in group))))
        for group in groups
        if not kinds or group[0].kind in kinds
    )


def _kind(words: str) -> tuple[Kind, str]:
    for kind, pattern in _KINDS:
        if found := pattern.search(words):
            return kind, next((value for value in found.groups() if value), "")
    return "other", ""
