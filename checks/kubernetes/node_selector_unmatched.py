"""No node carries the labels that the pod wants.

What it finds
-------------
A node selector, or a required node affinity, that no node meets; the label that is missing, and the values that nodes
have for its key.

Why it breaks
-------------
The scheduler considers only nodes that carry every label of the selector, character by character. Where there is none,
the pod stays Pending until one is added or the selector is changed.

How to fix
----------
Correct the selector to a label that nodes carry, label a node, or add a node pool that carries it.

Learn more
----------
Kubernetes documentation, "Assigning Pods to Nodes". For Azure ML's Kubernetes compute the selector comes from the
instance type.
"""

from collections.abc import Iterator
from typing import Any

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.metadata import Requirement
from checks.cluster.pods import PodSpec
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.kubernetes.patching import of_template
from checks.kubernetes.scenes import deployment, node, pending, scene
from checks.kubernetes.scheduling import nodes_of, waits_for
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled
from checks.text import listed


@check("kubernetes.node-selector-unmatched", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def node_selector_unmatched(evidence: Evidence) -> Iterator[Finding]:
    """Find the label that no node has."""
    workload = workload_of(evidence)
    waiting = [(one.pod.spec, one.quote) for one, _ in waits_for(workload, "selector", "hostname")]
    for spec, quote in (*waiting, *_nowhere(workload)):
        nodes = nodes_of(workload)
        wanted = _wanted(spec)
        labels = [n.metadata.labels for n in nodes]
        unmet = [r for r in wanted if labels and not any(r.fits(of) for of in labels)] or wanted
        said = listed([_written(r) for r in unmet]) if unmet else "the labels of its node selector"
        values = sorted({of[r.key] for r in unmet for of in labels if r.key in of})
        have = f"nodes have {unmet[0].key}={', '.join(values)}" if values and unmet else ""
        none = "no node has that label" if labels and unmet and not values else ""
        plain = [r.key for r in unmet if r.key in spec.node_selector]
        yield Finding(
            title=titled(f"no node carries {said} (node selector)", 88),
            evidence=(
                quote,
                Quote(source=workload.shown, text=f"node selector or affinity wants {said}"),
                *([Quote(source="nodes", text=have or none)] if have or none else []),
            ),
            about=tuple(f"label:{r.key}" for r in unmet),
            fixes=(
                *(
                    [
                        of_template(
                            f"select nodes with {plain[0]}={values[0]}",
                            workload,
                            {"nodeSelector": {plain[0]: values[0]}},
                        )
                    ]
                    if plain and values
                    else []
                ),
                *(
                    [of_template(f"leave out the selector {plain[0]}", workload, {"nodeSelector": {plain[0]: None}})]
                    if plain
                    else []
                ),
                Fix(
                    title="label a node that is meant",
                    safety=Safety.PLACEHOLDER,
                    commands=tuple(
                        f"kubectl label node <node> {r.key}={(r.values or ('<value>',))[0]}" for r in unmet[:2]
                    ),
                ),
            ),
            confirm="kubectl get nodes --show-labels",
        )


def _nowhere(workload: Workload) -> Iterator[tuple[PodSpec, Quote]]:
    """A daemon set that finds no node: it makes no pods at all, so no scheduler speaks of it."""
    controller, nodes = workload.controller, nodes_of(workload)
    if controller is None or controller.kind != "DaemonSet" or controller.status.desired_number_scheduled or not nodes:
        return
    spec = controller.spec.template.spec
    if any(all(one.fits(node.metadata.labels) for one in _wanted(spec)) for node in nodes):
        return
    yield spec, quote_field(workload.shown, "status.desiredNumberScheduled", 0)


def _wanted(spec: PodSpec) -> list[Requirement]:
    """What a node must have; of several alternatives of an affinity the first, and only where it is the only one."""
    found = [Requirement(key=key, values=(value,)) for key, value in spec.node_selector.items()]
    affinity = spec.affinity.node_affinity.required if spec.affinity and spec.affinity.node_affinity else None
    terms = affinity.node_selector_terms if affinity else ()
    return [*found, *(terms[0].match_expressions if len(terms) == 1 else ())]


def _written(one: Requirement) -> str:
    if one.operator == "In" and len(one.values) == 1:
        return f"{one.key}={one.values[0]}"
    return f"{one.key} {one.operator} {', '.join(one.values)}".strip()


SAID = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity{}."
SELECTS: dict[str, Any] = {"nodeSelector": {"accelerator": "nvidia-tesla-v100"}}
AFFINITY = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "pool", "operator": "In", "values": ["gpu"]}]}]
        }
    }
}

CASES = (
    fires(
        scene(pods=(pending(SAID.format(""), **SELECTS),), nodes=(node(),), controller=deployment(**SELECTS)),
        saw="accelerator=nvidia-tesla-v100",
    ),
    fires(
        scene(pods=(pending(SAID.format("/selector"), affinity=AFFINITY),), nodes=(node(labels={"pool": "cpu"}),)),
        saw="nodes have pool=cpu",
    ),
    fires(scene(pods=(pending(SAID.format(""), **SELECTS),)), saw="accelerator", name="nodes cannot be read"),
    fires(
        scene(controller={**deployment(**SELECTS), "kind": "DaemonSet"}, kind="DaemonSet", nodes=(node(),)),
        saw="accelerator=nvidia-tesla-v100",
        name="a daemon set without a node",
    ),
    quiet(
        scene(pods=(pending("0/2 nodes are available: 1 node(s) didn't match node selector, 1 Insufficient cpu."),)),
        name="the node that was meant is full",
    ),
)
