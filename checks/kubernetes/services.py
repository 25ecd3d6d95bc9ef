"""What the checks of services share: which services lead to a workload, and where each of their ports ends."""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from checks.cluster.metadata import Metadata
from checks.cluster.subject import Workload
from checks.cluster.traffic import EndpointSlice, Ingress, NetworkPolicy, Service, ServicePort
from checks.evidence import Missing
from checks.finding import Fix, Safety
from checks.kubernetes.listening import number_of
from checks.kubernetes.patching import patched, yaml_lines
from checks.kubernetes.seen import age

SETTLED = 120.0
"""Seconds after which what a controller has not done by itself counts."""


ALIKE = 0.7
"""Likeness of a selector and labels from which one seems meant for the other: the same key, and most letters."""


def services_of(workload: Workload) -> tuple[Service, ...]:
    """Every service that was read with the workload."""
    return () if isinstance(workload.services, Missing) else workload.services


def slices_of(workload: Workload, service: Service) -> tuple[EndpointSlice, ...] | None:
    """The endpoints of a service; None when they could not be read."""
    if isinstance(workload.slices, Missing):
        return None
    return tuple(one for one in workload.slices if one.service == service.name)


def ingresses_of(workload: Workload) -> tuple[Ingress, ...]:
    """Every ingress that was read with the workload."""
    return () if isinstance(workload.ingresses, Missing) else workload.ingresses


def policies_of(workload: Workload) -> tuple[NetworkPolicy, ...]:
    """The network policies that choose the pods of the workload."""
    if isinstance(workload.policies, Missing) or not (workload.controller or workload.pods):
        return ()
    return tuple(one for one in workload.policies if one.spec.pod_selector.fits(workload.labels))


def selects(service: Service, labels: Mapping[str, str]) -> bool:
    """True when a service sends its requests to pods with these labels. One without a selector chooses nothing."""
    selector = service.spec.selector
    return bool(selector) and service.spec.type != "ExternalName" and selector.items() <= labels.items()


def selecting(workload: Workload) -> tuple[Service, ...]:
    """The services that select the pods of the workload."""
    return tuple(one for one in services_of(workload) if selects(one, workload.labels))


def target(port: ServicePort) -> int | str:
    """Where a port of a service leads: a number or a name."""
    return port.port if port.target_port is None else port.target_port


def ports_with(service: Service, which: ServicePort, **changed: object) -> Mapping[str, Any]:
    """All ports of a service with one of them changed: a patch replaces the whole list."""
    made = []
    for one in service.spec.ports:
        fields: dict[str, Any] = {"name": one.name, "port": one.port, "targetPort": target(one)}
        fields |= {"protocol": one.protocol, "nodePort": one.node_port}
        fields |= changed if one is which else {}
        made.append({key: value for key, value in fields.items() if value and (key, value) != ("protocol", "TCP")})
    return {"spec": {"ports": made}}


def target_number(workload: Workload, port: ServicePort) -> int | None:
    """That as a number; None for a name that no container of the pod has."""
    wanted = target(port)
    if isinstance(wanted, int):
        return wanted
    spec = workload.spec
    sidecars = (one for one in spec.init_containers if one.restart_policy == "Always") if spec else ()
    numbers = (number_of(wanted, one) for one in (*(spec.containers if spec else ()), *sidecars))
    return next((one for one in numbers if one is not None), None)


def shown(selector: Mapping[str, str], most: int = 4) -> str:
    """Labels as kubectl writes them: `app=score,tier=web`."""
    return ",".join(f"{key}={value}" for key, value in list(selector.items())[:most]) or "nothing"


def nearest(selector: Mapping[str, str], pods: tuple[Metadata, ...]) -> Metadata | None:
    """The pod whose labels are most like a selector; None when none has anything in common with it."""
    ranked = sorted(pods, key=lambda one: likeness(selector, one.labels), reverse=True)
    return ranked[0] if ranked and likeness(selector, ranked[0].labels) > ALIKE else None


def likeness(selector: Mapping[str, str], labels: Mapping[str, str]) -> float:
    """How alike a selector and labels are: 1 for all that it asks, 0 for nothing."""
    if not selector:
        return 0.0
    return sum(_alike(key, value, labels) for key, value in selector.items()) / len(selector)


def _alike(key: str, value: str, labels: Mapping[str, str]) -> float:
    if labels.get(key) == value:
        return 1.0
    if key in labels:
        return 0.4 + 0.5 * SequenceMatcher(None, value, labels[key]).ratio()
    return 0.6 if value in labels.values() else 0.0


def is_old(workload: Workload, metadata: Metadata) -> bool:
    """True for an object that its controllers have had time enough to serve; also where its age is not known."""
    seconds = age(workload, metadata.creation_timestamp)
    return seconds is None or seconds > SETTLED


def confirming(workload: Workload, command: str) -> str | None:
    """The command that confirms a fix in a cluster; None where only manifests are known."""
    return None if workload.from_files else command


def of_object(
    title: str,
    workload: Workload,
    kind: str,
    name: str,
    body: Mapping[str, Any],
    safety: Safety = Safety.REVIEW,
) -> Fix:
    """A fix that changes a service, an ingress or an autoscaler; lines of YAML where only manifests are known."""
    if workload.from_files:
        text = yaml_lines({key: value for key, value in body.items() if value is not None})
        open_ = any("<" in line and ">" in line for line in text)
        return Fix(title=f"{title}, in the manifest", safety=Safety.PLACEHOLDER if open_ else safety, commands=text)
    return patched(title, kind, name, workload.namespace, body, type="merge", safety=safety)
