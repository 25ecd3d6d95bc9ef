"""What makes and keeps pods: deployments, replica sets, stateful sets, daemon sets, jobs, autoscalers, budgets."""

from typing import Any

import msgspec

from checks.cluster.metadata import Condition, LabelSelector, Metadata, Object
from checks.cluster.pods import PodTemplate


class RollingUpdate(Object, frozen=True):
    """How many pods may be missing or too many during a rollout."""

    max_unavailable: int | str | None = None
    max_surge: int | str | None = None


class Strategy(Object, frozen=True):
    """How old pods give way to new ones."""

    type: str = ""
    rolling_update: RollingUpdate | None = None


class ControllerSpec(Object, frozen=True):
    """The wishes of every kind of controller together; `completions` and what follows are those of jobs,
    `schedule` that of a cron job in a manifest.

    `replicas` is None where a manifest leaves it out (1 by default), and for kinds that have none.
    """

    replicas: int | None = None
    selector: LabelSelector | None = None
    template: PodTemplate = PodTemplate()
    strategy: Strategy | None = None
    paused: bool = False
    progress_deadline_seconds: int | None = None
    min_ready_seconds: int = 0
    schedule: str = ""
    service_name: str = ""
    completions: int | None = None
    parallelism: int | None = None
    backoff_limit: int | None = None
    active_deadline_seconds: int | None = None
    suspend: bool = False


class ControllerStatus(Object, frozen=True):
    """What became of the wishes, of every kind of controller together."""

    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0
    conditions: tuple[Condition, ...] = ()
    active: int = 0
    succeeded: int = 0
    failed: int = 0
    desired_number_scheduled: int = 0
    number_ready: int = 0
    current_revision: str = ""
    update_revision: str = ""

    def condition(self, type: str) -> Condition | None:
        """The condition of that type."""
        return next((one for one in self.conditions if one.type == type), None)


class Controller(Object, frozen=True):
    """A Deployment, ReplicaSet, StatefulSet, DaemonSet or Job. In lists the collector adds the `kind`."""

    kind: str = ""
    api_version: str = ""
    metadata: Metadata = Metadata()
    spec: ControllerSpec = ControllerSpec()
    status: ControllerStatus = ControllerStatus()

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name

    @property
    def wanted(self) -> int:
        """How many pods there shall be."""
        if self.kind == "DaemonSet":
            return self.status.desired_number_scheduled
        if self.kind == "Job":
            return self.spec.parallelism if self.spec.parallelism is not None else 1
        return 1 if self.spec.replicas is None else self.spec.replicas


class ScaleTarget(Object, frozen=True):
    """What an autoscaler scales."""

    kind: str = ""
    name: str = ""


class AutoscalerSpec(Object, frozen=True):
    """Bounds and measures. `metrics` stay as they are: their shape differs between versions of the API.

    `target_cpu_utilization_percentage` is that of autoscaling/v1.
    """

    scale_target_ref: ScaleTarget = ScaleTarget()
    min_replicas: int | None = None
    max_replicas: int = 0
    metrics: tuple[dict[str, Any], ...] = ()
    target_cpu_utilization_percentage: int | None = msgspec.field(default=None, name="targetCPUUtilizationPercentage")


class AutoscalerStatus(Object, frozen=True):
    """Where it stands."""

    current_replicas: int = 0
    desired_replicas: int = 0
    conditions: tuple[Condition, ...] = ()

    def condition(self, type: str) -> Condition | None:
        """The condition of that type."""
        return next((one for one in self.conditions if one.type == type), None)


class Autoscaler(Object, frozen=True):
    """A HorizontalPodAutoscaler."""

    metadata: Metadata = Metadata()
    spec: AutoscalerSpec = AutoscalerSpec()
    status: AutoscalerStatus = AutoscalerStatus()


class BudgetSpec(Object, frozen=True):
    """How many pods must stay."""

    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    selector: LabelSelector | None = None


class BudgetStatus(Object, frozen=True):
    """How many may go now."""

    disruptions_allowed: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    expected_pods: int = 0


class DisruptionBudget(Object, frozen=True):
    """A PodDisruptionBudget."""

    metadata: Metadata = Metadata()
    spec: BudgetSpec = BudgetSpec()
    status: BudgetStatus = BudgetStatus()
