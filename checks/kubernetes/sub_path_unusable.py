"""The subPath of a mount cannot be used.

What it finds
-------------
A container whose mount names a `subPath` that the kubelet can neither enter nor make, or a variable in it that is not
set.

Why it breaks
-------------
Before it makes the container, the kubelet opens the path inside of the volume, and makes a folder of that name where
there is none. In a volume that is read-only, through a link that leaves it, or below a file, it cannot.

How to fix
----------
Make the path in the volume, or mount the whole volume and use the path in the program.

Learn more
----------
Kubernetes documentation, "Volumes": using subPath.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.begins import config_errors
from checks.kubernetes.command_not_found import FOLLOWS
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled

_WORDS = re.compile(
    r"failed to (?:prepare subPath|create subPath directory) for volumeMount \"(?P<volume>[^\"]+)\""
    r"|(?i:subpath) `(?P<path>[^`]+)`|missing value for (?P<variable>[\w, ]+)"
)


@check(
    "kubernetes.sub-path-unusable",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "kubernetes.container-not-configured", "logs.sub-path-failed"),
)
def sub_path_unusable(evidence: Evidence) -> Iterator[Finding]:
    """Name the mount and its path."""
    workload = workload_of(evidence)
    for one, words, quotes in config_errors(workload):
        found = _WORDS.search(words)
        if not found:
            continue
        mount = next(
            (
                mount
                for mount in one.spec.volume_mounts
                if (mount.sub_path or mount.sub_path_expr) and found["volume"] in {None, mount.name}
            ),
            None,
        )
        path = (mount.sub_path or mount.sub_path_expr) if mount else found["path"] or "?"
        name = mount.name if mount else found["volume"] or "?"
        lacks = f": {found['variable']} is not set" if found["variable"] else ""
        seen = quote_field(one.shown, f"volumeMounts[{name}].subPath", path)
        yield Finding(
            title=titled(f"the subPath `{path}` of volume {name} cannot be used{lacks}", 88),
            evidence=(*quotes, seen),
            about=(f"container:{one.name}", f"volume:{name}"),
            fixes=(
                Fix(title=f"set {found['variable']} in the container's env")
                if lacks
                else Fix(title=f"make `{path}` in the volume, or mount the whole of it"),
            ),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


SAYS = 'failed to prepare subPath for volumeMount "models" of container "inference-server"'
ONE = spec(volumeMounts=[{"name": "models", "mountPath": "/m", "subPath": "churn/7"}])
BY_NAME = spec(volumeMounts=[{"name": "models", "mountPath": "/m", "subPathExpr": "$(MODEL)"}])
CASES = (
    fires(
        scene(pods=(pod(waiting("CreateContainerConfigError", SAYS), ONE),)),
        saw="the subPath `churn/7` of volume models cannot be used",
        findings=1,
    ),
    fires(
        scene(pods=(pod(waiting("CreateContainerConfigError", "missing value for MODEL"), BY_NAME),)),
        saw="MODEL is not set",
    ),
    quiet(scene(pods=(pod(running(), ONE),))),
    quiet(scene(pods=(pod(waiting("CreateContainerConfigError", 'configmap "a" not found'), ONE),))),
)
