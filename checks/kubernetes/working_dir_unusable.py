"""The working folder of the container cannot be entered.

What it finds
-------------
A container that never began, because its working folder does not exist, is a file, or is closed to its user.

Why it breaks
-------------
The runtime changes into `workingDir` (of the pod, else WORKDIR of the image) with the rights of the container's user
before the command begins.

How to fix
----------
Name a folder that the user may enter, or leave `workingDir` to the image.

Learn more
----------
Kubernetes API reference, Container `workingDir`. Source: runc `libcontainer/init_linux.go`, chdir to cwd.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.begins import failed_starts
from checks.kubernetes.command_not_found import FOLLOWS
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import ended, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.working-dir-unusable",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.workdir-unusable"),
)
def working_dir_unusable(evidence: Evidence) -> Iterator[Finding]:
    """Name the folder and what is wrong with it."""
    workload = workload_of(evidence)
    for start in failed_starts(workload, "folder"):
        one, words = start.one, start.words
        folder = one.spec.working_dir or start.what or "of the image"
        said = (
            "is closed to its user"
            if "permission denied" in words
            else "is a file"
            if "not a directory" in words
            else "cannot be entered"
        )
        patch = of_container("leave it to the image", workload, one.name, {"workingDir": None}, init=one.init)
        mend = Fix(title=f"make the folder {folder} in the image, owned by the user that the container runs as")
        yield Finding(
            title=titled(f"the working folder {folder} of container {one.name} {said}", 88),
            evidence=(*start.quotes, quote_field(one.shown, "workingDir", one.spec.working_dir or "of the image")),
            about=(*start.about, f"file:{folder}"),
            fixes=(patch, mend) if one.spec.working_dir else (mend,),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


DENIED = (
    "OCI runtime create failed: runc create failed: unable to start container process: error during container init: "
    'chdir to cwd ("/root/app") set in config.json failed: permission denied: unknown'
)
FILE = 'unable to start container process: chdir to cwd ("/app/score.py") set in config.json failed: not a directory'
ONE = spec(workingDir="/root/app")
CASES = (
    fires(
        scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(128, "StartError", DENIED)), ONE),)),
        saw="the working folder /root/app of container inference-server is closed to its user",
        findings=1,
    ),
    fires(scene(pods=(pod(waiting("RunContainerError", FILE)),)), saw="/app/score.py of container"),
    quiet(scene(pods=(pod(running(last=ended(128, "StartError", DENIED)), ONE),))),
    quiet(scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(1)), ONE),))),
)
