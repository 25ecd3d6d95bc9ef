"""The network plugin of the node does not give the pod a network.

What it finds
-------------
A sandbox that could not be made because the CNI plugin is not installed, not configured, or fails on the node.

Why it breaks
-------------
Before any container starts, the plugin sets up the pod's network. Until it does, the pod stays in ContainerCreating;
most often other new pods of the same node stay there, too.

How to fix
----------
Look at the plugin's own pod on that node, and restart it; or take another node.

Learn more
----------
Kubernetes documentation, "Network Plugins".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.sandboxes import failed_sandboxes
from checks.kubernetes.scenes import event, pod, running, scene, waiting
from checks.kubernetes.seen import workload_of
from checks.kubernetes.stuck import UPSHOT
from checks.runtime.wording import titled


@check(
    "kubernetes.sandbox-network-failed",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*UPSHOT, "logs.cni-broken", "logs.sandbox-failed"),
)
def sandbox_network_failed(evidence: Evidence) -> Iterator[Finding]:
    """One finding a node."""
    workload = workload_of(evidence)
    for one in failed_sandboxes(workload, "network"):
        yield Finding(
            title=titled(f"the network plugin gives pods on {one.node} no network", 88),
            evidence=one.quotes,
            about=one.about,
            fixes=(
                Fix(
                    title="look at the plugin's pods on that node, and restart them",
                    commands=(f"kubectl get pods -n kube-system -o wide --field-selector spec.nodeName={one.node}",),
                ),
                Fix(
                    title="let the pod go to another node",
                    commands=(
                        f"kubectl cordon {one.node}",
                        f"kubectl delete pod {one.pod.name} -n {workload.namespace}",
                    ),
                ),
            ),
            confirm=f"kubectl describe node {one.node}",
        )


BROKEN = event(
    "FailedCreatePodSandBox",
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0000": plugin '
    'type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory',
)
OLD = event(
    "FailedCreatePodSandBox",
    'Failed to create pod sandbox: rpc error: code = Unknown desc = [failed to set up sandbox container "0000" network '
    'for pod "score": networkPlugin cni failed to set up pod network: open /run/flannel/subnet.env: no such file]',
)
NOT_READY = event(
    "NetworkNotReady",
    "network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized",
)
CREATING = waiting("ContainerCreating")
CASES = (
    fires(scene(pods=(pod(CREATING),), events=(BROKEN,)), saw="on node1 no network", findings=1),
    fires(scene(pods=(pod(CREATING),), events=(OLD,)), findings=1, name="1.20"),
    fires(scene(pods=(pod(CREATING),), events=(NOT_READY,)), findings=1, name="no plugin at all"),
    quiet(scene(pods=(pod(running()),), events=(BROKEN,)), name="it passed"),
)
