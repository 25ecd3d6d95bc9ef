"""What was listed of a cluster, kind by kind, and how it hangs together: owners, selectors, events."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import msgspec

from checks.cluster.events import Event
from checks.cluster.metadata import Metadata
from checks.cluster.pods import Pod, PodTemplate
from checks.cluster.subject import Unseen
from checks.cluster.workloads import Controller
from checks.evidence import Missing
from doctor.cluster.api import Api
from doctor.cluster.listing import Listed, fetch
from doctor.cluster.side_by_side import side_by_side

AT_ONCE = 8

WORKLOADS = (
    *("pods", "events", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "services", "ingresses"),
    "horizontalpodautoscalers",
)
TRAFFIC = (*("endpointslices", "networkpolicies", "poddisruptionbudgets", "ingressclasses"),)
SUPPLIES = (
    *("configmaps", "serviceaccounts", "persistentvolumeclaims", "storageclasses", "resourcequotas"),
    *("limitranges", "nodes", "podmetrics"),
)
CONTROLLERS = {
    "Deployment": "deployments",
    "ReplicaSet": "replicasets",
    "StatefulSet": "statefulsets",
    "DaemonSet": "daemonsets",
    "Job": "jobs",
}
OF_THE_CLUSTER = frozenset({"nodes", "storageclasses", "ingressclasses"})
"""Kinds without a namespace."""


def _is_in_use(replica_set: Controller) -> bool:
    """False for the sets of former versions, of which a deployment keeps ten."""
    return bool(replica_set.wanted or replica_set.status.replicas or replica_set.status.conditions)


def _without_template(replica_set: Controller) -> Controller:
    """A deployment's replica set without what the deployment says as well: there are as many as deployments."""
    owner = replica_set.metadata.controller
    if owner is None or owner.kind != "Deployment":
        return replica_set
    spec = msgspec.structs.replace(replica_set.spec, template=PodTemplate())
    return msgspec.structs.replace(replica_set, spec=spec)


@dataclass
class Snapshot:
    """The lists of one scope. `namespace` None: all of them. Kinds that nobody asked for are not in `lists`."""

    namespace: str | None
    lists: dict[str, Listed] = field(default_factory=dict)

    def read(self, api: Api, kinds: Iterable[str]) -> None:
        """List these kinds, several at a time; one list for each, whatever there is."""
        wanted = [kind for kind in kinds if kind not in self.lists]

        def listed(kind: str) -> Listed:
            namespace = None if kind in OF_THE_CLUSTER else self.namespace
            if kind != "replicasets":
                return fetch(api, kind, namespace)
            found = fetch(api, kind, namespace, keep=_is_in_use)
            return replace(found, items=tuple(map(_without_template, found.items)))

        self.lists |= dict(zip(wanted, side_by_side(listed, wanted, AT_ONCE), strict=True))

    def items(self, kind: str) -> tuple[Any, ...]:
        """What was read of a kind."""
        return self.lists[kind].items if kind in self.lists else ()

    def of(self, kind: str, namespace: str) -> tuple[Any, ...] | Missing:
        """The objects of a kind in a namespace (events: see `events_of`); Missing says why there are none."""
        listed = self.lists.get(kind)
        if listed is None:
            return Missing(reason=f"{kind} were not needed")
        if not listed.served:
            return Missing(reason=f"the cluster does not serve {kind}")
        if listed.unseen and not listed.items:
            return Missing(reason=listed.unseen.reason)
        plain = kind in OF_THE_CLUSTER or kind == "events"
        return listed.items if plain else self._by_namespace(kind).get(namespace, ())

    @property
    def unseen(self) -> tuple[Unseen, ...]:
        """All that could not be read."""
        return tuple(listed.unseen for listed in self.lists.values() if listed.unseen)

    @cached_property
    def controllers(self) -> dict[tuple[str, str, str], Controller]:
        """Every controller, by namespace, kind and name."""
        return {
            (one.metadata.namespace, kind, one.name): one
            for kind, plural in CONTROLLERS.items()
            for one in self.items(plural)
        }

    @cached_property
    def events_of(self) -> dict[tuple[str, str, str], list[Event]]:
        """Events by namespace, kind and name of what they speak of."""
        found: dict[tuple[str, str, str], list[Event]] = {}
        for event in self.items("events"):
            about = event.about
            found.setdefault((about.namespace, about.kind, about.name), []).append(event)
        return found

    @cached_property
    def labelled(self) -> dict[tuple[str, str, str], list[Metadata]]:
        """Pods, and templates of controllers, by namespace and each of their labels."""
        found: dict[tuple[str, str, str], list[Metadata]] = {}
        for namespace, metadata in self._bearers():
            for key, value in metadata.labels.items():
                found.setdefault((namespace, key, value), []).append(metadata)
        return found

    def selects_any(self, namespace: str, selector: dict[str, str]) -> bool:
        """True when a pod, or a template, carries all labels of a selector."""
        first = next(iter(selector.items()), None)
        if first is None:
            return False
        return any(selector.items() <= one.labels.items() for one in self.labelled.get((namespace, *first), ()))

    def _bearers(self) -> Iterator[tuple[str, Metadata]]:
        for pod in self.items("pods"):
            yield pod.metadata.namespace, pod.metadata
        for controller in self.controllers.values():
            yield controller.metadata.namespace, controller.spec.template.metadata

    def _by_namespace(self, kind: str) -> dict[str, tuple[Any, ...]]:
        if kind not in self._split:
            groups: dict[str, list[Any]] = {}
            for one in self.items(kind):
                groups.setdefault(one.metadata.namespace, []).append(one)
            self._split[kind] = {namespace: tuple(group) for namespace, group in groups.items()}
        return self._split[kind]

    @cached_property
    def _split(self) -> dict[str, dict[str, tuple[Any, ...]]]:
        return {}

    def owner(self, pod: Pod) -> tuple[str, str]:
        """Kind and name of what a pod belongs to in the end: its deployment, its stateful set, itself."""
        direct = pod.metadata.controller
        if direct is None:
            return "Pod", pod.name
        above = self.controllers.get((pod.metadata.namespace, direct.kind, direct.name))
        upper = above.metadata.controller if above else None
        if upper is not None and upper.kind in CONTROLLERS:
            return upper.kind, upper.name
        if above is None and direct.kind == "ReplicaSet":
            made = pod.metadata.labels.get("pod-template-hash", "")
            if made and direct.name.endswith(f"-{made}"):
                return "Deployment", direct.name.removesuffix(f"-{made}")
        return direct.kind, direct.name
