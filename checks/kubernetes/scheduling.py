"""What the scheduler said of a pod that no node took, reason by reason, held against the nodes themselves.

Source: the reasons of the scheduler's plugins, Kubernetes 1.20 to 1.34 (`ErrReason...` in `pkg/scheduler/framework`);
newer ones end with what preemption would (not) help, which is no reason of its own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.cluster.pods import Pod
from checks.cluster.quantities import amount
from checks.cluster.subject import Workload
from checks.cluster.supplies import Node
from checks.evidence import Missing
from checks.finding import Quote
from checks.kubernetes.seen import cut, events

_TAIL = re.compile(r"[.,]?\s*(?:no new claims to deallocate|preemption:).*", re.DOTALL)
_HEAD = re.compile(r".*?\d+/\d+ nodes are available:?\s*", re.DOTALL)
_ONE = re.compile(r"(\d+) (.+)", re.DOTALL)
_TAINT = re.compile(r"taint \{(?P<key>[^:}]+):?\s*(?P<value>[^}]*)\}")
OF_NODE_STATE = re.compile(r"^node\.(?:kubernetes|cloudprovider\.kubernetes)\.io/")
OF_CONTROL_PLANE = re.compile(r"^node-role\.kubernetes\.io/(?:master|control-plane)$")

_KINDS = (
    ("resource", re.compile(r"Insufficient (?P<what>\S+)")),
    ("pods", re.compile(r"Too many pods")),
    ("node-state", re.compile(r"were unschedulable|unknown condition|not ready|had unschedulable", re.IGNORECASE)),
    ("volume-elsewhere", re.compile(r"volume node affinity|volume zone|persistent volumes to bind|non-existent pv")),
    ("selector", re.compile(r"node affinity|node selector|requested labels|scheduler-enforced", re.IGNORECASE)),
    ("apart", re.compile(r"anti-affinity")),
    ("together", re.compile(r"pod affinity")),
    ("spread", re.compile(r"topology spread")),
    ("ports", re.compile(r"free ports")),
    ("unbound", re.compile(r"unbound immediate PersistentVolumeClaims")),
    ("volume-count", re.compile(r"max volume count")),
    ("storage", re.compile(r"enough free storage")),
    ("hostname", re.compile(r"requested (?:hostname|node name)")),
)  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """One reason of the scheduler. `count` nodes share it; `what` is the resource or the key of the taint."""

    kind: str
    count: int
    text: str
    what: str = ""
    value: str = ""


@dataclass(frozen=True)
class Unplaced:
    """A pod without a node: the scheduler's words, their reasons, and `main`, the one that is worth curing first."""

    pod: Pod
    message: str
    reasons: tuple[Reason, ...]
    main: Reason | None

    @property
    def quote(self) -> Quote:
        """The scheduler's words as evidence."""
        return Quote(source=f"pod/{self.pod.name}", text=cut(f"Unschedulable: {self.message}"))


def unplaced(workload: Workload) -> tuple[Unplaced, ...]:
    """Pods without a node, one for each message of the scheduler; empty when all have one."""
    found: dict[str, Unplaced] = {}
    for pod in workload.pods:
        message = _message(workload, pod)
        if message is not None and message not in found:
            reasons = reasons_of(message)
            found[message] = Unplaced(pod, message, reasons, _main(reasons))
    return tuple(found.values())


def waits_for(workload: Workload, *kinds: str) -> Iterator[tuple[Unplaced, Reason]]:
    """Unplaced pods whose main reason is of such a kind, with that reason; each kind and subject once."""
    told = set()
    for one in unplaced(workload):
        reason = one.main
        if reason and reason.kind in kinds and (reason.kind, reason.what) not in told:
            told.add((reason.kind, reason.what))
            yield one, reason


def reasons_of(message: str) -> tuple[Reason, ...]:
    """The reasons in a message of the scheduler."""
    body = _TAIL.sub("", message).strip().rstrip(".")
    if "nodes are available" not in body:
        kinds = (("unbound", 0) if "unbound immediate" in body else ("other", 0),)
        return tuple(Reason(kind, count, body) for kind, count in kinds)
    parts = re.split(r",\s+(?=\d+ )", _HEAD.sub("", body, count=1))
    return tuple(_reason(int(match[1]), match[2].strip()) for part in parts if (match := _ONE.fullmatch(part.strip())))


def _reason(count: int, text: str) -> Reason:
    if taint := _TAINT.search(text):
        key = taint["key"].strip()
        kind = "node-state" if OF_NODE_STATE.match(key) else "taint"
        return Reason(kind, count, text, key, taint["value"].strip())
    if "taint" in text:
        return Reason("taint", count, text)
    for kind, pattern in _KINDS:
        if match := pattern.search(text):
            return Reason(kind, count, text, match.groupdict().get("what") or "")
    return Reason("other", count, text)


def _main(reasons: Iterable[Reason]) -> Reason | None:
    """The reason of the nodes that were meant: a selector leaves others out on purpose, as do taints of their pools;
    nodes of the control plane, and those that are not ready, take nothing anyway. Then what most nodes share.
    """

    def weight(reason: Reason) -> tuple[int, int]:
        if reason.kind == "node-state" or OF_CONTROL_PLANE.match(reason.what):
            return 0, reason.count
        return {"selector": 1, "taint": 2}.get(reason.kind, 3), reason.count

    return max(reasons, key=weight, default=None)


def _message(workload: Workload, pod: Pod) -> str | None:
    """Why a pod has no node now; None when it has one, or nobody has said anything yet."""
    if pod.spec.node_name or pod.status.phase not in {"", "Pending"} or pod.metadata.deletion_timestamp:
        return None
    condition = pod.status.condition("PodScheduled")
    if condition and condition.status == "False" and condition.message and condition.reason != "SchedulingGated":
        return condition.message
    said = events(workload, "FailedScheduling", pod=pod)
    return said[-1].message if said else None


def nodes_of(workload: Workload) -> tuple[Node, ...]:
    """The nodes, empty when they could not be read."""
    return () if isinstance(workload.nodes, Missing) else workload.nodes


def asked_for(pod: Pod, resource: str) -> float | None:
    """How much of a resource a pod asks for: its containers together, or the largest init container if that is more.

    A limit without a request counts as the request. Source: "Resource Management for Pods and Containers".
    """

    def of(container: object) -> float:
        resources = container.resources  # type: ignore[attr-defined]
        return amount(resources.requests.get(resource, resources.limits.get(resource))) or 0.0

    spec = pod.spec
    stays = sum(of(one) for one in spec.init_containers if one.restart_policy == "Always")
    first = max((of(one) for one in spec.init_containers if one.restart_policy != "Always"), default=0.0)
    total = max(sum(map(of, spec.containers)) + stays, first)
    return total or None
