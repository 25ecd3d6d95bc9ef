"""The selector of a deployment does not fit the labels of its own template.

What it finds
-------------
A deployment, stateful set, daemon set or replica set in a manifest whose `spec.selector` asks for labels that
`spec.template.metadata.labels` does not carry.

Why it breaks
-------------
A controller finds its pods by their labels. The API server refuses one that could never find them: `selector` does not
match template `labels`.

How to fix
----------
Write the same labels in both places. The selector of a deployment that exists cannot be changed, so change the
template's labels where it does.

Learn more
----------
Kubernetes documentation, "Deployments": selector.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.patching import yaml_lines
from checks.kubernetes.scenes import deployment, scene
from checks.kubernetes.seen import quote_field, workload_of

KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})


@check(
    "kubernetes.template-labels-differ",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.selector-mismatch",),
)
def template_labels_differ(evidence: Evidence) -> Iterator[Finding]:
    """Hold the selector against the labels beside it."""
    workload = workload_of(evidence)
    controller = workload.controller
    if controller is None or controller.kind not in KINDS or not workload.from_files:
        return
    selector, labels = controller.spec.selector, controller.spec.template.metadata.labels
    if selector is None or selector.fits(labels):
        return
    wanted = selector.match_labels
    differs = [key for key, value in wanted.items() if labels.get(key) != value]
    key = differs[0] if differs else next((one.key for one in selector.match_expressions if not one.fits(labels)), "")
    carried = f"`{key}: {labels[key]}`" if key in labels else f"no label `{key}`"
    asked = f"`{key}: {wanted[key]}`" if key in wanted else f"a fitting `{key}`"
    yield Finding(
        title=f"the selector asks for {asked}, the template has {carried}"[:88],
        evidence=(
            quote_field(workload.shown, f"spec.selector.matchLabels.{key}", wanted.get(key, "")),
            quote_field(workload.shown, f"spec.template.metadata.labels.{key}", labels.get(key, "not there")),
        ),
        fixes=(
            Fix(
                title="give the template the labels that the selector asks for",
                safety=Safety.REVIEW,
                commands=yaml_lines({"template": {"metadata": {"labels": {**labels, **wanted}}}}),
            ),
        ),
    )


def _labelled(**labels: str) -> dict[str, object]:
    made = deployment()
    made["spec"]["template"]["metadata"]["labels"] = labels
    return made


CASES = (
    fires(scene(controller=_labelled(app="scorer"), from_files=True), saw="the template has `app: scorer`"),
    fires(scene(controller=_labelled(), from_files=True), saw="no label `app`"),
    quiet(scene(controller=_labelled(app="score", tier="api"), from_files=True), name="more labels"),
)
