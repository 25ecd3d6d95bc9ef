"""The objects of the cluster: lists in pages, single ones, and what is written to them, all in memory."""

import base64
import json
import threading
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from cluster.answers import Refusal, not_found
from cluster.resources import Resource
from cluster.selecting import by_fields, by_labels

Item = dict[str, Any]
_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results."
)


class Store:
    """Objects by group and plural name, in the order of namespace and name."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], dict[tuple[str, str], Item]] = {}
        self.lock = threading.RLock()
        self.revision = 3000
        self.oldest = 0
        """Lists that began before this revision have expired."""

    def put(self, group: str, plural: str, items: Iterable[Item]) -> None:
        """Take objects as they are; what they lack for the API is added."""
        with self.lock:
            self.revision += 1
            kept = self._items.setdefault((group, plural), {})
            for item in items:
                metadata = item.setdefault("metadata", {})
                metadata.setdefault("uid", str(uuid.uuid4()))
                metadata.setdefault("resourceVersion", str(self.revision))
                metadata.setdefault("creationTimestamp", "2026-11-20T18:00:00Z")
                kept[metadata.get("namespace", ""), metadata["name"]] = item
            self._items[group, plural] = dict(sorted(kept.items()))

    def drop(self, group: str, plural: str, namespace: str, name: str) -> None:
        """Forget one object."""
        with self.lock:
            self.revision += 1
            self._items.get((group, plural), {}).pop((namespace, name), None)

    def all(self, group: str, plural: str, namespace: str | None = None) -> list[Item]:
        """The objects of a resource."""
        with self.lock:
            kept = self._items.get((group, plural), {})
            return [one for (where, _), one in kept.items() if namespace is None or where == namespace]

    def expire(self) -> None:
        """From now on no token that was handed out is good any more, as after a compaction."""
        with self.lock:
            self.revision += 1
            self.oldest = self.revision

    def namespaces(self) -> set[str]:
        """Every namespace that an object lives in or that was made."""
        with self.lock:
            made = {name for _, name in self._items.get(("", "namespaces"), {})}
            return made | {where for kept in self._items.values() for where, _ in kept if where}


def read_all(store: Store, resource: Resource, namespace: str | None) -> list[Item]:
    """The objects in the form of the version that is asked for. Derived are events of the newer API, endpoint slices
    of endpoints, namespaces of what lives in them; other versions of one group differ by their name alone.
    """
    if resource.group == "events.k8s.io":
        return [newer_event(one) for one in store.all("", "events", namespace)]
    found = store.all(resource.group, resource.plural, namespace)
    if resource.plural == "endpointslices" and not found:
        old = resource.version != "v1"
        return [piece for one in store.all("", "endpoints", namespace) for piece in slices(one, old=old)]
    if resource.plural == "ingresses" and resource.group == "extensions":
        return store.all("networking.k8s.io", "ingresses", namespace)
    if resource.plural == "namespaces":
        named = {one["metadata"]["name"] for one in found}
        found += [
            {
                "metadata": {"name": name, "uid": name},
                "spec": {"finalizers": ["kubernetes"]},
                "status": {"phase": "Active"},
            }
            for name in sorted(store.namespaces() - named)
        ]
    return found


def read_one(store: Store, resource: Resource, namespace: str, name: str) -> Item:
    """One object. Refused with 404 when there is none."""
    for one in read_all(store, resource, namespace if resource.namespaced else None):
        if one["metadata"]["name"] == name:
            return one
    plural = f"{resource.plural}.{resource.group}" if resource.group else resource.plural
    raise not_found(plural, name)


def read_list(store: Store, resource: Resource, namespace: str | None, query: Mapping[str, str]) -> Item:
    """One page of a list."""
    items = read_all(store, resource, namespace)
    chosen = bool(query.get("labelSelector") or query.get("fieldSelector"))
    if chosen:
        labels = by_labels(query.get("labelSelector", ""))
        fields = by_fields(query.get("fieldSelector", ""), resource.plural, resource.group)
        items = [one for one in items if labels(one) and fields(one)]
    # A list of any age comes out of a cache, which knows no pages.
    limit = 0 if query.get("resourceVersion") == "0" else int(query.get("limit") or 0)
    revision, start = store.revision, 0
    if token := query.get("continue"):
        revision, start = _opened(token)
        if revision < store.oldest:
            raise Refusal(410, _TOO_OLD, reason="Expired", metadata={"continue": _token(store.revision, start)})
    metadata: Item = {"resourceVersion": str(revision)}
    page = items[start : start + limit] if limit else items[start:]
    if rest := len(items) - start - len(page):
        metadata["continue"] = _token(revision, start + len(page))
        if not chosen:
            metadata["remainingItemCount"] = rest
    return {"kind": f"{resource.kind}List", "apiVersion": resource.api_version, "metadata": metadata, "items": page}


def _token(revision: int, start: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"rv": revision, "start": start}).encode()).decode().rstrip("=")


def _opened(token: str) -> tuple[int, int]:
    try:
        held = json.loads(base64.urlsafe_b64decode(token + "=="))
        return int(held["rv"]), int(held["start"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal(400, f"continue key is not valid: {error}") from None


def newer_event(one: Item) -> Item:
    """An event as events.k8s.io shows it."""
    renamed = {
        "involvedObject": "regarding",
        "message": "note",
        "source": "deprecatedSource",
        "firstTimestamp": "deprecatedFirstTimestamp",
        "lastTimestamp": "deprecatedLastTimestamp",
        "count": "deprecatedCount",
        "reportingComponent": "reportingController",
    }
    return {"eventTime": None} | {renamed.get(key, key): value for key, value in one.items()}


def slices(endpoints: Item, *, old: bool) -> list[Item]:
    """What the endpoint slice controller makes of endpoints; `old` is v1beta1."""
    metadata, service = endpoints["metadata"], endpoints["metadata"]["name"]
    subsets = endpoints.get("subsets") or [{}]
    return [
        {
            "metadata": {
                "name": f"{service}-{number:05}",
                "namespace": metadata["namespace"],
                "uid": f"{metadata.get('uid', service)}-{number}",
                "creationTimestamp": metadata.get("creationTimestamp"),
                "labels": {
                    "kubernetes.io/service-name": service,
                    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                },
            },
            "addressType": "IPv4",
            "endpoints": [
                _endpoint(address, ready=ready, old=old)
                for ready, name in ((True, "addresses"), (False, "notReadyAddresses"))
                for address in subset.get(name, ())
            ],
            "ports": [{"name": "", **port} for port in subset.get("ports", ())],
        }
        for number, subset in enumerate(subsets)
    ]


def _endpoint(address: Item, *, ready: bool, old: bool) -> Item:
    node = address.get("nodeName")
    where = {} if node is None else {"topology": {"kubernetes.io/hostname": node}} if old else {"nodeName": node}
    made = {"addresses": [address["ip"]], "conditions": {"ready": ready}, **where}
    return made | ({"targetRef": address["targetRef"]} if "targetRef" in address else {})
