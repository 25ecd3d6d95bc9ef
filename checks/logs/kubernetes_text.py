"""What kubectl prints, read as text: which pod and container a line speaks of, and what became of them.

The forms are those of `kubectl describe pod`, `kubectl get pods` and `kubectl get events`, and the same objects as YAML
or JSON (kubernetes/kubectl, pkg/describe/describe.go; kubernetes/kubernetes, pkg/printers/internalversion/printers.go).
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from checks.logs.lines import Line
from checks.logs.place import Place, Reader

LONGEST = 4000  # characters of a line that are read

_NAME = r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?"
_TITLE = re.compile(rf"^\s{{0,4}}Name:\s+({_NAME})\s*$")
_OBJECT = re.compile(rf"\b[Pp]od[/ ]\"?({_NAME})")
_ROW = re.compile(rf"^(?:{_NAME}\s+)?({_NAME})\s+(\d+)/(\d+)\s+([A-Z][\w:]*)\s+\d+")
_ASSIGNED = re.compile(rf"Successfully assigned (?:{_NAME}/)?({_NAME}) to ")
_PULLED = re.compile(r"(?:Successfully pulled image|Container image) \\*[\"']?([^\"'\\\s]+)")
_SECTION = re.compile(r"^(\s*)(Init Containers|Containers|Ephemeral Containers):\s*$")
_HEADER = re.compile(r"^(\s*)([a-z0-9][-a-z0-9]*):\s*$")
_LIMIT = re.compile(r"^\s*[Ll]imits:\s*$")
_MEMORY = re.compile(r"^\s*memory:\s+[\"']?([0-9.]+[A-Za-z]*)")
_KEY_NAME = re.compile(r"^\s*(?:- )?\"?name\"?:\s*\"?([a-z0-9][-a-z0-9]*)\"?,?\s*$")
_LISTENING = re.compile(
    r"(?:[Ll]istening (?:at|on|to)(?: port)?:?|[Uu]vicorn running on|Running on(?: http)?|[Ss]erving (?:on|at)"
    r"|server (?:started|running) (?:on|at)|Started (?:GRPC\w*|HTTP\w*) (?:Inference)?Service at|[Ss]tarted on port)"
    r"\s*:?\s*\(?(?:https?://)?(?P<host>\[::\]|\[::1\]|[\w.*-]+)?:?(?P<port>\d{2,5})\b"
)
_MARKS = (
    "Name:",
    "Successfully ",
    "Container image",
    "ontainers:",
    "/",
    "istening",
    "unning on",
    "erving ",
    "tarted ",
    "restarted",
)


@dataclass(slots=True)
class Text:
    """What was found in one pass over a log. Positions count lines from 0."""

    names: list[tuple[int, str]] = field(default_factory=list)
    rows: dict[str, tuple[int, bool, str]] = field(default_factory=dict)
    assigned: dict[str, int] = field(default_factory=dict)
    pulled: dict[str, int] = field(default_factory=dict)
    started: list[tuple[int, str]] = field(default_factory=list)
    listens: dict[str, str] = field(default_factory=dict)
    killed: list[int] = field(default_factory=list)


class _Same:
    """The lines of one log as a key: the same object, not equal text."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines

    def __hash__(self) -> int:
        return id(self.lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.lines is self.lines


def said(line: Line) -> str:
    """The line with its prefix, which may name the pod; of a text inside another, that text alone."""
    return line.text if line.derived else line.raw


def text_of(place: Place) -> Text:
    """What the whole log says of pods, read once however many places ask."""
    return _read(_Same(place.lines))


@lru_cache(maxsize=2)
def _read(key: _Same) -> Text:
    text = Text()
    for position, line in enumerate(key.lines):
        raw = said(line)
        if len(raw) > LONGEST or not any(mark in raw for mark in _MARKS):
            continue
        if found := _TITLE.match(raw):
            text.names.append((position, found[1]))
        if found := _ROW.match(raw.lstrip()):
            ready = found[2] == found[3] != "0" and found[4] == "Running"
            text.rows[found[1]] = (position, ready, found[4])
        if found := _ASSIGNED.search(raw):
            text.assigned[found[1]] = position
        if found := _PULLED.search(raw):
            text.pulled[found[1]] = position
        if "Started container" in raw:
            owner = _OBJECT.search(raw)
            text.started.append((position, owner[1] if owner else ""))
        if " probe, will be restarted" in raw:
            text.killed.append(position)
        if found := _LISTENING.search(raw):
            text.listens.setdefault(found["port"], found["host"] or "")
    return text


def pod_at(place: Place) -> str:
    """The pod that a line speaks of: named in it (`pod/NAME`), or heading the description it stands in; or empty."""
    raw = said(place.lines[place.position])
    if found := _OBJECT.search(raw[:LONGEST]):
        return found[1]
    names = text_of(place).names
    at = bisect_right(names, (place.position, "\uffff"))
    return names[at - 1][1] if at else ""


def ready_later(place: Place) -> bool:
    """True when a list of pods shows that the pod of this line (where no pod is named: every pod) works.

    A pod that is not listed was replaced: the other pods of its deployment tell instead.
    """
    rows = text_of(place).rows
    pod = pod_at(place)
    if pod in rows:
        return rows[pod][1]
    kin = f"{pod.rsplit('-', 2)[0]}-" if pod else ""
    ready = [row[1] for name, row in rows.items() if name.startswith(kin)]
    return bool(ready) and all(ready)


def started_later(place: Place) -> bool:
    """True when a container of the same pod started after this line, so that what it says had passed."""
    pod = pod_at(place)
    return any(
        position > place.position and (owner == pod or not owner or not pod)
        for position, owner in text_of(place).started
    )


def container_at(place: Place) -> tuple[str, bool]:
    """The container in whose description a line stands, and whether it is an init container; empty outside of one."""
    lines, position = place.lines, place.position
    here = lines[position].raw
    indent = len(here) - len(here.lstrip())
    name, depth = "", indent
    for back in range(position - 1, max(-1, position - 150), -1):
        raw = lines[back].raw
        if section := _SECTION.match(raw):
            return (name, section[2].startswith("Init")) if name else ("", False)
        found = _HEADER.match(raw)
        if found and len(found[1]) < depth:
            name, depth = found[2], len(found[1])
    for ahead in range(position + 1, min(len(lines), position + 12)):  # YAML and JSON: the name stands below lastState
        found = _KEY_NAME.match(lines[ahead].raw)
        if found:
            return found[1], False
    return "", False


def memory_limit_at(place: Place) -> str:
    """The memory limit of the container in whose description a line stands, as written; or empty."""
    for ahead in range(place.position, min(len(place.lines), place.position + 30)):
        raw = place.lines[ahead].raw
        if ahead > place.position and (_SECTION.match(raw) or raw.startswith("Conditions:")):
            return ""
        if _LIMIT.match(raw):
            for more in place.lines[ahead + 1 : ahead + 8]:
                if found := _MEMORY.match(more.raw):
                    return found[1]
                if re.match(r"^\s*[Rr]equests:", more.raw):
                    return ""
    return ""


def out_of_memory(place: Place, _fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Container and limit of one that was killed for its memory."""
    name, _ = container_at(place)
    limit = memory_limit_at(place)
    pod = pod_at(place) or _row_name(place)
    return {
        "container": f"container `{name}`" if name else f"a container of pod `{pod}`" if pod else "the container",
        "limit": f" of {limit}" if limit else "",
    }


def _row_name(place: Place) -> str:
    found = _ROW.match(place.lines[place.position].raw.lstrip())
    return found[1] if found else ""


def ended(place: Place, _fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Which container ended with an exit code."""
    name, _ = container_at(place)
    return {"container": f"container `{name}`" if name else "the container"}


_STATE = re.compile(r"(?:[Pp]revious ?|[Ll]ast ?|[Cc]urrent ?)?[Ss]tate\b(?=\"?:\s*(?:\{|$|[A-Z]))")


def completed(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """As `ended`, for an exit without error that was followed by another start: the last state, no init container."""
    here = place.lines[max(0, place.position - 6) : place.position + 1]
    states = [found[0] for line in here for found in _STATE.finditer(said(line)[:LONGEST])]
    restarted = bool(states) and states[-1].lower() not in {"state", "currentstate"}
    return ended(place, fields) if restarted and not container_at(place)[1] else None


_SELECTOR = re.compile(r"^\s*Selector:\s+([\w./-]+=[\w.-]+(?:,[\w./-]+=[\w.-]+)*)\s*$")
_LABELS = re.compile(r"(?:^\s*Labels:\s+|\s)((?:[\w./-]+=[\w.-]+)(?:,[\w./-]+=[\w.-]+)*)\s*$")
_GENERATED = ("pod-template-hash", "controller-revision-hash", "statefulset.kubernetes.io/")


def selector_mismatch(place: Place, _fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Selector of a Service and the labels of the pods shown beside it, when none of them agrees."""
    lines = place.lines[max(0, place.position - 80) : place.position + 80]
    selector = next((found[1] for line in lines if (found := _SELECTOR.match(line.raw))), "")
    wanted = set(selector.split(",")) if selector else set()
    pods = [
        set(found[1].split(","))
        for line in lines
        if _ROW.match(line.raw.lstrip()) and (found := _LABELS.search(line.raw))
    ]
    if not wanted or not pods or any(wanted <= labels for labels in pods):
        return None
    shown = sorted({label for labels in pods for label in labels if not label.startswith(_GENERATED)})
    return {"selector": selector, "labels": ", ".join(shown[:4])}


def unless_started(place: Place, _fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses what passed: a container of the pod started later, or the pod is shown ready."""
    return None if started_later(place) or ready_later(place) else {}


def unless_ready(place: Place, _fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses what did no harm: the pod is shown ready."""
    return None if ready_later(place) else {}


_WANTS_DEVICE = re.compile(r"nvidia\.com/|Insufficient [\w.-]+/|\bCUDA\b|--gpus\b")
"""What a pod that is to have a GPU says, or is told."""


def no_device_wanted(place: Place, _fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Accepts a node without a GPU: a list of pods shows every one ready, and nothing in the text asks for a GPU."""
    rows = text_of(place).rows.values()
    if not rows or not all(row[1] for row in rows):
        return None
    return None if any(_WANTS_DEVICE.search(line.raw[:LONGEST]) for line in place.lines) else {}


READERS: Mapping[str, Reader] = {
    "no-device-wanted": no_device_wanted,
    "out-of-memory": out_of_memory,
    "completed": completed,
    "ended": ended,
    "selector-mismatch": selector_mismatch,
    "unless-started": unless_started,
    "unless-ready": unless_ready,
}
