"""The command of a server came to its end without an error.

What it finds
-------------
A container of a workload that shall serve, which ends with exit code 0 again and again, and was not told to end.

Why it breaks
-------------
A container lives as long as its first process. `python score.py` defines init() and run() and ends, a shell without a
terminal ends, and a server that puts itself into the background leaves no process in front. The kubelet starts it again
for ever, and nothing ever listens.

How to fix
----------
Let the command be a server in the foreground that loads the entry script; leave `command` and `args` out where the
image's own command is one.

Learn more
----------
Product documentation, "Azure Machine Learning inference HTTP server". Kubernetes documentation, "Define a command and
arguments for a container".
"""

import shlex
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.cluster.subject import Workload
from checks.container.commands import base, is_python
from checks.container.stopping import asked_to_end
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Stage
from checks.kubernetes.ends import enders, lasted, more, was_ready, with_logs_of
from checks.kubernetes.patching import of_container
from checks.kubernetes.probe_kills import kill_of
from checks.kubernetes.scenes import ended, event, pod, running, scene, spec, terminated, waiting
from checks.kubernetes.seen import PodContainer, quote_ended, workload_of
from checks.runtime.wording import seconds_of, titled

SHELLS = frozenset({"bash", "sh", "dash", "ash", "zsh"})


@check(
    "kubernetes.command-ends",
    needs=("workload",),
    stage=Stage.LOAD,
    explains=(
        "kubernetes.crash-loop",
        "kubernetes.progress-deadline",
        "container.exited-at-once",
        "container.restart-loop",
        "logs.container-completed",
        "logs.log-empty",
        "logs.no-failure-shown",
        "logs.log-ends-early",
    ),
)
def command_ends(evidence: Evidence) -> Iterator[Finding]:
    """Say what the command was, why that ends, and what serves instead."""
    workload = workload_of(evidence)
    for one, count in enders(workload):
        end, narrowed = one.ended, with_logs_of(evidence, one)
        if end is None or end.exit_code or (one.init and not one.is_sidecar) or one.pod.spec.restart_policy != "Always":
            continue
        if kill_of(workload, one) or asked_to_end(narrowed) or was_ready(narrowed):
            continue
        words = (*one.spec.command, *one.spec.args)
        shown = f"`{shlex.join(words)}`" if words else f"the command of image `{one.spec.image}`"
        seconds = lasted(one)
        after = " at once" if seconds is None or seconds < 1 else f" after {seconds_of(seconds)}"
        yield Finding(
            title=titled(f"{_short(shown)} ends{after} without an error{_why(words)}", 88),
            evidence=(
                Quote(source=one.shown, text=f"command: {shlex.join(words) if words else 'that of the image'}"),
                quote_ended(one),
                *more(count),
            ),
            about=(f"container:{one.name}", "exit:0"),
            fixes=_fixes(workload, one),
            confirm=f"kubectl get pod {one.pod.name} -n {workload.namespace}",
        )


def _fixes(workload: Workload, one: PodContainer) -> tuple[Fix, ...]:
    words = (*one.spec.command, *one.spec.args)
    script = next((word for word in words[1:] if not word.startswith("-")), "") if words else ""
    if words and base(words[0]) in SHELLS and script:
        told = f"the script {script}" if "-c" not in words[1:-1] else "the command"
        return (Fix(title=f"let {told} end with `exec <server>`: in the foreground, without `&` or --daemon"),)
    command = ["azmlinfsrv", "--entry_script", _script(one.spec), "--port", _port(one.spec)]
    fields = {"command": command, **({"args": None} if one.spec.args else {})}
    return (of_container("let a server in the foreground be the command", workload, one.name, fields, init=one.init),)


def _short(shown: str) -> str:
    return shown if len(shown) <= 44 else f"{shown[:42]}…`"


def _why(words: tuple[str, ...]) -> str:
    first = base(words[0]) if words else ""
    if first in SHELLS and len(words) == 1:
        return ": a shell without a terminal"
    if is_python(first) and len(words) > 1:
        return ": it defines functions, and serves nothing"
    return ", and serves nothing"


def _script(container: Container) -> str:
    asked = container.variable("AZUREML_ENTRY_SCRIPT")
    given = next((word for word in (*container.command, *container.args) if word.endswith(".py")), None)
    return given or (asked.value if asked and asked.value else "score.py")


def _port(container: Container) -> str:
    return str(container.ports[0].container_port) if container.ports else "5001"


DONE = waiting("CrashLoopBackOff", last=ended(0, "Completed"), restarts=4)
SERVED = "I [7] gunicorn.error - Listening at: http://0.0.0.0:5001\nI [7] gunicorn.error - Handling signal: term\n"
KILLING = "Container inference-server failed liveness probe, will be restarted"
CASES = (
    fires(
        scene(pods=(pod(DONE, spec(command=["python", "score.py"])),)),
        saw="`python score.py` ends after 26 s without an error: it defines functions",
        findings=1,
    ),
    fires(scene(pods=(pod(DONE, spec(command=["bash"])),)), saw="a shell without a terminal"),
    fires(scene(pods=(pod(DONE, spec(command=["sh", "/code/start.sh"])),)), saw="`sh /code/start.sh` ends after 26 s"),
    fires(scene(pods=(pod(DONE),)), saw="the command of image `score:1`"),
    quiet(scene(SERVED, pods=(pod(DONE),)), name="it was asked to end"),
    quiet(
        scene(
            pods=(pod(DONE),),
            events=(
                event("Killing", KILLING, container="inference-server", type="Normal", last="2026-11-20T18:15:52Z"),
            ),
        ),
        name="a probe had it killed, and it heeded SIGTERM",
    ),
    quiet(
        scene(pods=(pod(terminated(ended(0, "Completed")), phase="Succeeded", restartPolicy="Never"),)), name="a job"
    ),
    quiet(scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(3), restarts=4)),))),
    quiet(scene(pods=(pod(running()),))),
)
