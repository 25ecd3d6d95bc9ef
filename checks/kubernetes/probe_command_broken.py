"""The command of a probe cannot run in the container.

What it finds
-------------
An `exec` probe whose program or file the image lacks, or which must not be executed.

Why it breaks
-------------
The probe fails however well the server works: the pod never becomes ready, or its container is killed and started
again. Slim images have no curl, wget, pgrep or bash.

How to fix
----------
Let the kubelet ask by itself (`httpGet`), or use a program that the image has.

Learn more
----------
Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes": define a liveness command. Sources: runc
and containerd, words of a failed exec; busybox, dash and bash, words for a missing program.
"""

import re
import shlex
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.events import Event
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.listening import is_azure_server, likeliest, listeners
from checks.kubernetes.patching import of_container
from checks.kubernetes.probing import SAID, STATES, Asked, is_starting, last_failure, probes, shown, states
from checks.kubernetes.scenes import Scene, deployment, event, pod, running, scene, spec
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled

_Q = r"\\*[\"'`‘]?"  # any quotation mark, escaped or not
_ABSENT = "looks for {}, which is not in the container"
_GONE = r"(?P<why>No such file)"
_SH = r"(?:sh|bash|ash): (?:line )?(?:\d+: )?"
_WORDS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"exec: {_Q}(?P<what>[^\"\\]+?){_Q}: (?P<why>executable file not found|permission denied|is a directory)",
        rf"exec: {_Q}(?P<what>[^\"\\]+?){_Q}: stat [^:]+: (?P<why>no such file)",
        rf"executable file {_Q}(?P<what>[^\"\\`]+?){_Q} (?P<why>not found)",
        rf"{_SH}(?P<what>[^:\s]+): (?P<why>(?:command )?not found|[Pp]ermission denied)",
        rf"env: [‘']?(?P<what>[^:’']+)[’']?: {_GONE}",
        rf"{_SH}(?:can't open |cannot open |0: Can't open )?'?(?P<what>/[^:']+)'?: {_GONE}",
        r"(?P<why>can't open file|No module named) [\"']?(?P<what>[^'\":\n]+)",
        rf"(?:cat|test|ls|stat|head|tail): (?:cannot (?:open|access|stat) |can't open )?'?(?P<what>/[^':]+)'?: {_GONE}",
    )
)


@check(
    "kubernetes.probe-command-broken",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(*STATES, *SAID),
)
def probe_command_broken(evidence: Evidence) -> Iterator[Finding]:
    """Read what the runtime or the shell said."""
    workload = workload_of(evidence)
    for asked in probes(workload):
        said = last_failure(workload, asked)
        if asked.probe.exec is None or said is None:
            continue
        told = _told(said)
        if told is None:
            continue
        what, why = told
        one = states(workload, asked.container)[0]
        marker = why == _ABSENT
        if marker and is_starting(workload, one):
            continue  # a file that the service writes when it is ready
        yield Finding(
            title=titled(f"the {asked.kind} probe {why.format(f'`{what}`')}", 88),
            evidence=(
                asked.quote(workload, "exec.command", shlex.join(asked.probe.exec.command)),
                *shown(said),
            ),
            confidence=Confidence.LIKELY if marker else Confidence.CERTAIN,
            explains=asked.leads_to,
            about=(*asked.about, f"file:{what}"),
            fixes=(_fix(evidence, asked),),
        )


def _told(said: Event) -> tuple[str, str] | None:
    for pattern in _WORDS:
        if found := pattern.search(said.message):
            what, why = found["what"].strip(), found["why"].lower()
            if "permission" in why:
                return what, "must not execute {}"
            if "is a directory" in why:
                return what, "calls {}, which is a folder"
            return what, _ABSENT if pattern is _WORDS[-1] else "calls {}, which the image lacks"
    return None


def _fix(evidence: Evidence, asked: Asked) -> Fix:
    """A request by the kubelet in place of the command; the patch takes the command away."""
    workload, container = workload_of(evidence), asked.container
    known = [one for one in listeners(evidence, container) if not one.loopback]
    port: int | str = likeliest(known).port if known else "<port of the server>"
    path = "/" if is_azure_server(evidence, container) or known else "<health route of the server>"
    body = {asked.field: {"exec": None, "httpGet": {"path": path, "port": port}}}
    return of_container(f"let the kubelet ask GET {path} on port {port}", workload, container.name, body)


def _made(message: str, *command: str, ready: bool = False, kind: str = "Readiness") -> Scene:
    made = spec(readinessProbe={"exec": {"command": list(command or ("curl", "-f", "http://localhost:5001/"))}})
    return scene(
        controller=deployment(made),
        pods=(pod(running(ready=ready), made),),
        events=(event("Unhealthy", f"{kind} probe {message}", container="inference-server", count=30),),
    )


DOCKER = (
    "failed: OCI runtime exec failed: exec failed: container_linux.go:380: starting container process caused: "
    'exec: "curl": executable file not found in $PATH: unknown'
)
CONTAINERD = (
    "errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to "
    'start exec "1f": OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": '
    "executable file not found in $PATH: unknown"
)
CASES = (
    fires(_made(DOCKER), saw="calls `curl`, which the image lacks", findings=1),
    fires(_made(CONTAINERD), saw="calls `curl`, which the image lacks", name="containerd"),
    fires(_made("failed: /bin/sh: 1: wget: not found\n", "sh", "-c", "wget -q localhost:5001"), saw="`wget`"),
    fires(
        _made("failed: cat: can't open '/run/ready': No such file or directory", "cat", "/run/ready"), saw="/run/ready"
    ),
    fires(_made("failed: sh: 1: /check.sh: Permission denied", "sh", "-c", "/check.sh"), saw="must not execute"),
    quiet(_made("failed: curl: (7) Failed to connect to localhost port 5001"), name="the server is not there"),
    quiet(_made(DOCKER, ready=True), name="it passes by now"),
    quiet(_made(DOCKER, kind="Liveness"), name="said of another probe"),
)
