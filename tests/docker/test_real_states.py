"""States of containers on a real engine: what its own fields and words become."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from images import base

from doctor.containers.diagnosis import diagnose
from doctor.containers.engine import Engine
from doctor.containers.wishes import Wishes
from doctor.report import Report

pytestmark = pytest.mark.docker

RunContainer = Callable[..., str]
SERVE = (
    "import http.server as h, sys; s = h.BaseHTTPRequestHandler; "
    "s.do_GET = lambda r: (r.send_response(200), r.end_headers(), r.wfile.write(b'Healthy')); "
    "h.HTTPServer((sys.argv[1], int(sys.argv[2])), s).serve_forever()"
)
EVERYWHERE = "0.0.0.0"
SERVES = ["python3", "-c", SERVE, EVERYWHERE, "5001"]


@pytest.fixture
def plain(engine: Engine) -> str:
    """An image with Python and no service."""
    return base(engine.api)


@pytest.fixture
def run(plain: str, run_container: RunContainer) -> RunContainer:
    """Start a container of that image."""

    def begin(*command: str, **options: object) -> str:
        return run_container(plain, command=list(command), **options)

    return begin


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """Start scripts, each with one fault."""
    for name, text in (
        ("crlf.sh", "#!/bin/sh\r\nsleep 9\r\n"),
        ("bare.sh", "sleep 9\n"),
        ("mark.sh", "\ufeff#!/bin/sh\nsleep 9\n"),
        ("gone.sh", "#!/opt/none/bash\nsleep 9\n"),
        ("env.py", "#!/usr/bin/env python3\r\nprint(1)\r\n"),
        ("name.py", "#!/usr/bin/env python\nprint(1)\n"),
    ):
        (tmp_path / name).write_text(text, newline="", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "closed.sh").write_text("#!/bin/sh\nsleep 9\n", encoding="utf-8")
    (tmp_path / "closed.sh").chmod(0o644)
    return tmp_path


def report_of(container: str) -> Report:
    found = diagnose(container, Wishes(rehearse=False)).report
    assert not found.checks.crashed
    return found


def ended(engine: Engine, container: str, *states: str) -> None:
    give_up = time.monotonic() + 30
    while engine.inspect(container)["State"]["Status"] not in (states or ("exited",)):
        assert time.monotonic() < give_up, engine.inspect(container)["State"]
        time.sleep(0.1)


def causes(container: str) -> list[str]:
    return [one.id.removeprefix("container.") for one in report_of(container).causes]


@pytest.mark.parametrize(
    ("command", "id"),
    [
        (["scorer", "--port", "5001"], "command-not-found"),
        (["/opt/scorer/start.sh"], "command-not-found"),
        (["azmlinfsrv", "--entry_script", "score.py"], "server-not-installed"),
        (["azmlinfsrv --entry_script score.py"], "command-not-found"),
        (["python3.4", "score.py"], "python-not-found"),
        (["/scripts/closed.sh"], "command-not-executable"),
        (["/scripts"], "command-not-executable"),
    ],
)
def test_the_engine_cannot_start_it(scripts: Path, run: RunContainer, command: list[str], id: str) -> None:
    mounts = [{"source": ".", "target": "/scripts"}]
    made = run(*command, mounts=mounts, folder=scripts, may_fail=True)
    assert causes(made) == [id]


@pytest.mark.parametrize(
    ("command", "id", "quoted"),
    [
        (["/scripts/crlf.sh"], "entrypoint-line-ends", "#!/bin/sh\\r"),
        (["/scripts/env.py"], "entrypoint-line-ends", "python3\\r"),
        (["/scripts/bare.sh"], "entrypoint-without-shebang", "sleep 9"),
        (["/scripts/mark.sh"], "entrypoint-without-shebang", "#!/bin/sh"),
        (["/scripts/gone.sh"], "command-not-found", "exec /scripts/gone.sh"),
        (["/scripts/name.py"], "python-not-found", "python"),
        (["sh", "-c", "exec gunicorn app:app"], "server-not-installed", "gunicorn"),
        (["sh", "-c", "['python','score.py']"], "command-not-found", "not found"),
    ],
)
def test_the_system_cannot_execute_it(
    engine: Engine, scripts: Path, run: RunContainer, command: list[str], id: str, quoted: str
) -> None:
    made = run(*command, mounts=[{"source": ".", "target": "/scripts"}], folder=scripts)
    ended(engine, made)
    (cause,) = report_of(made).causes
    assert cause.id == f"container.{id}"
    assert quoted in cause.evidence[0].text


@pytest.mark.parametrize(
    ("host", "id"),
    [
        ({"devices": ["/dev/none:/dev/none:rwm"]}, "device-missing"),
        ({"network_mode": "doctor-none"}, "not-started"),
        ({"device_requests": [{"Count": -1, "Capabilities": [["gpu"]]}]}, "device-missing"),
    ],
)
def test_the_host_lacks_something(run: RunContainer, host: dict[str, object], id: str) -> None:
    assert causes(run(*SERVES, host=host, may_fail=True)) == [id]


def test_an_unknown_user(run: RunContainer) -> None:
    assert causes(run(*SERVES, user="scorer", may_fail=True)) == ["not-started"]


def test_a_folder_on_a_file(scripts: Path, run: RunContainer) -> None:
    made = run(*SERVES, mounts=[{"source": ".", "target": "/etc/passwd"}], folder=scripts, may_fail=True)
    assert causes(made) == ["mount-refused"]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of the host that somebody has."""
    with socket.socket() as server:
        server.bind((EVERYWHERE, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_that_is_taken(run: RunContainer, taken: int) -> None:
    made = run(*SERVES, ports=[f"{taken}:5001"], may_fail=True)
    (cause,) = report_of(made).causes
    assert cause.id == "container.port-taken"
    assert str(taken) in cause.title


@pytest.mark.parametrize(
    ("command", "id"),
    [
        (["python3", "-c", "def init(): pass"], "exited-at-once"),
        (["python3", "-c", "import ctypes; ctypes.string_at(0)"], "crashed"),
        (["python3", "-c", "import os; os.abort()"], "crashed"),
        (["python3", "-c", "a = bytearray(10**9)"], "out-of-memory"),
        (["sh", "-c", 'python3 -c "a = bytearray(10**9)"; exit 3'], "out-of-memory"),
    ],
)
def test_a_loop_is_told_alike_at_every_moment(engine: Engine, run: RunContainer, command: list[str], id: str) -> None:
    made = run(*command, restart="always", memory="64m")
    give_up = time.monotonic() + 30
    while engine.inspect(made)["RestartCount"] < 2:
        assert time.monotonic() < give_up
        time.sleep(0.1)
    for _ in range(3):
        report = report_of(made)
        assert [one.id for one in report.causes] == [f"container.{id}"]
        assert "container.restart-loop" in report.causes[0].explains


def test_ends_from_outside(engine: Engine, run: RunContainer) -> None:
    killed, stopped, always = (
        run("sleep", "99"),
        run("sleep", "99", host={"init": True}),
        run("sleep", "99", restart="always"),
    )
    engine.api.kill(killed)
    engine.api.stop(stopped)
    engine.api.stop(always, timeout=0)
    for made in (killed, stopped, always):
        ended(engine, made)
    assert [causes(killed), causes(stopped), causes(always)] == [["killed"], ["stopped"], ["stopped"]]


def test_nothing_serves(run: RunContainer) -> None:
    (cause,) = report_of(run("sleep", "99")).causes
    assert cause.id == "container.server-gone"
    assert "container.nothing-listens" in cause.explains


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"ports": ["5001"]}, []),
        ({}, []),  # asked from inside it answers: that nobody outside can is a warning
        ({"ports": ["8080"]}, ["port-mismatch"]),
        ({"ports": ["5001"], "host": {"network_mode": "none"}}, ["network-off"]),
        ({"ports": ["5001"], "restart": "always"}, []),
    ],
)
def test_ways_to_a_server_that_works(run: RunContainer, options: dict[str, object], expected: list[str]) -> None:
    made = run(*SERVES, **options)
    time.sleep(1)  # until it listens
    assert causes(made) == expected


def test_a_server_on_loopback(run: RunContainer) -> None:
    made = run(*SERVES[:3], "127.0.0.1", "5001", ports=["5001"])
    time.sleep(1)
    assert causes(made) == ["listens-on-loopback"]


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (["CMD-SHELL", "curl -f http://localhost:5001/ || exit 1"], ["health-command-broken"]),
        (["CMD", "curl", "-f", "http://localhost:5001/"], ["health-command-broken"]),
        (
            ["CMD", "python3", "-c", "import urllib.request as u; u.urlopen('http://localhost:8080/')"],
            ["health-command-broken"],
        ),
        (["CMD", "python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:5001/')"], []),
    ],
)
def test_health_checks(engine: Engine, run: RunContainer, test: list[str], expected: list[str]) -> None:
    made = run(*SERVES, ports=["5001"], health={"test": test, "interval": 1, "retries": 2})
    give_up = time.monotonic() + 30
    while engine.inspect(made)["State"]["Health"]["Status"] == "starting":
        assert time.monotonic() < give_up
        time.sleep(0.2)
    report = report_of(made)
    assert [one.id.removeprefix("container.") for one in report.causes] == expected
    assert all("container.unhealthy" in one.explains for one in report.causes)


def test_a_limit_of_processes(engine: Engine, run: RunContainer) -> None:
    code = "import threading, time; [threading.Thread(target=time.sleep, args=(1,)).start() for _ in range(50)]"
    made = run("python3", "-c", code, host={"pids_limit": 8})
    ended(engine, made)
    assert causes(made)[0] == "process-limit"


def test_a_tag_that_moved(engine: Engine, plain: str, run_container: RunContainer) -> None:
    one = engine.api.create_container(plain, command=["true"], labels=["doctor-test"])["Id"]
    tags = [engine.api.commit(one, repository="doctor-moved", tag=tag)["Id"] for tag in ("a", "b")]
    engine.api.remove_container(one)
    try:
        made = run_container("doctor-moved:a", command=SERVES, ports=["5001"])
        engine.api.tag(tags[1], "doctor-moved", "a", force=True)
        time.sleep(1)
        report = report_of(made)
        assert report.causes == ()
        assert "container.image-replaced" in [found.id for found in report.findings]
        engine.api.remove_container(made, force=True, v=True)
    finally:
        for tag in tags:
            engine.api.remove_image(tag, force=True)


def test_a_script_behind_an_init_process(engine: Engine, scripts: Path, run: RunContainer) -> None:
    mounts = [{"source": ".", "target": "/scripts"}]
    made = [
        run(f"/scripts/{name}", mounts=mounts, folder=scripts, host={"init": True}) for name in ("crlf.sh", "gone.sh")
    ]
    for one in made:
        ended(engine, one)
    assert [causes(one) for one in made] == [["entrypoint-line-ends"], ["command-not-found"]]
