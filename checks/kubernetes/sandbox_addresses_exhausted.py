"""No address is left for the pod.

What it finds
-------------
A sandbox that could not be made because the subnet, or the range of the node, has no free address.

Why it breaks
-------------
Each pod takes an address, with Azure CNI one of the subnet itself. Without one the network plugin refuses the sandbox,
and the pod stays in ContainerCreating.

How to fix
----------
Remove what is not needed, take a larger subnet or an overlay network, or send the pod to a node with free addresses.

Learn more
----------
Azure documentation, "Troubleshoot the SubnetIsFull error code".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.sandboxes import failed_sandboxes
from checks.kubernetes.scenes import event, pod, running, scene, waiting
from checks.kubernetes.seen import workload_of
from checks.kubernetes.stuck import UPSHOT
from checks.runtime.wording import titled


@check(
    "kubernetes.sandbox-addresses-exhausted",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*UPSHOT, "logs.pod-addresses-exhausted", "logs.sandbox-failed"),
)
def sandbox_addresses_exhausted(evidence: Evidence) -> Iterator[Finding]:
    """One finding a node."""
    workload = workload_of(evidence)
    for one in failed_sandboxes(workload, "addresses"):
        yield Finding(
            title=titled(f"no free address is left for pods on node {one.node}", 88),
            evidence=one.quotes,
            about=one.about,
            fixes=(
                Fix(
                    title="send the pod to another node, and see how many pods this one has",
                    commands=(
                        f"kubectl cordon {one.node}",
                        f"kubectl delete pod {one.pod.name} -n {workload.namespace}",
                        f"kubectl get pods -A --field-selector spec.nodeName={one.node}",
                    ),
                ),
                Fix(
                    title="take a larger subnet, or a network overlay",
                    safety=Safety.PLACEHOLDER,
                    commands=("az network vnet subnet show -g <resource-group> --vnet-name <vnet> -n <subnet>",),
                ),
            ),
            confirm=f"kubectl get pods -n {workload.namespace} -o wide",
        )


FULL = event(
    "FailedCreatePodSandBox",
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0000": plugin '
    'type="host-local" failed (add): failed to allocate for range 0: no IP addresses available in range set',
)
AZURE = event(
    "FailedCreatePodSandBox",
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0000": plugin '
    'type="azure-vnet" failed (add): IPAM Invoker Add failed with error: Failed to get IP address from CNS: '
    "AllocateIPConfig failed: not enough IPs available for 1111, waiting on Azure CNS to allocate more",
)
CILIUM = event(
    "FailedCreatePodSandBox",
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0000": plugin '
    'type="cilium-cni" failed (add): unable to allocate IP via local cilium agent: [POST /ipam][502] postIpamFailure '
    '"No more IPs available"',
)
DELEGATE = event(
    "FailedCreatePodSandBox",
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0000": plugin '
    'type="azure-vnet" failed (add): Failed to initialize key-value store: timed out locking store',
)
CREATING = waiting("ContainerCreating")
STARTED = event(
    "Started", "Started container", container="inference-server", last="2026-11-20T18:17:00Z", type="Normal"
)
CASES = (
    fires(scene(pods=(pod(CREATING),), events=(FULL,)), saw="no free address is left", findings=1),
    fires(scene(pods=(pod(CREATING),), events=(AZURE,)), findings=1, name="Azure CNI"),
    fires(scene(pods=(pod(CREATING),), events=(CILIUM,)), findings=1, name="Cilium"),
    quiet(scene(pods=(pod(CREATING),), events=(DELEGATE,)), name="the plugin is broken"),
    quiet(scene(pods=(pod(running()),), events=(FULL,)), name="it has one now"),
    quiet(scene(pods=(pod(CREATING),), events=(FULL, STARTED)), name="it got one, and goes on"),
)
