"""What pods use: nodes, volumes and claims, config maps and secrets by their keys, accounts, quotas and limits."""

from checks.cluster.metadata import Condition, LocalReference, Metadata, Object, Quantity


class Taint(Object, frozen=True):
    """What keeps pods away from a node."""

    key: str
    effect: str = ""
    value: str = ""


class NodeSpec(Object, frozen=True):
    """Wishes of a node."""

    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False


class NodeInfo(Object, frozen=True):
    """The machine."""

    architecture: str = ""
    operating_system: str = ""
    container_runtime_version: str = ""
    kubelet_version: str = ""


class NodeStatus(Object, frozen=True):
    """State of a node."""

    capacity: dict[str, Quantity] = {}
    allocatable: dict[str, Quantity] = {}
    conditions: tuple[Condition, ...] = ()
    node_info: NodeInfo = NodeInfo()

    def condition(self, type: str) -> Condition | None:
        """The condition of that type."""
        return next((one for one in self.conditions if one.type == type), None)


class Node(Object, frozen=True):
    """One node."""

    metadata: Metadata = Metadata()
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name


class Keys(Object, frozen=True):
    """A config map or secret: the names of its keys. Values are never kept. `type` is that of a secret."""

    metadata: Metadata = Metadata()
    keys: tuple[str, ...] = ()
    type: str = ""

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name


class ClaimResources(Object, frozen=True):
    """The size."""

    requests: dict[str, Quantity] = {}


class ClaimSpec(Object, frozen=True):
    """What a claim asks for. `storage_class_name` None: the cluster's default; empty: none."""

    storage_class_name: str | None = None
    access_modes: tuple[str, ...] = ()
    volume_name: str = ""
    resources: ClaimResources = ClaimResources()


class ClaimStatus(Object, frozen=True):
    """`Pending`, `Bound` or `Lost`."""

    phase: str = ""
    capacity: dict[str, Quantity] = {}


class Claim(Object, frozen=True):
    """A PersistentVolumeClaim."""

    metadata: Metadata = Metadata()
    spec: ClaimSpec = ClaimSpec()
    status: ClaimStatus = ClaimStatus()

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name


class StorageClass(Object, frozen=True):
    """A storage class."""

    metadata: Metadata = Metadata()
    provisioner: str = ""
    volume_binding_mode: str = ""


class ServiceAccount(Object, frozen=True):
    """An account that pods run under."""

    metadata: Metadata = Metadata()
    image_pull_secrets: tuple[LocalReference, ...] = ()

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name


class QuotaStatus(Object, frozen=True):
    """How much of a quota is used."""

    hard: dict[str, Quantity] = {}
    used: dict[str, Quantity] = {}


class Quota(Object, frozen=True):
    """A ResourceQuota."""

    metadata: Metadata = Metadata()
    status: QuotaStatus = QuotaStatus()


class LimitItem(Object, frozen=True):
    """One rule of a limit range; `type` is Container, Pod or PersistentVolumeClaim."""

    type: str = "Container"
    max: dict[str, Quantity] = {}
    min: dict[str, Quantity] = {}
    default: dict[str, Quantity] = {}
    default_request: dict[str, Quantity] = {}


class LimitSpec(Object, frozen=True):
    """Its rules."""

    limits: tuple[LimitItem, ...] = ()


class LimitRange(Object, frozen=True):
    """A LimitRange."""

    metadata: Metadata = Metadata()
    spec: LimitSpec = LimitSpec()


class ContainerUsage(Object, frozen=True):
    """What one container used when it was measured last."""

    name: str
    usage: dict[str, Quantity] = {}


class PodUsage(Object, frozen=True):
    """Metrics of one pod."""

    metadata: Metadata = Metadata()
    containers: tuple[ContainerUsage, ...] = ()
