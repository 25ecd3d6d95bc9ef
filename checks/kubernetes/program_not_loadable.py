"""The program cannot be loaded: another processor, no interpreter, or line ends of Windows.

What it finds
-------------
A start that failed with "exec format error", or with "no such file or directory" for a file that is there.

Why it breaks
-------------
The kernel reads the first bytes of the program: the processor it is made for, or the interpreter behind `#!`. Neither
fits: an image built on an ARM machine, a script without its first line, a first line that ends in a carriage return
(Windows), or an interpreter that the image does not have. No line of the service runs.

How to fix
----------
Build the image for the node's platform (`--platform linux/amd64`); write scripts with LF ends and an interpreter.

Learn more
----------
execve(2), ENOEXEC and "Interpreter scripts". Docker documentation, "Multi-platform builds".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.starting import looks_like_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.begins import failed_starts
from checks.kubernetes.command_not_found import FOLLOWS
from checks.kubernetes.image_platform import platform_of
from checks.kubernetes.scenes import ended, node, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled

FIRST_LINE = Fix(
    title="write the script with LF line ends, and an interpreter that the image has in its first line",
    commands=("sed -i 's/\\r$//' <script>", "head -1 <script>"),
)


@check(
    "kubernetes.program-not-loadable",
    needs=("workload",),
    stage=Stage.START,
    explains=(
        *FOLLOWS,
        "container.entrypoint-line-ends",
        "container.entrypoint-without-shebang",
        "logs.exec-format-error",
        "logs.file-without-interpreter",
        "logs.script-line-endings",
    ),
)
def program_not_loadable(evidence: Evidence) -> Iterator[Finding]:
    """The platform first for programs, the first line first for scripts."""
    workload = workload_of(evidence)
    for start in failed_starts(workload, "wrong-format", "no-interpreter"):
        one, program = start.one, start.program or "the program"
        platform = platform_of(workload, one.pod.spec.node_name) or "linux/amd64"
        script = looks_like_script(program)
        fixes: tuple[Fix, ...]
        build = Fix(
            title="build the image for the node's platform",
            commands=(f"docker build --platform {platform} -t {one.spec.image} .",),
        )
        if start.kind == "wrong-format":
            title = f"`{program}` is no program for the node's processor ({platform}): exec format error"
            fixes = (FIRST_LINE, build) if script else (build, FIRST_LINE)
        else:
            title = f"the interpreter of `{program}` is missing, or its lines end as in Windows"
            fixes = (FIRST_LINE,)
        yield Finding(
            title=titled(title, 88),
            evidence=(*start.quotes, quote_field(one.shown, "image", one.spec.image)),
            about=(*start.about, f"file:{program}"),
            confidence=Confidence.LIKELY,
            fixes=fixes,
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


FORMAT = (
    "OCI runtime create failed: runc create failed: unable to start container process: exec /app/srv: exec format error"
)
LOADER = "OCI runtime create failed: unable to start container process: exec /app/run.sh: no such file or directory"
CASES = (
    fires(
        scene(
            pods=(pod(waiting("CrashLoopBackOff", last=ended(128, "StartError", FORMAT)), spec(command=["/app/srv"])),),
            nodes=(node(),),
        ),
        saw="`/app/srv` is no program for the node's processor (linux/amd64)",
        findings=1,
    ),
    fires(
        scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(127, "ContainerCannotRun", LOADER))),)),
        saw="its lines end as in Windows",
    ),
    quiet(scene(pods=(pod(running(last=ended(128, "StartError", FORMAT))),))),
    quiet(
        scene(
            pods=(
                pod(
                    waiting(
                        "CrashLoopBackOff",
                        last=ended(127, "ContainerCannotRun", 'exec: "x": executable file not found in $PATH'),
                    )
                ),
            )
        )
    ),
)
