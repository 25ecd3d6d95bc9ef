"""The nodes carry a taint that the pod does not tolerate.

What it finds
-------------
`had (untolerated) taint {key: value}` of the scheduler, for taints that somebody set; those by which a cluster marks
nodes that are not ready are told by kubernetes.nodes-not-ready.

Why it breaks
-------------
A taint keeps every pod away that does not say that it bears it. GPU and spot pools are tainted by those who make them,
so that only pods meant for them land there.

How to fix
----------
Add the toleration when the pod is meant for those nodes; otherwise add nodes without the taint.

Learn more
----------
Kubernetes documentation, "Taints and Tolerations". AKS taints spot pools with
`kubernetes.azure.com/scalesetpriority=spot:NoSchedule`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.supplies import Taint
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.patching import of_template, told
from checks.kubernetes.scenes import deployment, node, pending, scene
from checks.kubernetes.scheduling import OF_CONTROL_PLANE, OF_NODE_STATE, nodes_of, waits_for
from checks.kubernetes.seen import workload_of


@check("kubernetes.taint-not-tolerated", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def taint_not_tolerated(evidence: Evidence) -> Iterator[Finding]:
    """Name the taint, with its effect where nodes can be read."""
    workload = workload_of(evidence)
    for one, reason in waits_for(workload, "taint"):
        every = [(n.name, t) for n in nodes_of(workload) for t in n.spec.taints if not OF_NODE_STATE.match(t.key)]
        known = [(name, taint) for name, taint in every if reason.what in {"", taint.key}]
        taint = known[0][1] if known else Taint(key=reason.what or "<key>", value=reason.value, effect="NoSchedule")
        shown = f"{taint.key}={taint.value}" if taint.value else taint.key
        toleration = {"key": taint.key, "operator": "Equal" if taint.value else "Exists", "effect": taint.effect}
        toleration |= {"value": taint.value} if taint.value else {}
        tolerations = [_kept(t) for t in one.pod.spec.tolerations if not OF_NODE_STATE.match(t.key)]
        control = OF_CONTROL_PLANE.match(taint.key)
        yield Finding(
            title=f"{reason.count or 'all'} node{'' if reason.count == 1 else 's'} repel the pod by the taint {shown}",
            evidence=(
                one.quote,
                *(Quote(source=f"node/{n}", text=f"taint {t.key}={t.value}:{t.effect}") for n, t in known[:4]),
            ),
            about=(f"taint:{taint.key}",),
            fixes=(
                *([Fix(title="add a worker node: only the control plane is there")] if control else []),
                of_template(f"tolerate {shown}", workload, {"tolerations": [*tolerations, toleration]}),
                told(
                    "take the taint off a node, when nobody meant it",
                    f"kubectl taint nodes {known[0][0] if known else '<node>'} {taint.key}-",
                ),
            ),
            confirm="kubectl get nodes -o custom-columns=NODE:.metadata.name,TAINTS:.spec.taints",
        )


def _kept(toleration: object) -> dict[str, str]:
    """A toleration as it stands: a strategic patch replaces the whole list."""
    names = ("key", "operator", "value", "effect")
    return {name: getattr(toleration, name) for name in names if getattr(toleration, name)}


OLD = "0/1 nodes are available: 1 node(s) had taint {sku: gpu}, that the pod didn't tolerate."
NEW = "0/2 nodes are available: 2 node(s) had untolerated taint {sku: gpu}. preemption: 0/2 nodes are available: 2 ..."
STATE = "0/1 nodes are available: 1 node(s) had taint {node.kubernetes.io/not-ready: }, that the pod didn't tolerate."
TAINTED = node(spec={"taints": [{"key": "sku", "value": "gpu", "effect": "NoSchedule"}]})

CASES = (
    fires(scene(pods=(pending(OLD),), nodes=(TAINTED,), controller=deployment()), saw="sku=gpu"),
    fires(scene(pods=(pending(NEW),)), saw="sku=gpu"),
    fires(
        scene(
            pods=(
                pending("0/1 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/master: }."),
            )
        ),
        saw="node-role.kubernetes.io/master",
    ),
    quiet(scene(pods=(pending(STATE),)), name="the node is not ready"),
    quiet(
        scene(
            pods=(pending("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {sku: gpu}."),)
        )
    ),
)
