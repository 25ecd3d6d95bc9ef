"""The cluster has not acted on the last change of the workload yet.

What it finds
-------------
A `metadata.generation` that is ahead of `status.observedGeneration`.

Why it breaks
-------------
The API server accepts a change; the controller manager acts on it, most often within a second. Until then the status
speaks of the template before. Where it stays so, the controller manager does not run, or is overloaded.

How to fix
----------
Look again in a moment; then look at the controller manager.

Learn more
----------
Kubernetes documentation, "Deployments": deployment status. API reference: `observedGeneration`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.kubernetes.scenes import Made, deployment, pod, running, scene
from checks.kubernetes.seen import age, quote_field, workload_of
from checks.runtime.wording import titled

AT_ONCE = 30.0  # seconds that a controller may take for a new workload


@check(
    "kubernetes.change-not-observed",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.no-pods",),
)
def change_not_observed(evidence: Evidence) -> Iterator[Finding]:
    """An error where no pod was ever made, a warning where an older template serves."""
    workload = workload_of(evidence)
    controller = workload.controller
    if controller is None or workload.from_files or controller.kind == "Job":
        return
    generation, observed = controller.metadata.generation, controller.status.observed_generation
    if generation <= observed or (age(workload, controller.metadata.creation_timestamp) or AT_ONCE) < AT_ONCE:
        return
    never = observed == 0 and not workload.pods
    yield Finding(
        title=titled(f"the last change of {workload.shown} has not been acted on", 88),
        evidence=(
            quote_field(workload.shown, "metadata.generation", generation),
            quote_field(workload.shown, "status.observedGeneration", observed),
        ),
        severity=Severity.ERROR if never else Severity.WARNING,
        about=(f"name:{workload.name}",),
        fixes=(
            Fix(
                title="see whether the controller manager runs, where the cluster is your own",
                commands=("kubectl get pods -n kube-system -l component=kube-controller-manager",),
            ),
        ),
        confirm=f"kubectl rollout status {workload.shown} -n {workload.namespace}",
    )


def _at(generation: int, observed: int) -> Made:
    made = deployment(status={"observedGeneration": observed})
    return {**made, "metadata": {**made["metadata"], "generation": generation}}


CASES = (
    fires(scene(controller=_at(5, 4), pods=(pod(running()),)), saw="observedGeneration: 4", findings=1),
    fires(scene(controller=_at(1, 0)), saw="the last change of deployment/score has not been acted on"),
    quiet(scene(controller=_at(5, 5), pods=(pod(running()),))),
    quiet(scene(controller=deployment()), name="a manifest has no generation"),
)
