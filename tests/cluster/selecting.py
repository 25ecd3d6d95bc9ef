"""Label and field selectors, as the server reads them."""

import re
from collections.abc import Callable
from typing import Any

from cluster.answers import Refusal

Fits = Callable[[dict[str, Any]], bool]
_SET = re.compile(r"^(\S+)\s+(in|notin)\s+\(([^)]*)\)$")
_EQUAL = re.compile(r"^([^=!\s]+)\s*(==|=|!=)\s*(.*)$")
_BETWEEN = re.compile(r",(?![^(]*\))")

_INVOLVED = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
FIELDS = {
    "pods": (
        *("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName"),
        *("status.phase", "status.podIP", "status.nominatedNodeName"),
    ),
    "events": (*(f"involvedObject.{one}" for one in _INVOLVED), "reason", "reportingComponent", "source", "type"),
    "secrets": ("type",),
    "nodes": ("spec.unschedulable",),
    "namespaces": ("status.phase",),
    "replicasets": ("status.replicas",),
    "jobs": ("status.successful",),
}
_OF_NEW_EVENTS = {"regarding.": "involvedObject.", "reportingController": "reportingComponent"}


def by_labels(selector: str) -> Fits:
    """Which objects a label selector takes. Refused as the server does when it cannot be read."""
    tests = [_requirement(part.strip()) for part in _BETWEEN.split(selector) if part.strip()]
    return lambda one: all(test(one["metadata"].get("labels") or {}) for test in tests)


def _requirement(text: str) -> Callable[[dict[str, str]], bool]:
    if found := _SET.match(text):
        key, how, listed = found.groups()
        values = {value.strip() for value in listed.split(",")}
        return lambda labels: (labels.get(key) in values) == (how == "in")
    if found := _EQUAL.match(text):
        key, how, wanted = found.groups()
        return lambda labels: (labels.get(key) == wanted) == (how != "!=")
    if re.fullmatch(r"!?[\w./-]+", text):
        return lambda labels: (text.lstrip("!") in labels) != text.startswith("!")
    raise Refusal(400, f"unable to parse requirement: {text!r}")


def by_fields(selector: str, resource: str, group: str) -> Fits:
    """Which objects a field selector takes; only the fields that this resource knows may be named."""
    wanted: list[tuple[str, bool, str]] = []
    for part in filter(None, selector.split(",")):
        found = _EQUAL.match(part)
        if not found:
            raise Refusal(400, f"invalid selector: '{selector}'; can't understand '{part}'")
        name, how, value = found.groups()
        if group == "events.k8s.io":
            for new, old in _OF_NEW_EVENTS.items():
                name = name.replace(new, old)
        if name not in ("metadata.name", "metadata.namespace", *FIELDS.get(resource, ())):
            raise Refusal(400, f"field label not supported: {name}")
        wanted.append((name, how != "!=", value))
    return lambda one: all((_value(one, name) == value) == same for name, same, value in wanted)


def _value(one: Any, path: str) -> str:
    if path == "source":
        path = "source.component"
    for name in path.split("."):
        one = one.get(name) if isinstance(one, dict) else None
    return {None: "", True: "true", False: "false"}.get(one, str(one)) if not isinstance(one, str) else one
