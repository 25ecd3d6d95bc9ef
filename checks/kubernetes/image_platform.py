"""The image has no variant for the node's processor or system.

What it finds
-------------
A pull that failed because the image's list of platforms lacks that of the node.

Why it breaks
-------------
An image built on an Apple or ARM machine is linux/arm64 unless told otherwise, and the nodes are most often linux/amd64
(or the reverse). The runtime finds no variant that it could run, and takes none.

How to fix
----------
Build and push the image for the node's platform, or send the pods to nodes of the image's platform.

Learn more
----------
Docker documentation, "Multi-platform builds".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.pull_cures import FOLLOWS
from checks.kubernetes.pulling import failed_pulls
from checks.kubernetes.scenes import node, pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.image-platform",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.image-platform-missing", "logs.image-not-found"),
)
def image_platform(evidence: Evidence) -> Iterator[Finding]:
    """Name the node's platform where it was read."""
    workload = workload_of(evidence)
    for pull in failed_pulls(workload, "platform"):
        where = pull.one.pod.spec.node_name
        platform = platform_of(workload, where) or pull.what
        yield Finding(
            title=titled(f"the image `{pull.image}` has no variant for {platform or 'the node'}", 88),
            evidence=(*pull.quotes, *((Quote(source=f"node/{where}", text=f"platform: {platform}"),) if where else ())),
            about=pull.about,
            fixes=(
                Fix(
                    title="build and push it for the node's platform",
                    commands=(f"docker buildx build --platform {platform or 'linux/amd64'} -t {pull.image} --push .",),
                ),
            ),
            confirm=f"docker manifest inspect {pull.image}",
        )


def platform_of(workload: Workload, name: str) -> str:
    """The platform of a node, `linux/amd64`; empty where the node was not read."""
    nodes = () if isinstance(workload.nodes, Missing) else workload.nodes
    found = next((one.status.node_info for one in nodes if one.name == name), None)
    return f"{found.operating_system}/{found.architecture}" if found and found.architecture else ""


CONTAINERD = (
    'rpc error: code = NotFound desc = failed to pull and unpack image "r.io/a:1": no match for platform in manifest: '
    "not found"
)
DOCKER = "Error response from daemon: no matching manifest for linux/arm64/v8 in the manifest list entries"
ONE = spec(image="r.io/a:1")
CASES = (
    fires(
        scene(pods=(pod(waiting("ErrImagePull", CONTAINERD), ONE),), nodes=(node(),)),
        saw="no variant for linux/amd64",
        findings=1,
    ),
    fires(scene(pods=(pod(waiting("ErrImagePull", DOCKER), ONE),)), saw="no variant for linux/arm64/v8"),
    quiet(scene(pods=(pod(running(), ONE),), nodes=(node(),))),
    quiet(scene(pods=(pod(waiting("ErrImagePull", "manifest unknown"), ONE),), nodes=(node(),))),
)
