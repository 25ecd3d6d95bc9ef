"""The deployment is paused, the job suspended: changes are not rolled out.

What it finds
-------------
`spec.paused` of a deployment whose template is newer than its pods, or that has none; `spec.suspend` of a job.

Why it breaks
-------------
While a deployment is paused, its controller neither makes pods of a new template nor removes those of the old one. The
service goes on as it was, whatever is applied; a new one has no pods at all.

How to fix
----------
Resume it.

Learn more
----------
Kubernetes documentation, "Deployments": pausing and resuming a rollout; "Jobs": suspending a job.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.patching import patched
from checks.kubernetes.scenes import deployment, pod, running, scene
from checks.kubernetes.seen import quote_field, workload_of


@check(
    "kubernetes.rollout-paused",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.no-pods",),
)
def rollout_paused(evidence: Evidence) -> Iterator[Finding]:
    """Look at the switch, and whether something waits for it."""
    workload = workload_of(evidence)
    controller = workload.controller
    if controller is None or not (controller.spec.paused or controller.spec.suspend):
        return
    field = "paused" if controller.spec.paused else "suspend"
    waits = controller.spec.suspend or controller.status.updated_replicas < controller.wanted
    if not waits and not workload.from_files:
        return
    yield Finding(
        title=f"{workload.shown} is {'paused' if field == 'paused' else 'suspended'}: its new template has no pods",
        evidence=(
            quote_field(workload.shown, f"spec.{field}", "true"),
            quote_field(
                workload.shown, "status.updatedReplicas", f"{controller.status.updated_replicas} of {controller.wanted}"
            ),
        ),
        about=(f"name:{workload.name}",),
        fixes=(
            patched(
                f"set {field} to false",
                workload.kind,
                workload.name,
                workload.namespace,
                {"spec": {field: False}},
                type="merge",
            ),
        ),
        confirm=f"kubectl rollout status {workload.shown} -n {workload.namespace}",
    )


def _paused(status: dict[str, int]) -> dict[str, object]:
    made = deployment(status=status)
    return {**made, "spec": {**made["spec"], "paused": True}}


CASES = (
    fires(scene(controller=_paused({}), pods=()), saw="is paused"),
    fires(
        scene(controller=_paused({"updatedReplicas": 0, "replicas": 1, "readyReplicas": 1}), pods=(pod(running()),)),
        saw="0 of 1",
    ),
    quiet(scene(controller=_paused({"updatedReplicas": 1, "replicas": 1, "readyReplicas": 1}), pods=(pod(running()),))),
    quiet(scene(pods=(pod(running()),))),
)
