"""A container mounts a volume that the pod does not define.

What it finds
-------------
A `volumeMounts` entry whose name no entry of `volumes` has.

Why it breaks
-------------
The API server refuses the object: `volumeMounts[0].name: Not found`. Often the two names differ by one letter, or the
`volumes` stand at the wrong level.

How to fix
----------
Define the volume beside `containers`, or write its name as it is defined.

Learn more
----------
Kubernetes documentation, "Volumes".
"""

from collections.abc import Iterator
from difflib import get_close_matches

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.kubernetes.patching import yaml_lines
from checks.kubernetes.scenes import deployment, scene, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.specs import containers_with_path, pod_path
from checks.text import listed


@check("kubernetes.volume-not-defined", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def volume_not_defined(evidence: Evidence) -> Iterator[Finding]:
    """Hold the mounts against the volumes."""
    workload = workload_of(evidence)
    if not workload.from_files or workload.spec is None:
        return
    defined = [one.name for one in workload.spec.volumes]
    for container, path, _ in containers_with_path(workload):
        for mount in container.volume_mounts:
            if mount.name in defined:
                continue
            near = get_close_matches(mount.name, defined, n=1, cutoff=0.6)
            made = {"volumes": [{"name": mount.name, "emptyDir": {}}]}
            yield Finding(
                title=f"`{container.name}` mounts the volume `{mount.name}`, which the pod has not"[:88],
                evidence=(
                    quote_field(workload.shown, f"{path}.volumeMounts[{mount.name}].name", mount.name),
                    Quote(source=f"{pod_path(workload)}.volumes", text=f"defines {listed(defined)}"),
                ),
                about=(f"container:{container.name}", f"name:{mount.name}"),
                fixes=(
                    Fix(title=f"mount `{near[0]}`, the nearest that is defined", safety=Safety.REVIEW)
                    if near
                    else Fix(
                        title="define it beside `containers`, with the source that it is to have",
                        safety=Safety.REVIEW,
                        commands=yaml_lines(made),
                    ),
                ),
            )


_MOUNTING = spec(volumeMounts=[{"name": "model", "mountPath": "/model"}])

CASES = (
    fires(scene(controller=deployment(_MOUNTING), from_files=True), saw="mounts the volume `model`"),
    fires(
        scene(controller=deployment(_MOUNTING, volumes=[{"name": "models", "emptyDir": {}}]), from_files=True),
        saw="defines models",
    ),
    quiet(scene(controller=deployment(_MOUNTING, volumes=[{"name": "model", "emptyDir": {}}]), from_files=True)),
)
