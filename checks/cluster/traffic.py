"""How requests come to pods: services, endpoints, ingresses, network policies."""

from typing import Any

import msgspec

from checks.cluster.metadata import LabelSelector, Metadata, Object, ObjectReference


class ServicePort(Object, frozen=True):
    """A port of a service. `target_port`: a number, the name of a container's port, None for the same as `port`."""

    port: int
    name: str = ""
    target_port: int | str | None = None
    protocol: str = "TCP"
    node_port: int | None = None


class ServiceSpec(Object, frozen=True):
    """Which pods a service sends requests to."""

    type: str = "ClusterIP"
    selector: dict[str, str] = {}
    ports: tuple[ServicePort, ...] = ()
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    external_name: str = ""
    publish_not_ready_addresses: bool = False
    load_balancer_ip: str = msgspec.field(default="", name="loadBalancerIP")


class LoadBalancerIngress(Object, frozen=True):
    """An address that a load balancer got."""

    ip: str = ""
    hostname: str = ""


class LoadBalancerStatus(Object, frozen=True):
    """The addresses of a load balancer."""

    ingress: tuple[LoadBalancerIngress, ...] = ()


class ServiceStatus(Object, frozen=True):
    """What a service got."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()


class Service(Object, frozen=True):
    """One service."""

    metadata: Metadata = Metadata()
    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name


class EndpointConditions(Object, frozen=True):
    """None means true."""

    ready: bool | None = None


class Endpoint(Object, frozen=True):
    """One address behind a service."""

    addresses: tuple[str, ...] = ()
    conditions: EndpointConditions = EndpointConditions()
    target_ref: ObjectReference | None = None

    @property
    def is_ready(self) -> bool:
        """True when requests are sent there."""
        return self.conditions.ready is not False


class EndpointPort(Object, frozen=True):
    """A port behind a service."""

    port: int | None = None
    name: str = ""
    protocol: str = "TCP"


class EndpointSlice(Object, frozen=True):
    """Addresses behind one service (`service`). Endpoints of older servers are brought into this form."""

    metadata: Metadata = Metadata()
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()

    @property
    def service(self) -> str:
        """The name of its service."""
        return self.metadata.labels.get("kubernetes.io/service-name", "")


class Backend(Object, frozen=True):
    """Where a rule of an ingress leads. `port`: a number, the name of a service's port, None where none is given."""

    service: str = ""
    port: int | str | None = None


class IngressRule(Object, frozen=True):
    """One path of one host; an empty host is any."""

    host: str = ""
    path: str = "/"
    path_type: str = ""
    backend: Backend = Backend()


class IngressTls(Object, frozen=True):
    """A certificate, and the hosts that it serves."""

    secret_name: str = ""
    hosts: tuple[str, ...] = ()


class Ingress(Object, frozen=True):
    """One ingress, flat: the collector brings every version of the API into this form. `ingress_class` also from the
    old annotation; `default_backend` answers what no rule fits.
    """

    metadata: Metadata = Metadata()
    ingress_class: str = ""
    rules: tuple[IngressRule, ...] = ()
    tls: tuple[IngressTls, ...] = ()
    default_backend: Backend | None = None
    addresses: tuple[LoadBalancerIngress, ...] = ()


class PolicyPort(Object, frozen=True):
    """A port that is let through; None is every one."""

    port: int | str | None = None
    protocol: str = "TCP"
    end_port: int | None = None


class Peer(Object, frozen=True):
    """Who is let through; an address block stays as it is."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: dict[str, Any] | None = None


class PolicyRule(Object, frozen=True):
    """Who may send (`from`) or be sent to (`to`), at which ports; empty is everybody, and every port."""

    sources: tuple[Peer, ...] = msgspec.field(default=(), name="from")
    to: tuple[Peer, ...] = ()
    ports: tuple[PolicyPort, ...] = ()


class PolicySpec(Object, frozen=True):
    """Which pods are closed, and what is let through. `ingress` None: the policy names no rule for it."""

    pod_selector: LabelSelector = LabelSelector()
    policy_types: tuple[str, ...] = ()
    ingress: tuple[PolicyRule, ...] | None = None
    egress: tuple[PolicyRule, ...] | None = None


class NetworkPolicy(Object, frozen=True):
    """One network policy."""

    metadata: Metadata = Metadata()
    spec: PolicySpec = PolicySpec()
