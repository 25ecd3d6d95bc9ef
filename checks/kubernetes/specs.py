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


def serving_container(workload: Workload, script: str) -> Container | None:
    """The container that runs an entry script: the one that speaks of it, else the only one; None where open."""
    own = workload.spec.containers if workload.spec else ()
    told = [one for one in own if speaks_of(one, script)]
    if told:
        return told[0] if len(told) == 1 else None
    return own[0] if len(own) == 1 else None


def speaks_of(container: Container, script: str) -> bool:
    """True when a command or a variable names the script, or the inference server."""
    words = (*container.command, *container.args, *(one.value or "" for one in container.env))
    named = any(script in word or "azmlinfsrv" in word for word in words)
    return named or container.variable("AZUREML_ENTRY_SCRIPT") is not None
