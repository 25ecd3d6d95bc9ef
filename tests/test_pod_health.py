"""Which pods are in trouble, in which order, and whose logs are read."""

from typing import Any

import msgspec
import pytest

from checks.cluster.health import MOST_LOGS, badness, same_trouble, troubled, unproved, worth_reading
from checks.cluster.pods import Pod
from checks.kubernetes.scenes import TAKEN, ended, event, pod, running, spec, terminated, waiting

LOOP = waiting("CrashLoopBackOff", last=ended(3), restarts=4)
GET = [spec(name="get")]
LONG_AGO = running(last=ended(3, end="2026-11-18T10:00:00Z"), restarts=4)
READINESS = spec(readinessProbe={"httpGet": {"port": 5001}})
READY = "inference-server"
UNHEALTHY = "Readiness probe failed: connection refused"


def made(*given: Any, **more: Any) -> Pod:
    """A pod as the API writes it, as a record."""
    return msgspec.convert(pod(*given, **more), Pod)


def deleted(at: str) -> Pod:
    """A pod that was deleted and was to be gone at a time."""
    raw = pod(running())
    return msgspec.convert({**raw, "metadata": {**raw["metadata"], "deletionTimestamp": at}}, Pod)


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        (made(running()), False),
        (made(LONG_AGO), False),
        (made(running(last=ended(3), restarts=1)), True),
        (made(running(ready=False)), True),
        (made(LOOP), True),
        (made(waiting("ImagePullBackOff")), True),
        (made(), True),
        (made(terminated(ended(0, "Completed")), phase="Succeeded"), False),
        (made(terminated(ended(1)), phase="Failed"), True),
        (made(running(), init=terminated(ended(0, "Completed")), initContainers=GET), False),
        (deleted("2026-11-20T18:17:30Z"), False),
        (deleted("2026-11-20T18:10:00Z"), True),
    ],
)
def test_troubled(one: Pod, wanted: bool) -> None:
    assert troubled(one, (), TAKEN) is wanted


def test_a_probe_that_fails_now_troubles_a_ready_pod() -> None:
    one = made(running())
    assert troubled(one, (event("Unhealthy", UNHEALTHY, last="2026-11-20T18:16:50Z"),), TAKEN)
    assert not troubled(one, (event("Unhealthy", UNHEALTHY, last="2026-11-20T18:09:00Z"),), TAKEN)
    assert not troubled(one, (event("Unhealthy", UNHEALTHY, "Pod/another"),), TAKEN)


def test_without_a_readiness_probe_ready_proves_nothing() -> None:
    assert unproved(made(running()))
    assert not unproved(made(running(), READINESS))
    assert not unproved(made(LOOP))


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        (made(running()), ((READY, False),)),
        (made(LOOP), ((READY, True),)),
        (made(running(ready=False, last=ended(3), restarts=2)), ((READY, True), (READY, False))),
        (made(terminated(ended(3), restarts=1)), ((READY, False),)),
        (made(LONG_AGO), ((READY, False),)),
        (made(waiting("ImagePullBackOff")), ()),
        (made(waiting("CrashLoopBackOff", last=ended(127, "ContainerCannotRun"), restarts=2)), ()),
        (made(waiting("PodInitializing"), init=LOOP, initContainers=GET), (("get", True),)),
        (made(waiting("PodInitializing"), init=running(ready=False), initContainers=GET), (("get", False),)),
        (made(terminated(ended(137)), phase="Failed", status={"reason": "Evicted"}), ()),
        (made(running(), phase="Unknown"), ()),
        (made(terminated(ended(137)), phase="Failed", status={"reason": "Terminated"}), ()),
        (made(phase="Failed", status={"reason": "OutOfcpu"}), ()),
    ],
)
def test_worth_reading(one: Pod, wanted: tuple[tuple[str, bool], ...]) -> None:
    assert worth_reading(one, (), TAKEN) == wanted


def test_no_log_is_asked_of_a_node_that_is_gone() -> None:
    lost = (event("NodeNotReady", "Node is not ready"),)
    assert worth_reading(made(running(ready=False)), lost, TAKEN) == ()
    assert worth_reading(made(running()), lost, TAKEN) == ((READY, False),)


def test_the_most_telling_logs_come_first_and_the_well_are_left_out() -> None:
    names = [f"c{number}" for number in range(5)]
    states = [{"name": name, **running(ready=False)} for name in names[:3]]
    states += [{"name": names[3], **LOOP}, {"name": names[4], **running()}]
    one = made(running(ready=False), *(spec(name=name) for name in names), status={"containerStatuses": states})
    found = worth_reading(one, (), TAKEN)
    assert found[0] == ("c3", True)
    assert len(found) == MOST_LOGS
    assert ("c4", False) not in found


def test_the_worst_come_first() -> None:
    ordered = [
        made(LOOP, name="loop"),
        made(waiting("ErrImagePull"), name="image"),
        made(name="unscheduled"),
        made(running(ready=False), name="unready"),
        made(terminated(ended(137)), phase="Failed", name="evicted"),
        made(running(last=ended(3), restarts=1), name="restarted"),
        made(running(), name="well"),
        made(terminated(ended(0)), phase="Succeeded", name="done"),
    ]
    turned = list(reversed(ordered))
    assert [each.name for each in sorted(turned, key=badness)] == [each.name for each in ordered]


def test_replicas_that_fail_alike_share_a_key() -> None:
    one = same_trouble(made(LOOP, name="a"))
    assert one == same_trouble(made(running(ready=False, last=ended(3), restarts=2), name="b")), "the same loop"
    assert one != same_trouble(made(waiting("CrashLoopBackOff", last=ended(137), restarts=4), name="c"))
    assert same_trouble(made(waiting("ErrImagePull"))) == same_trouble(made(waiting("ImagePullBackOff")))
    assert same_trouble(made(running())) != same_trouble(made(running(ready=False)))
