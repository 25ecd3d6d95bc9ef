"""Objects of Kubernetes (`kubectl get ... -o json`) as the lines that kubectl would print for people to read."""

from collections.abc import Iterator
from typing import Any

Object = dict[str, Any]


def items_of(document: object) -> list[Object] | None:
    """The objects in a document, None when it holds none of Kubernetes."""
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("items"), list) and str(document.get("kind", "List")).endswith("List"):
        kind = str(document.get("kind", "List")).removesuffix("List")
        objects = [
            one if "kind" in one else {**one, "kind": kind} for one in document["items"] if isinstance(one, dict)
        ]
        return objects if document["items"] == [] or any("metadata" in one for one in objects) else None
    return [document] if "kind" in document and ("apiVersion" in document or "metadata" in document) else None


def text_of(one: Object) -> str:
    """What matters of one object: an event's message, a pod's containers with their states, conditions that fail."""
    kind = one.get("kind")
    if kind == "Event":
        return _event(one)
    if kind == "Status":
        return f"Error from server ({one.get('reason', one.get('code', ''))}): {one.get('message', '')}"
    return "\n".join(_pod(one) if kind == "Pod" else _other(one))


def time_of(one: Object) -> str:
    """When an event was seen last; empty for other objects, whose order is left alone."""
    if one.get("kind") != "Event":
        return ""
    series = one.get("series") if isinstance(one.get("series"), dict) else {}
    times = (
        one.get("lastTimestamp"),
        (series or {}).get("lastObservedTime"),
        one.get("eventTime"),
        _meta(one).get("creationTimestamp"),
    )
    return str(next((time for time in times if time), ""))


def _meta(one: Object) -> Object:
    metadata = one.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _dict(one: object, name: str) -> Object:
    value = one.get(name) if isinstance(one, dict) else None
    return value if isinstance(value, dict) else {}


def _list(one: object, name: str) -> list[Object]:
    value = one.get(name) if isinstance(one, dict) else None
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _event(one: Object) -> str:
    about = _dict(one, "involvedObject") or _dict(one, "regarding")
    number = one.get("count") or one.get("deprecatedCount") or _dict(one, "series").get("count") or 1
    message = one.get("message") or one.get("note") or ""
    name = f"{str(about.get('kind', '')).lower()}/{about.get('name', '')}".strip("/")
    times = f" (x{number})" if isinstance(number, int) and number > 1 else ""
    words = (f"{time_of(one) or '<unknown>'}{times}", one.get("type", "Normal"), one.get("reason", ""), name, message)
    return "   ".join(map(str, words))


def _pod(one: Object) -> Iterator[str]:
    spec, status = _dict(one, "spec"), _dict(one, "status")
    yield f"Name:         {_meta(one).get('name', '')}"
    yield f"Namespace:    {_meta(one).get('namespace', 'default')}"
    if spec.get("nodeName"):
        yield f"Node:         {spec['nodeName']}"
    yield f"Status:       {status.get('phase', 'Unknown')}"
    for name in ("reason", "message"):
        if status.get(name):
            yield f"{name.title()}:       {status[name]}"
    told = {str(state.get("name")): state for kind in STATUSES.values() for state in _list(status, kind)}
    for kind, heading in (("initContainers", "Init Containers:"), ("containers", "Containers:")):
        containers = _list(spec, kind) or _list(status, STATUSES[kind])
        if containers:
            yield heading
        for container in containers:
            yield from _container(container, told.get(str(container.get("name")), {}))
    yield from _conditions(status)


STATUSES = {"initContainers": "initContainerStatuses", "containers": "containerStatuses"}


def _container(spec: Object, status: Object) -> Iterator[str]:
    yield f"  {spec.get('name', '')}:"
    yield f"    Image:          {spec.get('image') or status.get('image', '')}"
    for name, heading in (("state", "State:"), ("lastState", "Last State:")):
        for kind, detail in _dict(status, name).items():
            yield f"    {heading:<15} {kind.capitalize()}"
            for field, label in (
                ("reason", "Reason"),
                ("message", "Message"),
                ("exitCode", "Exit Code"),
                ("signal", "Signal"),
            ):
                value = detail.get(field) if isinstance(detail, dict) else None
                if value not in {None, ""}:
                    first, *more = str(value).rstrip("\n").split("\n")
                    yield f"      {label + ':':<13} {first}"
                    yield from more
    if status:
        yield f"    Ready:          {status.get('ready', False)}"
        yield f"    Restart Count:  {status.get('restartCount', 0)}"
    for name in ("limits", "requests"):
        amounts = _dict(_dict(spec, "resources"), name)
        if amounts:
            yield f"    {name.capitalize()}:"
            yield from (f"      {resource + ':':<8}  {amount}" for resource, amount in amounts.items())


def _conditions(status: Object) -> Iterator[str]:
    conditions = _list(status, "conditions")
    if conditions:
        yield "Conditions:"
    for one in conditions:
        told = "   ".join(str(one[name]) for name in ("reason", "message") if one.get(name))
        yield f"  {one.get('type', '')}   {one.get('status', '')}   {told}".rstrip()


def _other(one: Object) -> Iterator[str]:
    yield f"Name:         {_meta(one).get('name', '')}"
    yield f"Kind:         {one.get('kind', '')}"
    status = _dict(one, "status")
    for name in ("replicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "phase", "reason", "message"):
        if status.get(name) is not None:
            yield f"{name}: {status[name]}"
    yield from _conditions(status)
