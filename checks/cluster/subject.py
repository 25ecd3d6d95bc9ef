"""One workload, with everything of its cluster that bears on it."""

from checks.cluster.events import Event
from checks.cluster.metadata import Metadata
from checks.cluster.pods import Pod, PodSpec
from checks.cluster.supplies import (
    Claim,
    Keys,
    LimitRange,
    Node,
    PodUsage,
    Quota,
    ServiceAccount,
    StorageClass,
)
from checks.cluster.traffic import EndpointSlice, Ingress, NetworkPolicy, Service
from checks.cluster.workloads import Autoscaler, Controller, DisruptionBudget
from checks.finding import Record
from checks.missing import Missing


class Server(Record, frozen=True):
    """The API server. `minor` is the 20 of v1.20.2; None for manifests that name no version."""

    address: str = ""
    version: str = ""
    minor: int | None = None


class Unseen(Record, frozen=True):
    """What could not be read. `rule` is the RBAC rule that would show it, as YAML on one line; empty where rights are
    not the reason.
    """

    what: str
    reason: str
    rule: str = ""


NOT_READ = Missing(reason="not read")


class Workload(Record, frozen=True, tag=True):
    """A deployment, stateful set, daemon set, job, bare pod, or a service or ingress behind which nothing stands.

    `taken` is the server's time when it was read. `controller` is None for a bare pod, and for a service or ingress
    alone. `pods` are the worst first, at most MOST_PODS of `pod_count`. `services` are those that select its pods, and
    those that seem meant for it (same name, or named by an ingress beside them) and select nothing; `others` are
    labels of all other pods of the namespace, so that a selector can be judged. `service_names` are the names of all
    services of the namespace. Config maps, secrets, claims and accounts are all of the namespace. What is Missing says
    why. `from_files` is true for manifests: nothing runs yet, and what the files do not hold may well be in the
    cluster.
    """

    kind: str
    name: str
    namespace: str
    taken: str = ""
    server: Server = Server()
    controller: Controller | None = None
    replica_sets: tuple[Controller, ...] = ()
    pods: tuple[Pod, ...] = ()
    pod_count: int = 0
    others: tuple[Metadata, ...] = ()
    events: tuple[Event, ...] | Missing = NOT_READ
    services: tuple[Service, ...] | Missing = NOT_READ
    service_names: tuple[str, ...] | Missing = NOT_READ
    slices: tuple[EndpointSlice, ...] | Missing = NOT_READ
    ingresses: tuple[Ingress, ...] | Missing = NOT_READ
    ingress_classes: tuple[str, ...] | Missing = NOT_READ
    policies: tuple[NetworkPolicy, ...] | Missing = NOT_READ
    autoscalers: tuple[Autoscaler, ...] | Missing = NOT_READ
    budgets: tuple[DisruptionBudget, ...] | Missing = NOT_READ
    config_maps: tuple[Keys, ...] | Missing = NOT_READ
    secrets: tuple[Keys, ...] | Missing = NOT_READ
    accounts: tuple[ServiceAccount, ...] | Missing = NOT_READ
    claims: tuple[Claim, ...] | Missing = NOT_READ
    storage_classes: tuple[StorageClass, ...] | Missing = NOT_READ
    quotas: tuple[Quota, ...] | Missing = NOT_READ
    limit_ranges: tuple[LimitRange, ...] | Missing = NOT_READ
    nodes: tuple[Node, ...] | Missing = NOT_READ
    usage: tuple[PodUsage, ...] | Missing = NOT_READ
    unseen: tuple[Unseen, ...] = ()
    from_files: bool = False

    @property
    def shown(self) -> str:
        """How kubectl is told of it: `deployment/score`."""
        return f"{self.kind.lower()}/{self.name}"

    @property
    def spec(self) -> PodSpec | None:
        """What its pods shall be: the controller's template, or the pod itself."""
        if self.controller:
            return self.controller.spec.template.spec
        return self.pods[0].spec if self.pods else None

    @property
    def labels(self) -> dict[str, str]:
        """The labels that its pods carry."""
        if self.controller:
            return self.controller.spec.template.metadata.labels
        return self.pods[0].metadata.labels if self.pods else {}
