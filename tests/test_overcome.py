"""What only the log of an earlier run tells is no error once the container works."""

from typing import Any

import pytest

from checks.evidence import Evidence, Log, Logs
from checks.finding import Finding, Quote, Severity
from checks.kubernetes.past import once, overcome
from checks.kubernetes.scenes import POD, ended, pod, running, scene, spec, terminated, waiting

SOURCE = f"kubectl logs {POD} -c inference-server -n team-a"
LATER = "2026-11-20T18:14:30Z"


def told(source: str = f"{SOURCE} --previous") -> Finding:
    return Finding(id="logs.connection-refused", title="x", evidence=(Quote(source=source, line=4, text="refused"),))


def seen(state: Any, before: str = "ConnectionError: no broker yet") -> Evidence:
    logs = Logs(items=(Log(source=f"{SOURCE} --previous", text=before), Log(source=SOURCE, text="listening")))
    return scene(pods=(pod(state),), seen={"logs": logs})()


def works(restarts: int = 1) -> Any:
    last = ended(1, start="2026-11-20T18:14:20Z", end="2026-11-20T18:14:25Z")
    return running(ready=True, since=LATER, restarts=restarts, last=last)


def test_a_start_that_failed_before_one_that_works_is_a_warning() -> None:
    assert overcome(told(), seen(works())).severity is Severity.WARNING


@pytest.mark.parametrize(
    "evidence",
    [
        seen(waiting("CrashLoopBackOff", last=ended(1), restarts=3)),
        seen(running(ready=False, since=LATER, restarts=1, last=ended(1))),
        seen(works(), before='10.0.0.1 "POST /score HTTP/1.1" 200 12'),
    ],
    ids=["loops", "not ready", "ended while it served"],
)
def test_what_may_come_again_stays_an_error(evidence: Evidence) -> None:
    assert overcome(told(), evidence) == told()


def test_what_the_current_log_says_stays_an_error() -> None:
    assert overcome(told(SOURCE), seen(works())) == told(SOURCE)


def test_what_an_init_container_said_that_came_to_its_end_is_a_warning() -> None:
    source = f"kubectl logs {POD} -c fetch -n team-a"
    done = {"name": "fetch", **terminated(ended(0, "Completed"))}
    two = {"initContainers": [spec(name="fetch")], "status": {"initContainerStatuses": [done]}}
    evidence = scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(1), restarts=2), **two),))()
    assert overcome(told(source), evidence).severity is Severity.WARNING


def test_two_runs_that_end_alike_are_said_once() -> None:
    evidence = seen(waiting("CrashLoopBackOff", last=ended(1), restarts=3))
    assert once((told(), told(SOURCE)), evidence) == [told()]
    assert once((overcome(told(), seen(works())), told(SOURCE)), evidence) == [told(SOURCE)]
