"""How far a rollout is: replica sets old and new, whether the workload serves all the same, and the room it needs."""

import math

from checks.cluster.metadata import Quantity
from checks.cluster.pods import Pod, PodSpec
from checks.cluster.quantities import amount
from checks.cluster.subject import Workload
from checks.cluster.workloads import Controller

REVISION = "deployment.kubernetes.io/revision"


def is_up(workload: Workload) -> bool:
    """True when as many pods are ready as are wanted, and at least one: what else is in trouble is left over."""
    controller = workload.controller
    ready = sum(pod.is_ready for pod in workload.pods)
    if controller is None:
        return 0 < len(workload.pods) == ready
    counted = max(ready, controller.status.ready_replicas, controller.status.number_ready)
    return counted >= max(controller.wanted, 1)


def revision(replica_set: Controller) -> int:
    """The number of a replica set's template, counted from 1; 0 where it has none."""
    text = replica_set.metadata.annotations.get(REVISION, "")
    return int(text) if text.isdigit() else 0


def newest(workload: Workload) -> Controller | None:
    """The replica set of the present template; None where none is known."""
    return max(workload.replica_sets, key=revision, default=None)


def older(workload: Workload) -> tuple[Controller, ...]:
    """Replica sets of earlier templates that have ready pods, the newest first."""
    last = newest(workload)
    rest = [one for one in workload.replica_sets if one is not last and one.status.ready_replicas]
    return tuple(sorted(rest, key=revision, reverse=True))


def pods_of(workload: Workload, replica_set: Controller) -> tuple[Pod, ...]:
    """The pods that a replica set made."""
    return tuple(
        pod for pod in workload.pods if pod.metadata.controller and pod.metadata.controller.name == replica_set.name
    )


def may_be_missing(controller: Controller) -> int:
    """How many pods may be missing during a rollout. A part of a hundred is rounded down, as the controller does."""
    rolling = controller.spec.strategy.rolling_update if controller.spec.strategy else None
    given = rolling.max_unavailable if rolling else None
    return _of(given if given is not None else "25%", controller.wanted)


def _of(given: int | str, wanted: int) -> int:
    if isinstance(given, int):
        return given
    number = given.removesuffix("%")
    return math.floor(wanted * int(number) / 100) if number.isdigit() and given.endswith("%") else 0


def requests(spec: PodSpec) -> dict[str, float]:
    """What one pod asks for, its containers together. Init containers that end before do not add to it."""
    total: dict[str, float] = {}
    for container in spec.containers:
        asked: dict[str, Quantity] = {**container.resources.limits, **container.resources.requests}
        for name, written in asked.items():
            total[name] = total.get(name, 0.0) + (amount(written) or 0.0)
    return total


def has_trouble(pod: Pod) -> bool:
    """True for a pod whose state alone shows that it does not get to work: no node, a bad wait, an end."""
    if pod.metadata.deletion_timestamp or pod.is_ready:
        return False
    scheduled = pod.status.condition("PodScheduled")
    if scheduled and scheduled.status == "False" and scheduled.reason == "Unschedulable":
        return True
    for one in (*pod.status.init_container_statuses, *pod.status.container_statuses):
        waiting, ended = one.state.waiting, one.state.terminated
        if waiting and waiting.reason not in {"", "ContainerCreating", "PodInitializing"}:
            return True
        if (ended and ended.exit_code) or (one.restart_count and not one.ready):
            return True
    return False
