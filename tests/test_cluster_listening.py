"""Which port a server is thought to listen on, by what it said and by how it is started."""

import pytest

from checks.containers import Inside, Socket
from checks.kubernetes.listening import Listener, elsewhere, listeners
from checks.kubernetes.probing import failures, is_starting, passes, probes, states
from checks.kubernetes.scenes import Made, deployment, event, pod, running, scene, spec
from checks.kubernetes.seen import workload_of

EVERYWHERE = "0.0.0.0"


def shape(one: Listener) -> tuple[int, bool]:
    return one.port, one.loopback


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("I [1] gunicorn.error - Listening at: http://0.0.0.0:5001 (1)", [(5001, False)]),
        ("[INFO] Listening at: http://0.0.0.0:5001,http://0.0.0.0:5000 (1)", [(5001, False), (5000, False)]),
        ("[INFO] Listening at: http://127.0.0.1:31311 (9)", [(31311, True), (5001, False)]),
        ("INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)", [(8000, True)]),
        (" * Running on all addresses (0.0.0.0)\n * Running on http://127.0.0.1:5000", [(5000, False)]),
        ("Serving HTTP on 127.0.0.1 port 5001 (http://127.0.0.1:5001/) ...", [(5001, True)]),
        ("I0101 http_server.cc:3555] Started HTTPService at 0.0.0.0:8000", [(8000, False)]),
        ("NET_LOG: Entering the event loop ... Exporting HTTP/REST API at:localhost:8501 ...", [(8501, False)]),
        ("Server listening on port 8080", [(8080, False)]),
        ("Listening on :8080", [(8080, False)]),
        ("Server Port: 5001", [(5001, False)]),
        ("Control socket listening at /root/.gunicorn/gunicorn.ctl", []),
        ("connecting to https://example.com:443/", []),
    ],
)
def test_the_log_tells(line: str, expected: list[tuple[int, bool]]) -> None:
    found = listeners(scene(line)())
    assert [shape(one) for one in found] == expected
    assert all(one.is_sure for one in found)


def test_the_last_start_of_a_log_counts() -> None:
    begin = (
        "I [1] gunicorn.error - Starting gunicorn 27.0.1\nI [1] gunicorn.error - Listening at: http://0.0.0.0:{} (1)\n"
    )
    assert [shape(one) for one in listeners(scene(begin.format(8080) + begin.format(5001))())] == [(5001, False)]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("azmlinfsrv --entry_script score.py", [(5001, False)]),
        ("azmlinfsrv --entry_script score.py --port=8080", [(8080, False)]),
        ("gunicorn -b 0.0.0.0:9000 app:app", [(9000, False)]),
        ("gunicorn --bind=127.0.0.1:9000 app:app", [(9000, True)]),
        ("gunicorn -c conf.py app:app", []),
        ("uvicorn app:app --host 0.0.0.0 --port 80", [(80, False)]),
        ("uvicorn app:app", [(8000, True)]),
        ("python -m http.server --bind 127.0.0.1 5001", [(5001, True)]),
        ("tritonserver --model-repository=/models", [(8000, False), (8001, False), (8002, False)]),
        ("python app.py --port 7000", [(7000, False)]),
        ("python app.py", []),
    ],
)
def test_the_command_tells(command: str, expected: list[tuple[int, bool]]) -> None:
    found = listeners(scene(controller=deployment(spec(command=command.split())))())
    assert [shape(one) for one in found] == expected
    assert not any(one.is_sure for one in found)


@pytest.mark.parametrize(
    ("command", "name", "value", "expected"),
    [
        ("azmlinfsrv", "SERVER_PORT", "8080", [(5001, False)]),  # it does not heed it
        ("gunicorn app:app", "PORT", "8080", [(8080, False)]),
        ("gunicorn app:app", "GUNICORN_CMD_ARGS", "--bind=0.0.0.0:9000", [(9000, False)]),
        ("uvicorn app:app", "UVICORN_PORT", "9000", [(9000, True)]),
        ("uvicorn app:app --port 80", "UVICORN_HOST", EVERYWHERE, [(80, False)]),
    ],
)
def test_variables_of_servers(command: str, name: str, value: str, expected: list[tuple[int, bool]]) -> None:
    container = spec(command=command.split(), env=[{"name": name, "value": value}])
    assert [shape(one) for one in listeners(scene(controller=deployment(container))())] == expected


def test_sockets_are_the_best_witness() -> None:
    inside = Inside(how="running", listening=(Socket(address=EVERYWHERE, port=8080, process="python"),))
    (one,) = listeners(scene("Listening at: http://0.0.0.0:5001 (1)", seen={"inside": inside})())
    assert (one.port, one.witness) == (8080, "socket")


def test_a_proxy_of_the_container_may_have_the_port() -> None:
    said = "Listening at: http://0.0.0.0:8000 (1)"
    assert elsewhere(scene(said)(), 80) is not None
    assert elsewhere(scene(f"starting nginx\n{said}")(), 80) is None


def test_the_log_of_another_container_does_not_tell() -> None:
    two = (spec(name="front"), spec(name="inference-server"))
    evidence = scene("Listening at: http://0.0.0.0:5001 (1)", controller=deployment(*two))()
    front, server = workload_of(evidence).spec.containers  # type: ignore[union-attr]
    assert listeners(evidence, front) == ()
    assert [one.port for one in listeners(evidence, server)] == [5001]


READINESS: Made = spec(readinessProbe={"httpGet": {"path": "/", "port": 5001}})
LIVENESS: Made = spec(livenessProbe={"httpGet": {"path": "/", "port": 5001}, "periodSeconds": 3})
FAILED = event(
    "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500", container="inference-server"
)


@pytest.mark.parametrize(
    ("container", "state", "expected"),
    [
        (READINESS, running(), True),
        (READINESS, running(ready=False), False),
        (LIVENESS, running(), True),  # it has run for ten minutes, and a failing one would have ended it
        (LIVENESS, running(since="2026-11-20T18:17:00Z"), False),
    ],
)
def test_state_tells_whether_a_probe_passes(container: Made, state: Made, *, expected: bool) -> None:
    workload = workload_of(scene(controller=deployment(container), pods=(pod(state, container),))())
    (asked,) = probes(workload)
    assert passes(workload, asked) is expected


def test_failures_that_are_over_and_those_of_other_pods_do_not_count() -> None:
    gone = event("Unhealthy", FAILED.message, about="Pod/score-old-1", container="inference-server")

    def told(state: Made) -> int:
        made = scene(controller=deployment(READINESS), pods=(pod(state, READINESS),), events=(FAILED, gone))
        workload = workload_of(made())
        return sum(len(failures(workload, asked)) for asked in probes(workload))

    assert told(running()) == 0
    assert told(running(ready=False)) == 1


def test_a_startup_probe_says_how_long_a_start_may_take() -> None:
    patient = spec(startupProbe={"httpGet": {"path": "/", "port": 5001}, "failureThreshold": 90})
    for container, expected in ((READINESS, False), (patient, True)):
        made = scene(controller=deployment(container), pods=(pod(running(ready=False), container),))
        workload = workload_of(made())
        (one,) = states(workload, workload.spec.containers[0])  # type: ignore[union-attr]
        assert is_starting(workload, one) is expected
