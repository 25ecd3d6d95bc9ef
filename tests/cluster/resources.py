"""Which resources a server of which version has: what it lists under /api and /apis."""

from collections.abc import Iterator
from dataclasses import dataclass

NEWEST = 999
WRITE = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True)
class Resource:
    """One plural name in one version of one group. Served by servers from 1.`since` to 1.`until`."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    short: tuple[str, ...] = ()
    since: int = 0
    until: int = NEWEST

    @property
    def api_version(self) -> str:
        """`v1`, `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def root(self) -> str:
        """Where its group and version stand."""
        return f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"


_DISCOVERY, _POLICY, _SCALING = "discovery.k8s.io", "policy", "autoscaling"
_NETWORK, _STORAGE, _EVENTS = "networking.k8s.io", "storage.k8s.io", "events.k8s.io"

# The first version of a group is the one that its servers prefer.
RESOURCES = (
    Resource("", "v1", "pods", "Pod", short=("po",)),
    Resource("", "v1", "events", "Event", short=("ev",)),
    Resource("", "v1", "services", "Service", short=("svc",)),
    Resource("", "v1", "endpoints", "Endpoints", short=("ep",)),
    Resource("", "v1", "configmaps", "ConfigMap", short=("cm",)),
    Resource("", "v1", "secrets", "Secret"),
    Resource("", "v1", "serviceaccounts", "ServiceAccount", short=("sa",)),
    Resource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", short=("pvc",)),
    Resource("", "v1", "persistentvolumes", "PersistentVolume", namespaced=False, short=("pv",)),
    Resource("", "v1", "resourcequotas", "ResourceQuota", short=("quota",)),
    Resource("", "v1", "limitranges", "LimitRange", short=("limits",)),
    Resource("", "v1", "replicationcontrollers", "ReplicationController", short=("rc",)),
    Resource("", "v1", "nodes", "Node", namespaced=False, short=("no",)),
    Resource("", "v1", "namespaces", "Namespace", namespaced=False, short=("ns",)),
    Resource("apps", "v1", "deployments", "Deployment", short=("deploy",)),
    Resource("apps", "v1", "replicasets", "ReplicaSet", short=("rs",)),
    Resource("apps", "v1", "statefulsets", "StatefulSet", short=("sts",)),
    Resource("apps", "v1", "daemonsets", "DaemonSet", short=("ds",)),
    Resource("batch", "v1", "jobs", "Job"),
    Resource("batch", "v1", "cronjobs", "CronJob", short=("cj",), since=21),
    Resource("batch", "v1beta1", "cronjobs", "CronJob", short=("cj",), until=24),
    Resource(_EVENTS, "v1", "events", "Event", short=("ev",), since=19),
    Resource(_EVENTS, "v1beta1", "events", "Event", short=("ev",), until=24),
    Resource(_DISCOVERY, "v1", "endpointslices", "EndpointSlice", since=21),
    Resource(_DISCOVERY, "v1beta1", "endpointslices", "EndpointSlice", since=17, until=24),
    Resource(_NETWORK, "v1", "ingresses", "Ingress", short=("ing",), since=19),
    Resource(_NETWORK, "v1", "ingressclasses", "IngressClass", namespaced=False, since=19),
    Resource(_NETWORK, "v1", "networkpolicies", "NetworkPolicy", short=("netpol",)),
    Resource(_NETWORK, "v1beta1", "ingresses", "Ingress", short=("ing",), until=21),
    Resource(_NETWORK, "v1beta1", "ingressclasses", "IngressClass", namespaced=False, since=18, until=21),
    Resource("extensions", "v1beta1", "ingresses", "Ingress", short=("ing",), until=21),
    Resource(_POLICY, "v1", "poddisruptionbudgets", "PodDisruptionBudget", short=("pdb",), since=21),
    Resource(_POLICY, "v1beta1", "poddisruptionbudgets", "PodDisruptionBudget", short=("pdb",), until=24),
    Resource(_SCALING, "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", short=("hpa",), since=23),
    Resource(_SCALING, "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", short=("hpa",)),
    Resource(_SCALING, "v2beta1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", short=("hpa",), until=24),
    Resource(_SCALING, "v2beta2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", short=("hpa",), until=25),
    Resource(_STORAGE, "v1", "storageclasses", "StorageClass", namespaced=False, short=("sc",)),
    Resource("metrics.k8s.io", "v1beta1", "pods", "PodMetrics"),
    Resource("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", namespaced=False),
)
SUBRESOURCES = {"pods": ("log", "exec", "status", "ephemeralcontainers"), "deployments": ("status",)}


def served(minor: int, *, metrics: bool = False) -> tuple[Resource, ...]:
    """What a server of version 1.`minor` has; metrics only where a metrics server was installed."""
    return tuple(
        one for one in RESOURCES if one.since <= minor <= one.until and (metrics or one.group != "metrics.k8s.io")
    )


def discovery(resources: tuple[Resource, ...]) -> Iterator[tuple[str, dict[str, object]]]:
    """Each path of discovery and its answer."""
    core = [one for one in resources if not one.group]
    yield "/api", {"kind": "APIVersions", "versions": sorted({one.version for one in core})}
    groups = []
    for name in dict.fromkeys(one.group for one in resources if one.group):
        versions = [
            {"groupVersion": f"{name}/{version}", "version": version}
            for version in dict.fromkeys(one.version for one in resources if one.group == name)
        ]
        group = {"name": name, "versions": versions, "preferredVersion": versions[0]}
        groups.append(group)
        yield f"/apis/{name}", {"kind": "APIGroup", "apiVersion": "v1", **group}
    yield "/apis", {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    for root in dict.fromkeys(one.root for one in resources):
        within = [one for one in resources if one.root == root]
        yield (
            root,
            {
                "kind": "APIResourceList",
                "apiVersion": "v1",
                "groupVersion": within[0].api_version,
                "resources": [entry for one in within for entry in _entries(one)],
            },
        )


def _entries(one: Resource) -> Iterator[dict[str, object]]:
    common = {"singularName": "", "namespaced": one.namespaced, "kind": one.kind}
    verbs = ("get", "list") if one.group == "metrics.k8s.io" else WRITE
    yield {"name": one.plural, **common, "verbs": verbs, **({"shortNames": one.short} if one.short else {})}
    for below in SUBRESOURCES.get(one.plural, ()):
        yield {"name": f"{one.plural}/{below}", **common, "verbs": ("create", "get", "patch", "update")}
