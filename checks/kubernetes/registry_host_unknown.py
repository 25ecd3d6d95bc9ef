"""The host name of the registry does not resolve.

What it finds
-------------
A pull that failed in the look-up of a host name: no such host, or no answer of the name server.

Why it breaks
-------------
The node asks its name server for the registry's address and gets none: the host in the image name is misspelt or gone,
its private zone is not linked to the cluster's network, or the name server of the node does not answer. No image
arrives, and the pod stays in ImagePullBackOff.

How to fix
----------
Correct the host in the image name; if it is right, link the private DNS zone or mend the node's name server.

Learn more
----------
Kubernetes documentation, "Images". Azure documentation, "Connect privately to a container registry".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.pull_cures import FOLLOWS, other_image
from checks.kubernetes.pulling import failed_pulls
from checks.kubernetes.scenes import event, pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.registry-host-unknown",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.registry-host-unknown"),
)
def registry_host_unknown(evidence: Evidence) -> Iterator[Finding]:
    """Tell a name that nobody knows from a name server that does not answer."""
    workload = workload_of(evidence)
    for pull in failed_pulls(workload, "host"):
        host = pull.what or pull.registry
        unknown = "no such host" in pull.words
        title = (
            f"the registry's host `{host}` does not resolve (no such host)"
            if unknown
            else f"the node's name server gives no answer for the registry `{host}`"
        )
        look = Fix(title="ask the node's own name server", commands=(_look_up(pull.one.pod.spec.node_name, host),))
        named = other_image(workload, pull, "correct the host in the image name")
        yield Finding(
            title=titled(title, 88),
            evidence=pull.quotes,
            about=(*pull.about, f"registry:{host}"),
            fixes=(named, look) if unknown else (look, named),
            confirm=f"nslookup {host}",
        )


def _look_up(node: str, host: str) -> str:
    return f"kubectl debug node/{node or '<node>'} -it --image=busybox -- nslookup {host}"


DOCKER = (
    'Failed to pull image "r.example/churn:7": rpc error: code = Unknown desc = Error response from daemon: Get '
    '"https://r.example/v2/": dial tcp: lookup r.example on 10.0.0.53:53: no such host'
)
MUTE = (
    'failed to do request: Head "https://r.example/v2/churn/manifests/7": dial tcp: lookup r.example on 10.0.0.53:53: '
    "read udp 10.0.0.4:40000->10.0.0.53:53: i/o timeout"
)
ONE = spec(image="r.example/churn:7")
CASES = (
    fires(
        scene(
            pods=(pod(waiting("ImagePullBackOff", 'Back-off pulling image "r.example/churn:7"'), ONE),),
            events=(event("Failed", DOCKER, container="inference-server"),),
        ),
        saw="`r.example` does not resolve",
        findings=1,
    ),
    fires(scene(pods=(pod(waiting("ErrImagePull", MUTE), ONE),)), saw="gives no answer", name="no name server"),
    quiet(scene(pods=(pod(running(), ONE),), events=(event("Failed", DOCKER, container="inference-server"),))),
    quiet(
        scene(pods=(pod(waiting("ErrImagePull", "dial tcp 10.0.0.1:443: i/o timeout"), ONE),)),
        name="it resolves, and does not answer",
    ),
)
