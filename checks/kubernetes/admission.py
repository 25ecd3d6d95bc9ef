"""Why the API server made no pod, although a controller asked for one: the words of admission and validation.

Said in the condition `ReplicaFailure` of the controller, and in `FailedCreate` events; these are gone after an hour.
"""

import re
from dataclasses import dataclass

from checks.cluster.subject import Workload
from checks.cluster.times import seconds_of
from checks.cluster.workloads import Controller
from checks.finding import Quote
from checks.kubernetes.seen import cut, events, quote_event

_PREFIX = re.compile(
    r'^(?:Error creating: |create Pod \S+ in \S+ \S+ failed error: )?(?:pods? "[^"]*" is forbidden: )?'
)


@dataclass(frozen=True)
class Refusal:
    """A pod that was not made. `text` is the reason without the words that are always there."""

    message: str
    quote: Quote

    @property
    def text(self) -> str:
        """What was said, without `pods "..." is forbidden`."""
        return _PREFIX.sub("", self.message)


def refusal(workload: Workload) -> Refusal | None:
    """Why there are fewer pods than wished, None when there are enough or nobody said why."""
    controller = workload.controller
    if controller is None or workload.from_files or not _lacks_pods(controller, workload):
        return None
    for one in (*workload.replica_sets[:1], controller):
        condition = one.status.condition("ReplicaFailure")
        if condition and condition.status == "True":
            text = f"{condition.reason}: {condition.message}"
            return Refusal(condition.message, Quote(source=f"{one.kind.lower()}/{one.name}", text=cut(text)))
    made = max((seconds_of(pod.metadata.creation_timestamp) or 0.0 for pod in workload.pods), default=0.0)
    said = [one for one in events(workload, "FailedCreate") if one.is_warning and (seconds_of(one.last) or 0.0) >= made]
    if not said:
        return None
    return Refusal(said[-1].message, quote_event(said[-1]))


def _lacks_pods(controller: Controller, workload: Workload) -> bool:
    """True when fewer pods are there than the newest template shall have."""
    if controller.kind == "Job":
        return not workload.pod_count
    newest = workload.replica_sets[0] if workload.replica_sets else None
    return workload.pod_count < controller.wanted or (newest is not None and newest.status.replicas < newest.wanted)
