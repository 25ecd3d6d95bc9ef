"""What the checks of autoscalers share."""

from checks.cluster.subject import Workload
from checks.cluster.workloads import Autoscaler
from checks.evidence import Missing


def autoscalers_of(workload: Workload) -> tuple[Autoscaler, ...]:
    """The autoscalers that were read with the workload."""
    return () if isinstance(workload.autoscalers, Missing) else workload.autoscalers


def scales(one: Autoscaler, workload: Workload) -> bool:
    """True when an autoscaler scales the workload."""
    target = one.spec.scale_target_ref
    return (target.kind, target.name) == (workload.kind, workload.name)


def resources(one: Autoscaler) -> frozenset[str]:
    """The resources (`cpu`, `memory`) whose use, as a part of the request, an autoscaler measures."""
    found = {"cpu"} if one.spec.target_cpu_utilization_percentage is not None else set()
    for metric in one.spec.metrics:
        resource = metric.get("resource")
        if not isinstance(resource, dict):
            continue
        target = resource.get("target")
        kind = target.get("type") if isinstance(target, dict) else None
        if kind == "Utilization" or resource.get("targetAverageUtilization") is not None:
            found.add(str(resource.get("name", "")))
    return frozenset(found)
