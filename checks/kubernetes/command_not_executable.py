"""The command of the container must not be executed.

What it finds
-------------
A container that never began, because its program has no execute permission or is a folder.

Why it breaks
-------------
The runtime opens the program with execve(2), which the system refuses. Files of a config map or secret are mounted with
mode 0644, which has no execute bit; Git on Windows and some archives lose it.

How to fix
----------
Name the interpreter before the script, set the bit while the image is built, or `defaultMode: 0755` of the volume.

Learn more
----------
Kubernetes documentation, "ConfigMaps": `defaultMode`. execve(2), EACCES.
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Volume
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.begins import FailedStart, failed_starts
from checks.kubernetes.command_not_found import FOLLOWS
from checks.kubernetes.patching import of_container, of_template
from checks.kubernetes.scenes import ended, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.command-not-executable",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.entrypoint-not-executable", "logs.executable-not-permitted", "logs.permission-denied"),
)
def command_not_executable(evidence: Evidence) -> Iterator[Finding]:
    """Tell a folder, a file of a volume and a file of the image apart."""
    workload = workload_of(evidence)
    for start in failed_starts(workload, "not-executable", "a-folder"):
        one, program, volume = start.one, start.program, _volume(start)
        fixes: tuple[Fix, ...]
        fields: dict[str, list[str] | None]
        if start.kind == "a-folder":
            title = f"the command `{program}` is a folder"
            fields = {"command": [f"{program}/<program>"]}
            fixes = (of_container("name the program inside", workload, one.name, fields, init=one.init),)
        else:
            or_folder = "" if "." in posixpath.basename(program) else ", or is a folder"
            title = f"the command `{program}` has no execute permission{or_folder}"
            shell = "python" if program.endswith(".py") else "sh"
            fields = {"command": [shell, program, *start.command[1:]], "args": None}
            fixes = (of_container("name its interpreter", workload, one.name, fields, init=one.init),)
            kind = "configMap" if volume and volume.config_map else "secret" if volume and volume.secret else ""
            if volume and kind:
                body = {"volumes": [{"name": volume.name, kind: {"defaultMode": 0o755}}]}
                fixes = (*fixes, of_template("give the volume's files the bit (0755)", workload, body))
            elif not volume:
                fixes = (*fixes, Fix(title="set the bit in the Dockerfile", commands=(f"RUN chmod +x {program}",)))
        yield Finding(
            title=titled(title, 88),
            evidence=(*start.quotes, quote_field(one.shown, "command", list(start.command) or "of the image")),
            about=(*start.about, f"file:{program}"),
            fixes=fixes,
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _volume(start: FailedStart) -> Volume | None:
    """The volume that the program lies on."""
    mounts = [
        mount
        for mount in start.one.spec.volume_mounts
        if posixpath.normpath(start.program).startswith(mount.mount_path.rstrip("/") + "/")
    ]
    inner = max(mounts, key=lambda mount: len(mount.mount_path), default=None)
    return start.one.pod.spec.volume(inner.name) if inner else None


WORDS = 'OCI runtime create failed: unable to start container process: exec: "/run.sh": permission denied: unknown'
FOLDER = 'unable to start container process: exec: "/app": is a directory: unknown'
ON_MAP = spec(command=["/scripts/run.sh"], volumeMounts=[{"name": "scripts", "mountPath": "/scripts"}])
CASES = (
    fires(
        scene(
            pods=(
                pod(
                    waiting("CrashLoopBackOff", last=ended(126, "ContainerCannotRun", WORDS)), spec(command=["/run.sh"])
                ),
            )
        ),
        saw="`/run.sh` has no execute permission",
        findings=1,
    ),
    fires(
        scene(
            pods=(
                pod(
                    waiting("RunContainerError", 'exec: "/scripts/run.sh": permission denied: unknown'),
                    ON_MAP,
                    volumes=[{"name": "scripts", "configMap": {"name": "scripts"}}],
                ),
            )
        ),
        name="a file of a config map",
    ),
    fires(scene(pods=(pod(waiting("RunContainerError", FOLDER), spec(command=["/app"])),)), saw="`/app` is a folder"),
    quiet(scene(pods=(pod(running(last=ended(126, "ContainerCannotRun", WORDS))),)), name="it runs now"),
    quiet(
        scene(
            pods=(
                pod(
                    waiting("CrashLoopBackOff", last=ended(1)),
                ),
            )
        ),
        name="the service itself failed",
    ),
)
