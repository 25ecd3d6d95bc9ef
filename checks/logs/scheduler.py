"""The message of the Kubernetes scheduler: why each node refused a pod, and which refusal is the one to cure.

`0/7 nodes are available: 1 node(s) had untolerated taint {a: b}, 3 Insufficient nvidia.com/gpu. preemption: ...`
(kubernetes/kubernetes, pkg/scheduler/framework/types.go, FitError). The scheduler asks taints first, then selectors,
then resources, and counts for each node only what refused it; so reasons of nodes that the pod was never meant for
stand beside the reason of those that it needs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from checks.logs.kubernetes_text import pod_at, text_of
from checks.logs.place import Place, Reader

MESSAGE = re.compile(r"(?P<fit>\d+)/(?P<all>\d+) nodes are available:\s*(?P<reasons>.*)", re.DOTALL)
LONGEST = 8000  # characters of a message that are read


class Kind(StrEnum):
    """What a node refused a pod for, as the end of a reader's name."""

    CLAIM = "claim"
    TAINT = "taint"
    SPREAD = "spread"
    POD_AFFINITY = "pod-affinity"
    ACCELERATOR = "accelerator"
    RESOURCES = "resources"
    PODS = "pods"
    PORTS = "ports"
    VOLUME_NODE = "volume-node"
    VOLUME_COUNT = "volume-count"
    SELECTOR = "selector"
    CORDONED = "cordoned"
    NOT_READY = "not-ready"
    CONTROL_PLANE = "control-plane"
    OTHER = "other"


ORDER = tuple(Kind)
"""Of two reasons, the one that stands earlier is the one to cure, but for what `primary` says of taints."""

ASIDE = {Kind.CORDONED, Kind.NOT_READY, Kind.CONTROL_PLANE, Kind.OTHER}
"""Reasons of nodes that were not meant to run the pod; they count where nothing else is left."""

_TAINT = re.compile(r"taints? \{(?P<key>[^:}]*):? ?(?P<value>[^}]*)\}")
_INSUFFICIENT = re.compile(r"Insufficient (?P<resource>[\w./-]+)")
_CONTROL = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master", "node-role.kubernetes.io/etcd")
_HOST = ("node-role.kubernetes.io/infra", "CriticalAddonsOnly", "node.cloudprovider.kubernetes.io/uninitialized")
_DOWN = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "node.kubernetes.io/network-unavailable")
_PRESSURE = (
    "node.kubernetes.io/memory-pressure",
    "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/pid-pressure",
)
_BY_WORDS: tuple[tuple[str, Kind], ...] = (
    ("persistentvolumeclaim", Kind.CLAIM),
    ("didn't find available persistent volumes", Kind.CLAIM),
    ("volume node affinity conflict", Kind.VOLUME_NODE),
    ("persistentvolume's node affinity", Kind.VOLUME_NODE),
    ("no available volume zone", Kind.VOLUME_NODE),
    ("exceed max volume count", Kind.VOLUME_COUNT),
    ("topology spread constraints", Kind.SPREAD),
    ("anti-affinity", Kind.POD_AFFINITY),
    ("pod affinity", Kind.POD_AFFINITY),
    ("node affinity", Kind.SELECTOR),
    ("node selector", Kind.SELECTOR),
    ("didn't match the requested node name", Kind.SELECTOR),
    ("free ports", Kind.PORTS),
    ("too many pods", Kind.PODS),
    ("were unschedulable", Kind.CORDONED),
    ("not ready", Kind.NOT_READY),
    ("unreachable", Kind.NOT_READY),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some nodes refused a pod. `subject` is the taint, the resource, the claim; `count` the number of nodes."""

    kind: Kind
    count: int
    text: str
    subject: str = ""


def reasons(message: str) -> tuple[int, tuple[Reason, ...]]:
    """The number of nodes, and their reasons in the order of the message. (0, ()) for another text."""
    found = MESSAGE.search(message[:LONGEST])
    if found is None:
        return 0, ()
    total = int(found["all"])
    body = re.split(r"\.? preemption: |\. ?no new claims|\\n|\"[,}]|' ", found["reasons"], maxsplit=1)[0]
    parts = (part.strip().rstrip(".,'\"") for part in re.split(r", (?=\d+ )", body.strip()))
    return total, tuple(_reason(part, total) for part in parts if part)


def _reason(part: str, total: int) -> Reason:
    counted = re.match(r"(\d+) (.+)", part, re.DOTALL)
    count, text = (int(counted[1]), counted[2]) if counted else (total, part)
    if taint := _TAINT.search(text):
        key, value = taint["key"].strip(), taint["value"].strip()
        shown = f"{key}={value}" if value else key
        if key in _CONTROL or key in _HOST:
            return Reason(Kind.CONTROL_PLANE, count, text, shown)
        if key in _DOWN or key in _PRESSURE:
            return Reason(Kind.NOT_READY, count, text, shown)
        if key == "node.kubernetes.io/unschedulable":
            return Reason(Kind.CORDONED, count, text, shown)
        return Reason(Kind.TAINT, count, text, shown)
    if short := _INSUFFICIENT.search(text):
        resource = short["resource"].rstrip(".,")
        if resource == "pods":
            return Reason(Kind.PODS, count, text, resource)
        return Reason(Kind.ACCELERATOR if "/" in resource else Kind.RESOURCES, count, text, resource)
    lowered = text.lower()
    kind = next((kind for words, kind in _BY_WORDS if words in lowered), Kind.OTHER)
    if "untolerated taint" in lowered or "didn't tolerate" in lowered:
        kind = Kind.TAINT  # versions before 1.20 do not say which
    claim = re.search(r"persistentvolumeclaim \\*[\"']?([\w.-]+)", text)
    return Reason(kind, count, text, claim[1] if claim else "")


def primary(found: Sequence[Reason]) -> Reason | None:
    """The refusal to cure. None without reasons.

    A taint that the pod does not tolerate stands on the nodes made for it when the others lack an accelerator that it
    asks for, or when nothing but selectors is left; where the others lack CPU or memory, the tainted ones are
    somebody else's.
    """
    meant = [reason for reason in found if reason.kind not in ASIDE] or list(found)
    if not meant:
        return None
    kinds = {reason.kind for reason in meant}
    if Kind.TAINT in kinds and kinds & {Kind.RESOURCES, Kind.PODS, Kind.PORTS} and Kind.ACCELERATOR not in kinds:
        meant = [reason for reason in meant if reason.kind is not Kind.TAINT]
    return min(meant, key=lambda reason: (ORDER.index(reason.kind), -reason.count))


def told(found: Sequence[Reason]) -> str:
    """All reasons with their counts, as a clause."""
    return "; ".join(f"{one.count} {_plural(one)}" for one in sorted(found, key=lambda one: -one.count))


def _plural(one: Reason) -> str:
    nodes = "node" if one.count == 1 else "nodes"
    text = one.text.removeprefix("node(s) ").strip()
    if one.subject and one.kind in {Kind.ACCELERATOR, Kind.RESOURCES}:
        return f"{nodes} with insufficient {one.subject}"
    if one.subject and one.kind in {Kind.TAINT, Kind.CONTROL_PLANE, Kind.NOT_READY, Kind.CORDONED}:
        return f"{nodes} with the untolerated taint `{one.subject}`"
    return f"{nodes}: {text}"


def scheduling(kind: Kind, place: Place, _fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Fields of the scheduler's message at a place when its reason to cure is of this kind, and it still holds.

    `reasons` are all of them, `subject` what is missing or in the way, `nodes` how many nodes there are, `pod` the pod
    (or `the pod`), `autoscaler` what the cluster autoscaler said of it, as a sentence with a space before, or empty.
    """
    message = _whole(place)
    total, found = reasons(message)
    first = primary(found)
    if first is None or first.kind is not kind or _passed(place) or _said_later(place, found):
        return None
    subjects = dict.fromkeys(one.subject for one in found if one.kind is kind and one.subject)
    return {
        "pod": f"pod `{pod}`" if (pod := pod_at(place)) else "the pod",
        "Pod": f"Pod `{pod}`" if pod else "The pod",
        "nodes": str(total),
        "subject": " and ".join(list(subjects)[:3]),
        "reasons": told(found),
        "autoscaler": _autoscaler(place),
    }


def _whole(place: Place) -> str:
    """The message, of YAML with the lines into which it was folded."""
    text = place.lines[place.position].text
    raw = place.lines[place.position].raw
    if not re.match(r"\s*-?\s*message: ", raw):
        return text
    indent = len(raw) - len(raw.lstrip())
    for line in place.lines[place.position + 1 : place.position + 15]:
        deeper = len(line.raw) - len(line.raw.lstrip()) > indent
        if not deeper or re.match(r"\s*-?\s*[A-Za-z]+: ", line.raw):
            break
        text += " " + line.raw.strip()
    return text


def _passed(place: Place) -> bool:
    """True when the pod found a node in the end."""
    pod, known = pod_at(place), text_of(place)
    if pod and pod in known.assigned:
        return True
    if pod and pod in known.rows:
        return known.rows[pod][2] not in {"Pending", "Unschedulable"}
    return not pod and any(position > place.position for position in known.assigned.values())


def _said_later(place: Place, found: Sequence[Reason]) -> bool:
    """True when the same pod gets a message of the same reasons with other counts later: that one is told."""
    pod, first = pod_at(place), primary(found)
    for position in range(place.position + 1, min(len(place.lines), place.position + 200)):
        line = place.lines[position]
        if " nodes are available:" not in line.text or (pod and pod not in line.raw):
            continue
        _, others = reasons(line.text)
        other = primary(others)
        same = other is not None and first is not None and other.kind is first.kind and others != tuple(found)
        if same and pod_at(Place(place.lines, position, None)) == pod:
            return True
    return False


_NOT_TRIGGERED = re.compile(r"pod didn't trigger scale-up[^:]*:\s*(?P<why>[^\"\\]{1,300})")


def _autoscaler(place: Place) -> str:
    near = place.lines[max(0, place.position - 60) : place.position + 60]
    for line in near:
        if "trigger scale-up" in line.raw and (found := _NOT_TRIGGERED.search(line.raw)):
            return f" The cluster autoscaler adds no node for it either: {found['why'].strip().rstrip('.')}."
    return ""


READERS: Mapping[str, Reader] = {f"scheduling-{kind.value}": partial(scheduling, kind) for kind in Kind}
"""A reader for each kind of refusal."""
