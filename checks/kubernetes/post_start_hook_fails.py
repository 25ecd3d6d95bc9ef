"""The hook after the start fails, so that the container is killed.

What it finds
-------------
`PostStartHookError` as the reason for which a container waits, or events of a failed post-start hook of a container
that ends again and again.

Why it breaks
-------------
The kubelet runs `lifecycle.postStart` beside the container's command, and kills the container when the hook fails. The
log of the server shows nothing wrong: it was asked to end. A hook that calls the server does so before it listens.

How to fix
----------
Let the hook succeed, or do without it: what must be there before the server belongs into an init container, what waits
for the server into the hook's own loop.

Learn more
----------
Kubernetes documentation, "Container lifecycle hooks". Source: kubelet `kuberuntime_container.go`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.events import Event
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.ends import grouped, happened, loops, more
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import ended, event, pod, running, scene, spec, waiting
from checks.kubernetes.seen import (
    PodContainer,
    containers,
    events,
    quote_ended,
    quote_event,
    quote_waiting,
    workload_of,
)
from checks.runtime.wording import titled

ERROR = "PostStartHookError"
_CODE = re.compile(r"exited with (\d+)")


@check(
    "kubernetes.post-start-hook-fails",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(
        "kubernetes.crash-loop",
        "kubernetes.killed",
        "kubernetes.container-failed",
        "kubernetes.command-ends",
        "kubernetes.progress-deadline",
        "logs.exit-code-137",
        "logs.log-ends-early",
        "logs.log-empty",
        "logs.no-failure-shown",
    ),
)
def post_start_hook_fails(evidence: Evidence) -> Iterator[Finding]:
    """By the state, which older servers write with the whole message, or by the events of a loop."""
    workload = workload_of(evidence)
    for one, count in grouped(_failing(workload), lambda each: each.name):
        said = _said(workload, one)
        text = f"{said.message if said else ''} {one.waiting.message + one.waiting.reason if one.waiting else ''}"
        code = _CODE.search(text)
        ended_ = f", exit code {code[1]}" if code else ""
        yield Finding(
            title=titled(f"the post-start hook of container `{one.name}` fails{ended_}, so it is killed", 88),
            evidence=(
                *((quote_event(said),) if said else ()),
                *((quote_waiting(one),) if one.waiting else ()),
                *((quote_ended(one),) if one.ended else ()),
                *more(count),
            ),
            about=(f"container:{one.name}",),
            fixes=(
                of_container(
                    "do without the hook", workload, one.name, {"lifecycle": {"postStart": None}}, init=one.init
                ),
            ),
            confirm=f"kubectl get pod {one.pod.name} -n {workload.namespace}",
        )


def _failing(workload: Workload) -> Iterator[PodContainer]:
    for one in containers(workload):
        told = one.waiting is not None and one.waiting.reason.startswith(ERROR)
        if told or (loops(workload, one) and _has_hook(one) and _said(workload, one)):
            yield one


def _has_hook(one: PodContainer) -> bool:
    return bool(one.spec.lifecycle and one.spec.lifecycle.post_start)


def _said(workload: Workload, one: PodContainer) -> Event | None:
    found = events(workload, "FailedPostStartHook", pod=one.pod, container=one.name)
    return next((event for event in reversed(found) if happened(workload, event.last)), None)


HOOKED = spec(lifecycle={"postStart": {"exec": {"command": ["/warm-up.sh"]}}})
OLD = "PostStartHookError: command '/warm-up.sh' exited with 7: "
SAID = event(
    "FailedPostStartHook",
    'Exec lifecycle hook ([/warm-up.sh]) for Container "inference-server" in Pod "score_team-a(0c)" failed - error: '
    "command '/warm-up.sh' exited with 7: , message: \"\"",
    container="inference-server",
)
LOOP = waiting("CrashLoopBackOff", last=ended(137), restarts=4)
CASES = (
    fires(scene(pods=(pod(waiting(OLD), HOOKED),)), saw="fails, exit code 7", findings=1),
    fires(scene(pods=(pod(waiting("PostStartHookError", "command exited with 7"), HOOKED),)), saw="exit code 7"),
    fires(scene(pods=(pod(LOOP, HOOKED),), events=(SAID,)), saw="exited with 7"),
    quiet(scene(pods=(pod(running(), HOOKED),), events=(SAID,)), name="it passed in the end"),
    quiet(scene(pods=(pod(LOOP, HOOKED),)), name="another reason"),
)
