"""What only the log of an earlier run tells is no error once the container works."""

from typing import Any

import pytest

from checks.evidence import Evidence, Log, Logs
from checks.finding import Finding, Quote, Severity
from checks.kubernetes.past import once, overcome
from checks.kubernetes.scenes import POD, deployment, ended, pod, running, scene, spec, terminated, waiting

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


VAGUE = "logs.unrecognised-error"


def vague(container: str) -> Finding:
    source = f"kubectl logs {POD} -c {container} -n team-a"
    return Finding(id=VAGUE, title="x", evidence=(Quote(source=source, line=4, text="ERROR 404 for /x"),))


def beside(**more: Any) -> Evidence:
    shipper = {"name": "shipper", "image": "shipper:1", **more}
    both = [{**running(), "name": name} for name in ("inference-server", "shipper")]
    return scene(pods=(pod(running(), spec(), shipper, status={"containerStatuses": both}),))()


def test_a_line_that_nobody_knows_beside_the_one_that_serves_is_a_warning() -> None:
    assert overcome(vague("shipper"), beside()).severity is Severity.WARNING
    assert overcome(vague("inference-server"), beside()) == vague("inference-server"), "it is the one that serves"
    served = beside(ports=[{"containerPort": 9000}])
    assert overcome(vague("shipper"), served) == vague("shipper"), "it serves as well"


def test_what_a_pod_said_whose_job_is_done_is_a_warning() -> None:
    done = {"conditions": [{"type": "Complete", "status": "True"}]}
    job = {**deployment(status=done), "kind": "Job"}
    failed = pod(terminated(ended(1)), phase="Failed", restartPolicy="Never")
    assert overcome(told(SOURCE), scene(kind="Job", controller=job, pods=(failed,))()).severity is Severity.WARNING
    assert overcome(told(SOURCE), scene(pods=(failed,))()) == told(SOURCE)
