"""A server was told to end, and not by Kubernetes.

What it finds
-------------
A container that ends in a loop, whose server says that it got the signal to end, while no event tells that the kubelet
stopped it.

Why it breaks
-------------
The kubelet tells in an event whenever it ends a container: for a probe, a new specification, a deletion. Without one
the signal came from inside: a script that calls `os.kill` or `kill`, a supervisor that gives up, a time limit
(`timeout`).

How to fix
----------
Look at what the log says before the signal, and at what in the container ends the server; let it raise an error
instead, which tells why.

Learn more
----------
Kubernetes documentation, "Pod Lifecycle": termination of pods. Source: kubelet `killContainer`, event `Killing`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.seen import Told, all_lines
from checks.container.stopping import asked_to_end
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.ends import enders, happened, loops, more, with_logs_of
from checks.kubernetes.probe_kills import kill_of
from checks.kubernetes.scenes import ended, event, pod, running, scene, waiting
from checks.kubernetes.seen import events, quote_ended, workload_of
from checks.runtime.wording import titled

ASKED = frozenset({0, 143})  # exit codes of a server that heeds the signal
OF_SERVERS = ("gunicorn.", "azmlinfsrv", "uvicorn", "INFO:", "[INFO]")
PRINTED = "azmlinfsrv.print"  # what the script itself prints
NEAR = 20  # lines


@check(
    "kubernetes.ended-from-inside",
    needs=("workload", "logs"),
    stage=Stage.OPERATE,
    confidence=Confidence.LIKELY,
    explains=("kubernetes.crash-loop", "logs.container-completed", "logs.no-failure-shown", "logs.log-ends-early"),
)
def ended_from_inside(evidence: Evidence) -> Iterator[Finding]:
    """Put the log's signal and the silence of the events together."""
    workload = workload_of(evidence)
    if isinstance(workload.events, Missing):
        return
    for one, count in enders(workload):
        end, narrowed = one.ended, with_logs_of(evidence, one)
        if end is None or end.exit_code not in ASKED or not loops(workload, one) or one.init:
            continue
        if not happened(workload, end.finished_at) or kill_of(workload, one):
            continue
        if events(workload, "Killing", "Evicted", "Preempted", "NodeNotReady", "NodeShutdown", pod=one.pod):
            continue
        line = asked_to_end(narrowed)
        if line is None:
            continue
        last = _said_before(narrowed, line)
        yield Finding(
            title=titled(f"`{one.name}` is told to end by something inside of it, not by Kubernetes", 88),
            evidence=(*((last.quote,) if last else ()), line.quote, quote_ended(one), *more(count)),
            about=(f"container:{one.name}", f"exit:{end.exit_code}"),
            fixes=(
                Fix(
                    title="find what ends the server (os.kill, kill, timeout, a supervisor), and let it raise an error",
                    commands=(f"kubectl logs {one.pod.name} -n {workload.namespace} -c {one.name} --previous",),
                ),
            ),
            confirm=f"kubectl get pod {one.pod.name} -n {workload.namespace}",
        )


def _said_before(evidence: Evidence, signal: Told) -> Told | None:
    """The program's own last words before the signal; the server's are known."""
    near = range(signal.number - NEAR, signal.number)
    own = [line for line in all_lines(evidence) if line.source == signal.source and line.number in near]
    said = [line for line in own if line.text.strip() and not _is_of_server(line)]
    return next((line for line in reversed(said) if PRINTED in line.raw), said[-1] if said else None)


def _is_of_server(line: Told) -> bool:
    return PRINTED not in line.raw and any(word in line.raw for word in OF_SERVERS)


LOG = """2026-11-20 18:16:07,842 I [8] azmlinfsrv.user_script - Invoking user's init function
2026-11-20 18:16:07,843 I [8] azmlinfsrv.print - no licence, it ends here
2026-11-20 18:16:08,342 I [1] gunicorn.error - Handling signal: term
2026-11-20 18:16:08,842 I [8] gunicorn.error - Worker exiting (pid: 8)
2026-11-20 18:16:09,341 I [1] gunicorn.error - Shutting down: Master
"""
DONE = waiting("CrashLoopBackOff", last=ended(0, "Completed"), restarts=4)
STOPPED = event("Killing", "Stopping container inference-server", container="inference-server", type="Normal")
CASES = (
    fires(scene(LOG, pods=(pod(DONE),), events=()), saw="no licence, it ends here", findings=1),
    quiet(scene(LOG, pods=(pod(DONE),), events=(STOPPED,)), name="the kubelet stopped it"),
    quiet(scene(LOG, pods=(pod(DONE),)), name="events were not read"),
    quiet(scene("ready", pods=(pod(DONE),), events=()), name="it ended by itself"),
    quiet(scene(LOG, pods=(pod(running()),), events=()), name="it runs"),
)
