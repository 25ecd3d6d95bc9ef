"""Where each kind of object is served, newest version of the API first, and how its records are made of it.

Source: the API reference of Kubernetes 1.20 to 1.34 and its deprecation guide.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from checks.cluster import pods, supplies, traffic, workloads
from doctor.cluster import records

Wanted = type[Any]


@dataclass(frozen=True)
class Place:
    """One version of an API that serves a kind. `since` is the minor version of Kubernetes that brought it, `wire` what
    an object of it is decoded to, `made` what becomes of that: none, one or several records.
    """

    api: str
    plural: str
    wire: Wanted
    since: int = 0
    made: Callable[[Any], tuple[Any, ...]] = records.as_it_is

    @property
    def group(self) -> str:
        """The API group, empty for the core."""
        return "" if self.api == "api/v1" else self.api.split("/")[1]

    def path(self, namespace: str | None, name: str = "") -> str:
        """The path of the list, or of one object."""
        parts = [self.api, *(("namespaces", namespace) if namespace else ()), self.plural]
        return "/" + "/".join([*parts, name] if name else parts)


@dataclass(frozen=True)
class Kind:
    """A kind that can be listed. `fields` is a selector that always counts, `page` how many one answer holds."""

    places: tuple[Place, ...]
    is_of_cluster: bool = False
    fields: str = ""
    page: int = 500
    is_optional: bool = False
    """True where a cluster may well do without; that it does not serve it is no news then."""

    def served(self, minor: int | None) -> list[Place]:
        """The places that a server of a version may have, best first; all of them where the version is not known."""
        return [place for place in self.places if minor is None or place.since <= minor]


def _kind(api: str, plural: str, wire: Wanted, **options: Any) -> Kind:
    made = options.pop("made", records.as_it_is)
    return Kind((Place(api, plural, wire, made=made),), **options)


def _controllers(api: str, plural: str, kind: str) -> Kind:
    return _kind(api, plural, workloads.Controller, made=records.controllers(kind, api.removeprefix("apis/")))


RESOURCES = {
    "pods": _kind("api/v1", "pods", pods.Pod),
    "events": Kind(
        (
            Place("api/v1", "events", records.CoreEvent, made=records.of_core_event),
            Place("apis/events.k8s.io/v1", "events", records.NewEvent, since=19, made=records.of_new_event),
            Place("apis/events.k8s.io/v1beta1", "events", records.NewEvent, made=records.of_new_event),
        )
    ),
    "deployments": _controllers("apis/apps/v1", "deployments", "Deployment"),
    "replicasets": _controllers("apis/apps/v1", "replicasets", "ReplicaSet"),
    "statefulsets": _controllers("apis/apps/v1", "statefulsets", "StatefulSet"),
    "daemonsets": _controllers("apis/apps/v1", "daemonsets", "DaemonSet"),
    "jobs": _controllers("apis/batch/v1", "jobs", "Job"),
    "services": _kind("api/v1", "services", traffic.Service),
    "endpointslices": Kind(
        (
            Place("apis/discovery.k8s.io/v1", "endpointslices", records.Slice, since=21, made=records.of_slice),
            Place("apis/discovery.k8s.io/v1beta1", "endpointslices", records.Slice, since=17, made=records.of_slice),
            Place("api/v1", "endpoints", records.Endpoints, made=records.of_endpoints),
        )
    ),
    "ingresses": Kind(
        (
            Place("apis/networking.k8s.io/v1", "ingresses", records.WireIngress, since=19, made=records.of_ingress),
            Place("apis/networking.k8s.io/v1beta1", "ingresses", records.WireIngress, made=records.of_ingress),
        )
    ),
    "ingressclasses": Kind(
        (
            Place("apis/networking.k8s.io/v1", "ingressclasses", records.Named, since=19, made=records.name_of),
            Place("apis/networking.k8s.io/v1beta1", "ingressclasses", records.Named, since=18, made=records.name_of),
        ),
        is_of_cluster=True,
    ),
    "networkpolicies": _kind("apis/networking.k8s.io/v1", "networkpolicies", traffic.NetworkPolicy),
    "horizontalpodautoscalers": Kind(
        (
            Place("apis/autoscaling/v2", "horizontalpodautoscalers", workloads.Autoscaler, since=23),
            Place("apis/autoscaling/v2beta2", "horizontalpodautoscalers", workloads.Autoscaler),
            Place("apis/autoscaling/v1", "horizontalpodautoscalers", workloads.Autoscaler),
        )
    ),
    "poddisruptionbudgets": Kind(
        (
            Place("apis/policy/v1", "poddisruptionbudgets", workloads.DisruptionBudget, since=21),
            Place("apis/policy/v1beta1", "poddisruptionbudgets", workloads.DisruptionBudget),
        )
    ),
    "configmaps": _kind("api/v1", "configmaps", records.KeyedObject, made=records.keys_of, page=250),
    "secrets": _kind(
        "api/v1",
        "secrets",
        records.KeyedObject,
        made=records.keys_of,
        fields="type!=helm.sh/release.v1",  # whole charts, and nothing that a pod uses
        page=250,
    ),
    "serviceaccounts": _kind("api/v1", "serviceaccounts", supplies.ServiceAccount),
    "persistentvolumeclaims": _kind("api/v1", "persistentvolumeclaims", supplies.Claim),
    "storageclasses": _kind("apis/storage.k8s.io/v1", "storageclasses", supplies.StorageClass, is_of_cluster=True),
    "resourcequotas": _kind("api/v1", "resourcequotas", supplies.Quota),
    "limitranges": _kind("api/v1", "limitranges", supplies.LimitRange),
    "nodes": _kind("api/v1", "nodes", supplies.Node, is_of_cluster=True),
    "podmetrics": _kind("apis/metrics.k8s.io/v1beta1", "pods", supplies.PodUsage, is_optional=True),
}
"""Every kind that can be listed, by its plural name."""
