"""The command of the container is not in the image.

What it finds
-------------
A container that never began, because the program that it shall run is in no folder of PATH, or at no such path.

Why it breaks
-------------
`command` in the pod replaces the image's ENTRYPOINT, `args` its CMD. The runtime looks for the first word as a program
and finds none, so no line of the service runs and there is no log; the kubelet tries again (CrashLoopBackOff).

How to fix
----------
Name a program that the image has, one word an entry; or leave `command` out, so that the image's own one runs.

Learn more
----------
Kubernetes documentation, "Define a Command and Arguments for a Container".
"""

import difflib
import shlex
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.commands import SERVERS, base, package_of
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.begins import FailedStart, failed_starts
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import deployment, ended, event, pod, running, scene, spec, terminated, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.stuck import UPSHOT
from checks.runtime.wording import titled

FOLLOWS = (
    "kubernetes.crash-loop",
    "kubernetes.container-failed",
    "kubernetes.init-container-fails",
    "kubernetes.container-not-started",
    *UPSHOT,
    "logs.crash-loop",
    "logs.container-cannot-run",
    "logs.container-not-created",
    "logs.exit-code-126",
    "logs.exit-code-127",
    "logs.exit-code-128",
)
"""Symptoms of every container that cannot be started."""


@check(
    "kubernetes.command-not-found",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(
        *FOLLOWS,
        "container.server-not-installed",
        "container.python-not-found",
        "logs.entrypoint-not-found",
        "logs.command-not-found",
    ),
)
def command_not_found(evidence: Evidence) -> Iterator[Finding]:
    """Tell a missing program from a command line that was written as one word."""
    workload = workload_of(evidence)
    for start in failed_starts(workload, "not-found"):
        one, program = start.one, start.program
        field = "command" if one.spec.command else "args"
        words = shlex.split(program) if " " in program and program.count('"') % 2 == 0 else [program]
        if len(words) > 1:
            title = f"the command is one word with spaces, `{program}`, and no program is called so"
            fields = {field: [*words, *getattr(one.spec, field)[1:]]}
            fixes: tuple[Fix, ...] = (
                of_container("give every word an entry of its own", workload, one.name, fields, init=one.init),
            )
        else:
            where = "does not exist" if "/" in program else "is in no folder of PATH"
            title = f"the command `{program}` {where} in the image (not found)"
            fixes = _other(evidence, start, field)
        seen = (quote_field(one.shown, field, list(getattr(one.spec, field))),) if start.command else ()
        yield Finding(
            title=titled(title, 88),
            evidence=(*start.quotes, *seen, quote_field(one.shown, "image", one.spec.image)),
            about=(*start.about, f"name:{base(program)}"),
            fixes=fixes,
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _other(evidence: Evidence, start: FailedStart, field: str) -> tuple[Fix, ...]:
    workload, one = workload_of(evidence), start.one
    if not start.command:
        return (Fix(title=f"install `{start.program}` in the image, or mend its ENTRYPOINT or CMD"),)
    if base(start.program) in SERVERS:
        package = package_of(start.program)
        install = Fix(title=f"install `{package}` in the image", commands=(f"RUN pip install {package}",))
        return (install, Fix(title="name an image that has it in its PATH"))
    near = difflib.get_close_matches(base(start.program), sorted(SERVERS), n=1, cutoff=0.6)
    hint = f" (a server of a similar name is called `{near[0]}`)" if near else ""
    rest = list(getattr(one.spec, field)[1:])
    return (
        of_container(
            f"name a program that the image has{hint}",
            workload,
            one.name,
            {field: [near[0] if near else "<program>", *rest]},
            init=one.init,
        ),
        of_container(
            "let the image's own command run", workload, one.name, {"command": None, "args": None}, init=one.init
        ),
    )


RUNC = (
    "OCI runtime create failed: runc create failed: unable to start container process: "
    'exec: "gunicorn_server": executable file not found in $PATH: unknown'
)
SHIM = f"failed to create shim task: {RUNC}"
LOOP = "back-off 5m0s restarting failed container=inference-server"
ONE = spec(command=["gunicorn_server", "--port", "5001"])
CASES = (
    fires(
        scene(
            controller=deployment(ONE),
            pods=(pod(waiting("CrashLoopBackOff", LOOP, last=ended(127, "ContainerCannotRun", SHIM)), ONE),),
        ),
        saw="the command `gunicorn_server` is in no folder of PATH",
        findings=1,
    ),
    fires(
        scene(
            controller=deployment(ONE),
            pods=(
                pod(
                    waiting(
                        "CrashLoopBackOff",
                        LOOP,
                        last=ended(128, "StartError", f"failed to create containerd task: {SHIM}"),
                    ),
                    ONE,
                ),
            ),
        ),
        findings=1,
        name="containerd",
    ),
    fires(scene(pods=(pod(terminated(ended(128, "StartError", SHIM)), ONE),)), findings=1, name="before the back-off"),
    fires(
        scene(
            pods=(
                pod(
                    waiting(
                        "CreateContainerError",
                        "container create failed: executable file `gunicorn_server` not found in $PATH: No such file",
                    ),
                    ONE,
                ),
            )
        ),
        saw="gunicorn_server",
        name="CRI-O with crun",
    ),
    fires(
        scene(
            pods=(pod(waiting("RunContainerError", "context deadline exceeded"), ONE),),
            events=(event("Failed", f"Error: failed to start container: {SHIM}", container="inference-server"),),
        ),
        saw="gunicorn_server",
        name="the event says it",
    ),
    fires(
        scene(
            pods=(
                pod(
                    waiting(
                        "RunContainerError",
                        'exec: "azmlinfsrv --entry_script score.py": executable file not found in $PATH',
                    ),
                    spec(command=["azmlinfsrv --entry_script score.py"]),
                ),
            )
        ),
        saw="one word with spaces",
    ),
    fires(
        scene(kind="Job", pods=(pod(terminated(ended(128, "StartError", SHIM)), ONE, phase="Failed"),)),
        findings=1,
        name="a job that gave up",
    ),
    quiet(
        scene(
            pods=(pod(running(last=ended(127, "ContainerCannotRun", SHIM)), ONE),),
            events=(event("Failed", f"Error: {SHIM}", container="inference-server"),),
        ),
        name="it runs now",
    ),
    quiet(
        scene(
            pods=(pod(running(ready=False)),),
            events=(event("Unhealthy", f"Readiness probe errored: {RUNC}", container="inference-server"),),
        ),
        name="the command of a probe",
    ),
    quiet(scene(pods=(pod(waiting("CrashLoopBackOff", LOOP, last=ended(127, "Error"))),)), name="a shell said it"),
)
