"""Pods: what they shall be, and what became of them."""

import msgspec

from checks.cluster.metadata import (
    Condition,
    LabelSelector,
    LocalReference,
    Metadata,
    Object,
    Quantity,
    Requirement,
)


class KeySelector(Object, frozen=True):
    """One key of a config map or secret."""

    key: str = ""
    name: str = ""
    optional: bool = False


class FieldSelector(Object, frozen=True):
    """A field of the pod itself (`status.podIP`)."""

    field_path: str = ""


class VariableSource(Object, frozen=True):
    """Where the value of a variable comes from."""

    config_map_key_ref: KeySelector | None = None
    secret_key_ref: KeySelector | None = None
    field_ref: FieldSelector | None = None


class Variable(Object, frozen=True):
    """One environment variable. A collected `value` is redacted."""

    name: str = ""
    value: str | None = None
    value_from: VariableSource | None = None


class WholeSource(Object, frozen=True):
    """A config map or secret as a whole."""

    name: str = ""
    optional: bool = False


class VariablesFrom(Object, frozen=True):
    """All keys of a config map or secret as variables."""

    prefix: str = ""
    config_map_ref: WholeSource | None = None
    secret_ref: WholeSource | None = None


class ContainerPort(Object, frozen=True):
    """A declared port. Nothing opens or closes by it, but services and probes may name it."""

    container_port: int
    name: str = ""
    protocol: str = "TCP"
    host_port: int | None = None


class HttpGet(Object, frozen=True):
    """A request of the kubelet to the pod's address, or to `host`."""

    port: int | str = 0
    path: str = "/"
    scheme: str = "HTTP"
    host: str = ""


class Exec(Object, frozen=True):
    """A command in the container."""

    command: tuple[str, ...] = ()


class TcpSocket(Object, frozen=True):
    """A connection of the kubelet."""

    port: int | str = 0


class Grpc(Object, frozen=True):
    """A health call of gRPC (from 1.24)."""

    port: int = 0
    service: str | None = None


class Probe(Object, frozen=True):
    """A health check of the kubelet; times in seconds. The defaults are the API's own."""

    http_get: HttpGet | None = None
    exec: Exec | None = None
    tcp_socket: TcpSocket | None = None
    grpc: Grpc | None = None
    initial_delay_seconds: int = 0
    timeout_seconds: int = 1
    period_seconds: int = 10
    success_threshold: int = 1
    failure_threshold: int = 3

    @property
    def budget(self) -> int:
        """Seconds from the container's start after which a probe that never passed has failed for good."""
        return self.initial_delay_seconds + self.period_seconds * (self.failure_threshold - 1)


class Handler(Object, frozen=True):
    """What runs after the start or before the stop."""

    http_get: HttpGet | None = None
    exec: Exec | None = None


class Lifecycle(Object, frozen=True):
    """Hooks of a container."""

    post_start: Handler | None = None
    pre_stop: Handler | None = None


class Resources(Object, frozen=True):
    """Requests are what the scheduler reserves, limits what the container may use."""

    limits: dict[str, Quantity] = {}
    requests: dict[str, Quantity] = {}


class VolumeMount(Object, frozen=True):
    """A volume in a container. `sub_path` is one entry of it."""

    name: str = ""
    mount_path: str = ""
    read_only: bool = False
    sub_path: str = ""
    sub_path_expr: str = ""


class Capabilities(Object, frozen=True):
    """Linux capabilities."""

    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class SecurityContext(Object, frozen=True):
    """Of a container, or (with `fs_group`) of all containers of a pod."""

    run_as_non_root: bool | None = None
    run_as_user: int | None = None
    run_as_group: int | None = None
    fs_group: int | None = None
    privileged: bool | None = None
    allow_privilege_escalation: bool | None = None
    read_only_root_filesystem: bool | None = None
    capabilities: Capabilities | None = None


class Container(Object, frozen=True):
    """One container as asked for. `restart_policy` of an init container: `Always` makes it a sidecar (from 1.28)."""

    name: str = ""
    image: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    env: tuple[Variable, ...] = ()
    env_from: tuple[VariablesFrom, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    resources: Resources = Resources()
    volume_mounts: tuple[VolumeMount, ...] = ()
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    image_pull_policy: str = ""
    security_context: SecurityContext | None = None
    restart_policy: str | None = None
    tty: bool = False

    def variable(self, name: str) -> Variable | None:
        """The variable of that name, None when nothing sets it by name; the last one counts."""
        return next((one for one in reversed(self.env) if one.name == name), None)


class KeyToPath(Object, frozen=True):
    """One key of a config map or secret as a file."""

    key: str = ""
    path: str = ""
    mode: int | None = None


class ConfigMapVolume(Object, frozen=True):
    """Keys of a config map as files; all of them where no `items` are named."""

    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    optional: bool = False
    default_mode: int | None = None


class SecretVolume(Object, frozen=True):
    """Keys of a secret as files."""

    secret_name: str = ""
    items: tuple[KeyToPath, ...] = ()
    optional: bool = False
    default_mode: int | None = None


class ClaimVolume(Object, frozen=True):
    """A persistent volume claim."""

    claim_name: str = ""
    read_only: bool = False


class EmptyDir(Object, frozen=True):
    """A folder that lives as long as the pod."""

    size_limit: Quantity | None = None
    medium: str = ""


class HostPath(Object, frozen=True):
    """A path of the node."""

    path: str = ""
    type: str = ""


class Nfs(Object, frozen=True):
    """An export of NFS."""

    server: str = ""
    path: str = ""


class AzureFile(Object, frozen=True):
    """A share of an Azure storage account."""

    secret_name: str = ""
    share_name: str = ""


class Csi(Object, frozen=True):
    """A volume of a driver."""

    driver: str = ""
    volume_attributes: dict[str, str] = {}


class Projection(Object, frozen=True):
    """One source of a projected volume."""

    config_map: ConfigMapVolume | None = None
    secret: ConfigMapVolume | None = None


class Projected(Object, frozen=True):
    """Several sources in one folder."""

    sources: tuple[Projection, ...] = ()


class ImageVolume(Object, frozen=True):
    """The files of an image as a volume (from 1.31)."""

    reference: str = ""


class Volume(Object, frozen=True):
    """A volume; one of its fields says of which kind."""

    name: str = ""
    config_map: ConfigMapVolume | None = None
    secret: SecretVolume | None = None
    persistent_volume_claim: ClaimVolume | None = None
    empty_dir: EmptyDir | None = None
    host_path: HostPath | None = None
    nfs: Nfs | None = None
    azure_file: AzureFile | None = None
    csi: Csi | None = None
    projected: Projected | None = None
    image: ImageVolume | None = None


class Toleration(Object, frozen=True):
    """A taint that the pod bears."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""


class NodeTerm(Object, frozen=True):
    """One alternative of a node affinity."""

    match_expressions: tuple[Requirement, ...] = ()
    match_fields: tuple[Requirement, ...] = ()


class NodeTerms(Object, frozen=True):
    """Alternatives, of which a node must meet one."""

    node_selector_terms: tuple[NodeTerm, ...] = ()


class NodeAffinity(Object, frozen=True):
    """What a node must have."""

    required: NodeTerms | None = msgspec.field(default=None, name="requiredDuringSchedulingIgnoredDuringExecution")


class PodTerm(Object, frozen=True):
    """Pods that must, or must not, be in the same topology."""

    label_selector: LabelSelector | None = None
    topology_key: str = ""


class PodAffinity(Object, frozen=True):
    """What must run nearby, or must not."""

    required: tuple[PodTerm, ...] = msgspec.field(default=(), name="requiredDuringSchedulingIgnoredDuringExecution")


class Affinity(Object, frozen=True):
    """Where a pod may run."""

    node_affinity: NodeAffinity | None = None
    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAffinity | None = None


class SpreadConstraint(Object, frozen=True):
    """How evenly pods must be spread."""

    topology_key: str = ""
    max_skew: int = 1
    when_unsatisfiable: str = ""
    label_selector: LabelSelector | None = None


class ReadinessGate(Object, frozen=True):
    """A condition that somebody else must set before the pod is ready."""

    condition_type: str = ""


class PodSpec(Object, frozen=True):
    """What a pod shall be. `automount` is None where the account decides."""

    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    ephemeral_containers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    restart_policy: str = "Always"
    node_name: str = ""
    node_selector: dict[str, str] = {}
    affinity: Affinity | None = None
    tolerations: tuple[Toleration, ...] = ()
    topology_spread_constraints: tuple[SpreadConstraint, ...] = ()
    service_account_name: str = ""
    image_pull_secrets: tuple[LocalReference, ...] = ()
    security_context: SecurityContext | None = None
    scheduler_name: str = ""
    priority_class_name: str = ""
    runtime_class_name: str = ""
    termination_grace_period_seconds: int = 30
    active_deadline_seconds: int | None = None
    host_network: bool = False
    readiness_gates: tuple[ReadinessGate, ...] = ()
    scheduling_gates: tuple[LocalReference, ...] = ()
    dns_policy: str = ""
    subdomain: str = ""

    def volume(self, name: str) -> Volume | None:
        """The volume of that name."""
        return next((one for one in self.volumes if one.name == name), None)


class Waiting(Object, frozen=True):
    """Not running, and why: `CrashLoopBackOff`, `ImagePullBackOff`, `CreateContainerConfigError`."""

    reason: str = ""
    message: str = ""


class Running(Object, frozen=True):
    """Running since."""

    started_at: str | None = None


class Terminated(Object, frozen=True):
    """Ended. `reason`: `Error`, `Completed`, `OOMKilled`, `ContainerCannotRun`, `StartError`, `DeadlineExceeded`."""

    exit_code: int = 0
    signal: int | None = None
    reason: str = ""
    message: str = ""
    started_at: str | None = None
    finished_at: str | None = None


class ContainerState(Object, frozen=True):
    """One of the three, or none while nothing is known."""

    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(Object, frozen=True):
    """What became of a container. `started` is None on servers that do not tell."""

    name: str
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()
    ready: bool = False
    restart_count: int = 0
    image: str = ""
    image_id: str = msgspec.field(default="", name="imageID")
    container_id: str = msgspec.field(default="", name="containerID")
    started: bool | None = None


class PodStatus(Object, frozen=True):
    """What became of a pod."""

    phase: str = ""
    reason: str = ""
    message: str = ""
    conditions: tuple[Condition, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()
    ephemeral_container_statuses: tuple[ContainerStatus, ...] = ()
    pod_ip: str = msgspec.field(default="", name="podIP")
    host_ip: str = msgspec.field(default="", name="hostIP")
    start_time: str | None = None
    nominated_node_name: str = ""
    qos_class: str = ""

    def condition(self, type: str) -> Condition | None:
        """The condition of that type."""
        return next((one for one in self.conditions if one.type == type), None)


class Pod(Object, frozen=True):
    """One pod."""

    metadata: Metadata = Metadata()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name

    @property
    def is_ready(self) -> bool:
        """True when its services send requests to it."""
        condition = self.status.condition("Ready")
        return condition is not None and condition.status == "True" and self.metadata.deletion_timestamp is None


class PodTemplate(Object, frozen=True):
    """What a controller makes its pods from."""

    metadata: Metadata = Metadata()
    spec: PodSpec = PodSpec()
