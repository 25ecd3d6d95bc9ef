"""Tables: what plain `kubectl get` asks for, a few columns of each object."""

from collections.abc import Callable
from typing import Any

Item = dict[str, Any]
Cell = Callable[[Item], Any]


def table(listed: Item) -> Item:
    """A list, or one object, as a Table."""
    items = listed.get("items", [listed])
    kind = listed["kind"].removesuffix("List")
    columns: dict[str, Cell] = {"Name": lambda one: one["metadata"]["name"], **COLUMNS.get(kind, {}), "Age": _age}
    if kind == "Event":
        columns = COLUMNS[kind]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": listed["metadata"] if "items" in listed else {},
        "columnDefinitions": [
            {
                "name": name,
                "type": "string",
                "format": "name" if name == "Name" else "",
                "description": "",
                "priority": 0,
            }
            for name in columns
        ],
        "rows": [
            {
                "cells": [cell(one) for cell in columns.values()],
                "object": {
                    "kind": "PartialObjectMetadata",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": one["metadata"],
                },
            }
            for one in items
        ],
    }


def partial(listed: Item) -> Item:
    """A list, or one object, with nothing but metadata."""
    one = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
    if "items" not in listed:
        return one | {"metadata": listed["metadata"]}
    return {
        "kind": "PartialObjectMetadataList",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": listed["metadata"],
        "items": [one | {"metadata": item["metadata"]} for item in listed["items"]],
    }


def _age(one: Item) -> str:
    return str(one["metadata"].get("creationTimestamp") or "<unknown>")


def _ready(one: Item) -> str:
    statuses = one.get("status", {}).get("containerStatuses", ())
    return f"{sum(status['ready'] for status in statuses)}/{len(one['spec']['containers'])}"


def _state(one: Item) -> str:
    status = one.get("status", {})
    if one["metadata"].get("deletionTimestamp"):
        return "Terminating"
    for container in status.get("containerStatuses", ()):
        for how in ("waiting", "terminated"):
            if reason := container.get("state", {}).get(how, {}).get("reason"):
                return str(reason)
    return str(status.get("reason") or status.get("phase", "Unknown"))


def _restarts(one: Item) -> int:
    return sum(status.get("restartCount", 0) for status in one.get("status", {}).get("containerStatuses", ()))


COLUMNS: dict[str, dict[str, Cell]] = {
    "Pod": {"Ready": _ready, "Status": _state, "Restarts": _restarts},
    "Deployment": {
        "Ready": lambda one: f"{one.get('status', {}).get('readyReplicas', 0)}/{one['spec'].get('replicas', 1)}",
        "Up-to-date": lambda one: one.get("status", {}).get("updatedReplicas", 0),
        "Available": lambda one: one.get("status", {}).get("availableReplicas", 0),
    },
    "Event": {
        "Last Seen": lambda one: one.get("lastTimestamp") or one.get("eventTime"),
        "Type": lambda one: one.get("type"),
        "Reason": lambda one: one.get("reason"),
        "Object": lambda one: f"{one['involvedObject'].get('kind', '').lower()}/{one['involvedObject'].get('name')}",
        "Message": lambda one: one.get("message") or one.get("note"),
    },
}
