"""The registry cannot be reached from the node.

What it finds
-------------
A pull that ended in a refused connection, a time-out, a reset, or at a proxy.

Why it breaks
-------------
The node resolves the registry's name and gets no connection: nothing listens there (`localhost` is the node itself, not
the machine where the image was built), or a firewall, a route table or a proxy stands between. The pod stays in
ImagePullBackOff.

How to fix
----------
Name a registry that the nodes can reach, or open the way from the nodes to it (port 443).

Learn more
----------
Azure documentation, "Outbound network and FQDN rules for AKS clusters".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.pull_cures import FOLLOWS, other_image
from checks.kubernetes.pulling import FailedPull, failed_pulls
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled

LOCAL = ("localhost", "127.0.0.1", "host.docker.internal", "[::1]")


@check(
    "kubernetes.registry-unreachable",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.registry-timeout", "logs.registry-refused"),
)
def registry_unreachable(evidence: Evidence) -> Iterator[Finding]:
    """Tell a registry on the node itself from one behind a closed door."""
    workload = workload_of(evidence)
    for pull in failed_pulls(workload, "unreachable"):
        named = other_image(workload, pull, "name a registry that the nodes can reach")
        yield Finding(
            title=titled(_title(pull), 88),
            evidence=pull.quotes,
            confidence=Confidence.LIKELY if _is_slow(pull) else Confidence.CERTAIN,
            about=(*pull.about, f"registry:{pull.registry}"),
            fixes=(named,) if _is_local(pull) else (_try(pull), named),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _is_local(pull: FailedPull) -> bool:
    return pull.registry.rsplit(":", 1)[0] in LOCAL


def _is_slow(pull: FailedPull) -> bool:
    return "deadline" in pull.what and "dial tcp" not in pull.words


def _title(pull: FailedPull) -> str:
    if _is_local(pull):
        return f"the image comes from {pull.registry}, which on a node is the node itself"
    if "proxyconnect" in pull.words:
        return f"the node's proxy for the registry {pull.registry} cannot be reached"
    if _is_slow(pull):
        return f"the pull of `{pull.image}` takes longer than the node waits"
    return f"the registry {pull.registry} cannot be reached from the node ({pull.what or 'time-out'})"


def _try(pull: FailedPull) -> Fix:
    node = pull.one.pod.spec.node_name or "<node>"
    return Fix(
        title="try the way from the node, and open it in firewall, route table or proxy",
        commands=(f"kubectl debug node/{node} -it --image=busybox -- wget -T 5 -qO- https://{pull.registry}/v2/",),
    )


REFUSED = (
    'Error response from daemon: Get "http://localhost:5000/v2/": dial tcp 127.0.0.1:5000: connect: connection refused'
)
SLOW = (
    'rpc error: code = DeadlineExceeded desc = failed to resolve reference "r.io/a:1": failed to do request: Head '
    '"https://r.io/v2/a/manifests/1": dial tcp 203.0.113.9:443: i/o timeout'
)
AT_LOGIN = (
    'failed to authorize: failed to fetch anonymous token: Get "https://r.io/token": net/http: TLS handshake timeout'
)
ONE = spec(image="r.io/a:1")
CASES = (
    fires(
        scene(pods=(pod(waiting("ErrImagePull", REFUSED), spec(image="localhost:5000/a:1")),)),
        saw="localhost:5000, which on a node is the node itself",
        findings=1,
    ),
    fires(scene(pods=(pod(waiting("ErrImagePull", SLOW), ONE),)), saw="cannot be reached from the node (i/o timeout)"),
    fires(
        scene(pods=(pod(waiting("ErrImagePull", AT_LOGIN), ONE),)), saw="TLS handshake timeout", name="its token server"
    ),
    fires(
        scene(pods=(pod(waiting("ErrImagePull", "proxyconnect tcp: dial tcp 10.1.0.4:3128: i/o timeout"), ONE),)),
        saw="proxy",
    ),
    fires(
        scene(pods=(pod(waiting("ErrImagePull", "rpc error: code = Unknown desc = context deadline exceeded"), ONE),)),
        saw="takes longer than the node waits",
    ),
    quiet(scene(pods=(pod(running(), ONE),))),
    quiet(
        scene(pods=(pod(waiting("ErrImagePull", "dial tcp: lookup r.io on 10.0.0.53:53: i/o timeout"), ONE),)),
        name="the name server is it",
    ),
)
