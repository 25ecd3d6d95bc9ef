"""What checks of a pod's specification share: paths of its parts, and how they are written."""

from collections.abc import Iterator

from checks.cluster.metadata import Quantity
from checks.cluster.pods import Container
from checks.cluster.subject import Workload
from checks.kubernetes.seen import templates


def pod_path(workload: Workload) -> str:
    """Where the pod's specification stands in the object."""
    if workload.controller is None:
        return "spec"
    return "spec.jobTemplate.spec.template.spec" if workload.kind == "CronJob" else "spec.template.spec"


def containers_with_path(workload: Workload) -> Iterator[tuple[Container, str, bool]]:
    """The containers as they are asked for, each with its path, and whether it is an init container."""
    for container, init in templates(workload):
        where = "initContainers" if init else "containers"
        yield container, f"{pod_path(workload)}.{where}[{container.name}]", init


def amounts(container: Container) -> Iterator[tuple[str, str, Quantity]]:
    """Every amount that a container asks for: `limits` or `requests`, the resource, the quantity."""
    for part, found in (("requests", container.resources.requests), ("limits", container.resources.limits)):
        for resource, quantity in found.items():
            yield part, resource, quantity
