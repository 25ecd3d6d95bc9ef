"""A container ends and is started again, over and over.

What it finds
-------------
A container in `CrashLoopBackOff`, or one that ends soon after each start and is seen while it runs for a moment.

Why it breaks
-------------
Its process ends each time, so the pod never stays ready; the kubelet waits longer before each start, up to five
minutes. That it waits is no reason: what ends the process is told by its exit code, the log of the run before, and the
other findings.

How to fix
----------
Cure what ends it. Where the log of the run before is empty, the program ended before it said anything: run its command
by hand in the same image.

Learn more
----------
Kubernetes documentation, "Pod lifecycle": container restarts. Exit codes: gunicorn `arbiter.py` (3: a worker failed to
boot, 4: the application could not be loaded), start scripts of the Azure ML images (111), 128 and a signal's number.
"""

import re
import shlex
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.seen import all_lines
from checks.evidence import Evidence, Logs
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.ends import enders, lasted, loops, meaning, more, with_logs_of
from checks.kubernetes.scenes import ended, pod, running, scene, spec, terminated, waiting
from checks.kubernetes.seen import PodContainer, quote_ended, workload_of
from checks.runtime.wording import seconds_of, titled

LAST_LINES = 2  # of the log: what a program says last is most often why it ends


@check(
    "kubernetes.crash-loop",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.progress-deadline", "kubernetes.job-failed", "kubernetes.not-ready"),
)
def crash_loop(evidence: Evidence) -> Iterator[Finding]:
    """Count the restarts, and say what the exit code means. A symptom."""
    workload = workload_of(evidence)
    for one, count in enders(workload):
        if not loops(workload, one) or one.ended is None:
            continue
        code = one.ended.exit_code
        means = meaning(code)
        kind = "init container" if one.init and not one.is_sidecar else "container"
        how = "ended and was restarted" if one.restarts == 1 else f"restarts in a loop, {one.restarts} times"
        where = f"{one.pod.name} -n {workload.namespace} -c {one.name}"
        narrowed = with_logs_of(evidence, one)
        yield Finding(
            title=titled(f"{kind} `{one.name}` {how}, exit code {code}", 88),
            evidence=(
                *_waits(one),
                quote_ended(one),
                *((Quote(source=f"exit code {code}", text=means),) if means else ()),
                *_ran(one),
                *_said(narrowed),
                *more(count),
            ),
            about=(f"container:{one.name}", f"exit:{code}"),
            fixes=(
                Fix(title="look at what it said before it ended", commands=(f"kubectl logs {where} --previous",)),
                *((_by_hand(one, workload.namespace),) if _is_silent(narrowed) else ()),
            ),
            confirm=f"kubectl get pod {one.pod.name} -n {workload.namespace}",
        )


def _waits(one: PodContainer) -> tuple[Quote, ...]:
    """That it waits, and how long: the rest of the kubelet's message names what is known."""
    if one.waiting is None:
        return ()
    found = re.search(r"back-off (\S+)", one.waiting.message)
    return (Quote(source=one.shown, text=f"waiting: {one.waiting.reason}{f', back-off {found[1]}' if found else ''}"),)


def _ran(one: PodContainer) -> tuple[Quote, ...]:
    seconds = lasted(one)
    return () if seconds is None else (Quote(source=one.shown, text=f"its last run took {seconds_of(seconds)}"),)


def _said(evidence: Evidence) -> tuple[Quote, ...]:
    if _is_silent(evidence):
        return (Quote(source="kubectl logs --previous", text="empty: it ended before it said anything"),)
    return tuple(line.quote for line in [line for line in all_lines(evidence) if line.text.strip()][-LAST_LINES:])


def _is_silent(evidence: Evidence) -> bool:
    """True when its log was read and holds nothing."""
    logs = evidence.logs.items if isinstance(evidence.logs, Logs) else ()
    return bool(logs) and not any(log.text.strip() for log in logs)


def _by_hand(one: PodContainer, namespace: str) -> Fix:
    words = shlex.join((*one.spec.command, *one.spec.args))
    then = f" and type `{words}`" if words else " and start its command by hand"
    run = ["kubectl", "run", "by-hand", "--rm", "-it", "--restart=Never", "-n", namespace]
    image = [f"--image={one.spec.image}", "--command", "--", "sh"]
    return Fix(title=f"open a shell in its image{then}", commands=(shlex.join([*run, *image]),))


BACK_OFF = "back-off 5m0s restarting failed container=inference-server pod=score-6b5496fd48-bmztd_team-a(0c6e)"
LOOP = waiting("CrashLoopBackOff", BACK_OFF, last=ended(3), restarts=4)
CASES = (
    fires(
        scene("ModuleNotFoundError: No module named 'sklearn'\n", pods=(pod(LOOP, phase="Running"),)),
        saw="the worker failed to boot",
        findings=1,
    ),
    fires(scene("\n", pods=(pod(LOOP, phase="Running"),)), saw="before it said anything", name="an empty log"),
    fires(
        scene(pods=(pod(LOOP, name="score-a"), pod(LOOP, name="score-b"), pod(LOOP, name="score-c"))),
        saw="2 more pods are in the same state",
        findings=1,
        name="one finding for all replicas",
    ),
    fires(
        scene(pods=(pod(running(ready=False, last=ended(139), restarts=3)),)),
        saw="a segmentation fault",
        name="it runs for a moment",
    ),
    fires(
        scene(pods=(pod(terminated(ended(111), restarts=3)),)),
        saw="the scoring server of the image died",
        name="between an end and its back-off",
    ),
    fires(
        scene(
            pods=(
                pod(
                    waiting("PodInitializing"),
                    init=waiting("CrashLoopBackOff", last=ended(1), restarts=6),
                    initContainers=[spec(name="storage-initializer")],
                ),
            )
        ),
        saw="init container `storage-initializer` restarts in a loop",
        findings=1,
    ),
    fires(
        scene(pods=(pod(running(ready=False, last=ended(3), restarts=1)),)),
        saw="ended and was restarted, exit code 3",
        name="the first time, and not ready yet",
    ),
    quiet(scene(pods=(pod(running()),))),
    quiet(
        scene(pods=(pod(running(last=ended(3), restarts=4, since="2026-11-20T18:12:00Z")),)), name="it has recovered"
    ),
    quiet(
        scene(pods=(pod(running(last=ended(3, end="2026-11-18T10:00:00Z"), restarts=7)),)), name="a loop of days ago"
    ),
    quiet(scene(pods=(pod(waiting("ImagePullBackOff")),))),
    quiet(scene(pods=(pod(terminated(ended(0, "Completed")), phase="Succeeded"),)), name="a job that is done"),
)
