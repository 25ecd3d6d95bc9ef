"""From objects as the API sends them to the records that checks see: one shape for every version of an API.

What can be null on the wire though nothing says so is optional here. Values of config maps and secrets are skipped by
the decoder; only the names of their keys are kept.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from checks.cluster.events import Event
from checks.cluster.metadata import Metadata, Object, ObjectReference
from checks.cluster.supplies import Keys
from checks.cluster.traffic import (
    Backend,
    Endpoint,
    EndpointConditions,
    EndpointPort,
    EndpointSlice,
    Ingress,
    IngressRule,
    IngressTls,
    LoadBalancerStatus,
)
from checks.cluster.workloads import Controller

SERVICE_NAME = "kubernetes.io/service-name"
OLD_CLASS = "kubernetes.io/ingress.class"


def as_it_is(item: Any) -> tuple[Any, ...]:
    """The wire has the record's own shape."""
    return (item,)


def controllers(kind: str, version: str) -> Callable[[Any], tuple[Any, ...]]:
    """Objects of lists do not say of what kind they are; this adds it."""

    def made(item: Controller) -> tuple[Any, ...]:
        msgspec.structs.force_setattr(item, "kind", kind)
        msgspec.structs.force_setattr(item, "api_version", version)
        return (item,)

    return made


class Named(Object, frozen=True):
    """An object of which only the name matters."""

    metadata: Metadata = Metadata()


def name_of(item: Named) -> tuple[Any, ...]:
    """The name alone."""
    return (item.metadata.name,)


class KeyedObject(Object, frozen=True):
    """A config map or secret."""

    metadata: Metadata = Metadata()
    data: dict[str, msgspec.Raw] | None = None
    binary_data: dict[str, msgspec.Raw] | None = None
    type: str = ""


def keys_of(item: KeyedObject) -> tuple[Any, ...]:
    """The names of the keys."""
    keys = sorted({*(item.data or ()), *(item.binary_data or ())})
    return (Keys(metadata=item.metadata, keys=tuple(keys), type=item.type),)


class EventSource(Object, frozen=True):
    """Who said it, in the older form."""

    component: str = ""


class EventSeries(Object, frozen=True):
    """An event that goes on."""

    count: int = 0
    last_observed_time: str | None = None


class CoreEvent(Object, frozen=True):
    """An event of the core API. Of the two forms that it can have, the newer one has `eventTime` and no `count`."""

    involved_object: ObjectReference = ObjectReference()
    metadata: Metadata = Metadata()
    reason: str = ""
    message: str = ""
    type: str = "Normal"
    count: int | None = None
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    series: EventSeries | None = None
    source: EventSource | None = None
    reporting_component: str = ""


class NewEvent(Object, frozen=True):
    """An event of events.k8s.io, v1beta1 and v1."""

    regarding: ObjectReference = ObjectReference()
    metadata: Metadata = Metadata()
    reason: str = ""
    note: str = ""
    type: str = "Normal"
    deprecated_count: int | None = None
    deprecated_first_timestamp: str | None = None
    deprecated_last_timestamp: str | None = None
    event_time: str | None = None
    series: EventSeries | None = None
    deprecated_source: EventSource | None = None
    reporting_controller: str = ""


def of_core_event(item: CoreEvent) -> tuple[Any, ...]:
    """The event of the core API."""
    series = item.series
    made = item.metadata.creation_timestamp
    last = (series.last_observed_time if series else None) or item.last_timestamp
    return (
        Event(
            about=item.involved_object,
            reason=item.reason,
            message=item.message,
            type=item.type,
            count=(series.count if series else 0) or item.count or 1,
            first=item.first_timestamp or item.event_time or made,
            last=last or item.event_time or item.first_timestamp or made,
            reporter=item.reporting_component or (item.source.component if item.source else ""),
        ),
    )


def of_new_event(item: NewEvent) -> tuple[Any, ...]:
    """The event of events.k8s.io."""
    return of_core_event(
        CoreEvent(
            involved_object=item.regarding,
            metadata=item.metadata,
            reason=item.reason,
            message=item.note,
            type=item.type,
            count=item.deprecated_count,
            first_timestamp=item.deprecated_first_timestamp,
            last_timestamp=item.deprecated_last_timestamp,
            event_time=item.event_time,
            series=item.series,
            source=item.deprecated_source,
            reporting_component=item.reporting_controller,
        )
    )


class Slice(Object, frozen=True):
    """An endpoint slice; both lists are null where there are none."""

    metadata: Metadata = Metadata()
    endpoints: tuple[Endpoint, ...] | None = None
    ports: tuple[EndpointPort, ...] | None = None


def of_slice(item: Slice) -> tuple[Any, ...]:
    """The slice with lists that are lists."""
    return (EndpointSlice(metadata=item.metadata, endpoints=item.endpoints or (), ports=item.ports or ()),)


class Address(Object, frozen=True):
    """An address of the older Endpoints."""

    ip: str = ""
    target_ref: ObjectReference | None = None


class Subset(Object, frozen=True):
    """Addresses that have the same ports."""

    addresses: tuple[Address, ...] | None = None
    not_ready_addresses: tuple[Address, ...] | None = None
    ports: tuple[EndpointPort, ...] | None = None


class Endpoints(Object, frozen=True):
    """The addresses behind a service, as servers before slices told them."""

    metadata: Metadata = Metadata()
    subsets: tuple[Subset, ...] | None = None


def of_endpoints(item: Endpoints) -> tuple[Any, ...]:
    """A slice for each subset; one that is empty where nothing stands behind the service."""
    metadata = msgspec.structs.replace(item.metadata, labels={**item.metadata.labels, SERVICE_NAME: item.metadata.name})
    found = tuple(
        EndpointSlice(
            metadata=metadata,
            endpoints=(
                *(_endpoint(one, ready=True) for one in subset.addresses or ()),
                *(_endpoint(one, ready=False) for one in subset.not_ready_addresses or ()),
            ),
            ports=subset.ports or (),
        )
        for subset in item.subsets or ()
    )
    return found or (EndpointSlice(metadata=metadata),)


def _endpoint(address: Address, *, ready: bool) -> Endpoint:
    return Endpoint(addresses=(address.ip,), conditions=EndpointConditions(ready=ready), target_ref=address.target_ref)


class BackendPort(Object, frozen=True):
    """A port by number or name."""

    number: int | None = None
    name: str = ""


class BackendService(Object, frozen=True):
    """A service of a backend, from v1 on."""

    name: str = ""
    port: BackendPort | None = None


class WireBackend(Object, frozen=True):
    """A backend of v1 (`service`), or of v1beta1 (the other two)."""

    service: BackendService | None = None
    service_name: str = ""
    service_port: int | str | None = None


class WirePath(Object, frozen=True):
    """One path of a host."""

    path: str = "/"
    path_type: str | None = None
    backend: WireBackend = WireBackend()


class WireHttp(Object, frozen=True):
    """The paths of a host."""

    paths: tuple[WirePath, ...] | None = None


class WireRule(Object, frozen=True):
    """One host."""

    host: str = ""
    http: WireHttp | None = None


class WireIngressSpec(Object, frozen=True):
    """What is wanted; `backend` is what v1beta1 calls the default."""

    ingress_class_name: str | None = None
    rules: tuple[WireRule, ...] | None = None
    tls: tuple[IngressTls, ...] | None = None
    default_backend: WireBackend | None = None
    backend: WireBackend | None = None


class WireIngressStatus(Object, frozen=True):
    """What became of it."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()


class WireIngress(Object, frozen=True):
    """An ingress, v1beta1 or v1."""

    metadata: Metadata = Metadata()
    spec: WireIngressSpec = WireIngressSpec()
    status: WireIngressStatus = WireIngressStatus()


def of_ingress(item: WireIngress) -> tuple[Any, ...]:
    """The ingress, flat."""
    spec = item.spec
    default = spec.default_backend or spec.backend
    rules = tuple(
        IngressRule(
            host=rule.host, path=path.path or "/", path_type=path.path_type or "", backend=_backend(path.backend)
        )
        for rule in spec.rules or ()
        for path in (rule.http.paths if rule.http else None) or ()
    )
    return (
        Ingress(
            metadata=item.metadata,
            ingress_class=spec.ingress_class_name or item.metadata.annotations.get(OLD_CLASS, ""),
            rules=rules,
            tls=spec.tls or (),
            default_backend=_backend(default) if default else None,
            addresses=item.status.load_balancer.ingress,
        ),
    )


def _backend(wire: WireBackend) -> Backend:
    if wire.service is None:
        return Backend(service=wire.service_name, port=wire.service_port)
    port = wire.service.port
    return Backend(service=wire.service.name, port=(port.number or port.name or None) if port else None)
