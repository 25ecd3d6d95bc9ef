"""Containers that give little away: the answer is a cause, or says what is missing; it is never a crash or a guess."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from images import base, image_for
from sample_services import HERE, load_container
from starting import remove
from tiny_image import import_tiny

from doctor.containers import diagnosis
from doctor.containers.engine import Engine
from doctor.containers.wishes import Wishes
from doctor.errors import CannotExamine
from doctor.judging import Diagnosed
from doctor.report import Report, Verdict

pytestmark = pytest.mark.docker

RunContainer = Callable[..., str]
GB = 1_000_000_000


def examined(name: str, **wishes: Any) -> Diagnosed:
    """A diagnosis in which no check has crashed."""
    done = diagnosis.diagnose(name, Wishes(**wishes))
    assert not done.report.checks.crashed
    return done


def ids(report: Report) -> list[str]:
    return [cause.id for cause in report.causes]


def said(report: Report) -> str:
    """All that a person is told."""
    causes = [f"{one.id} {one.title} {[quote.text for quote in one.evidence]}" for one in report.causes]
    return "\n".join([str(report.verdict), *report.notes, *causes])


@pytest.fixture
def plain(engine: Engine) -> str:
    """An image with Python and no service."""
    return base(engine.api)


# The state that the engine tells


def test_created_and_never_started(engine: Engine, plain: str) -> None:
    made = engine.api.create_container(plain, command=["python3", "-m", "http.server", "5001"], labels=["doctor-test"])
    try:
        report = examined(made["Id"], rehearse=False).report
    finally:
        remove(engine.api, made["Id"])
    assert ids(report)[0] == "container.not-started", said(report)
    assert report.verdict is Verdict.FAILING


def test_a_port_of_the_host_that_is_taken(plain: str, run_container: RunContainer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        container = run_container(
            plain, command=["python3", "-m", "http.server", "5001"], ports=[f"127.0.0.1:{port}:5001"], may_fail=True
        )
        report = examined(container, rehearse=False).report
    assert ids(report)[0] == "container.port-taken", said(report)
    assert str(port) in said(report)


def test_paused(engine: Engine, plain: str, run_container: RunContainer) -> None:
    container = run_container(plain, command=["python3", "-m", "http.server", "5001"], ports=["5001"])
    engine.api.pause(container)
    began = time.monotonic()
    report = examined(container).report
    assert time.monotonic() - began < 30, "nothing inside of a paused container can answer, so nothing is waited for"
    assert ids(report)[0] == "container.paused", said(report)
    assert engine.inspect(container)["State"]["Paused"], "doctor must not wake it"


def test_dead(engine: Engine, plain: str, run_container: RunContainer, monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine can be asked for one, so its answer is one of an ended container, changed as a dead one's reads."""
    container = run_container(plain, command=["true"])
    engine.api.wait(container, timeout=30)
    real = Engine.inspect

    def dead(self: Engine, name: str) -> dict[str, Any]:
        answer = real(self, name)
        answer["State"] |= {"Status": "dead", "Dead": True, "ExitCode": 137}
        return answer

    monkeypatch.setattr(Engine, "inspect", dead)
    report = examined(container, rehearse=False).report
    assert ids(report)[0] == "container.dead", said(report)


# Logs


def test_the_log_driver_keeps_nothing(engine: Engine, run_container: RunContainer) -> None:
    """The cause is found by other means, and the report says that there is no log."""
    service = load_container(HERE / "variable-not-given")
    container = run_container(image_for(engine.api, service), host={"log_config": {"Type": "none", "Config": {}}})
    engine.api.wait(container, timeout=60)
    report = examined(container).report
    assert ids(report)[0] == "container.variable-not-set", said(report)
    assert any("none" in note and "log" in note for note in report.notes), report.notes


WRITER = """
import os, sys, time
print("2026-11-20 18:07:00,000 I [1] azmlinfsrv - the first line of all", flush=True)
block = (b"2026-11-20 18:07:02 values" + b" 0.123456789" * 1300)[:15000] + b"\\n"
block *= 64
for _ in range(int(sys.argv[1]) // len(block)):
    os.write(1, block)
print("Traceback (most recent call last):", file=sys.stderr)
print('  File "/var/azureml-app/score.py", line 3, in <module>', file=sys.stderr)
print("    import lightgbm", file=sys.stderr)
print("ModuleNotFoundError: No module named 'lightgbm'", file=sys.stderr, flush=True)
sys.exit(3)
"""


MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
"""  # from a small process: a child's peak begins with the memory of whoever forked it


def test_three_gigabytes_of_log(engine: Engine, plain: str, run_container: RunContainer) -> None:
    """Read in part: the end, which tells the cause, and the beginning; soon, and in little memory."""
    container = run_container(plain, command=["python3", "-c", WRITER, str(3 * GB)])
    engine.api.wait(container, timeout=180)
    words = [sys.executable, "-m", "doctor", "diagnose", "docker", container, "--no-rehearse", "-o", "json"]
    environment = {**os.environ, "DOCKER_HOST": engine.address}
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", MEASURED, *words], env=environment, capture_output=True, text=True)
    seconds = time.monotonic() - began
    text, (worked, memory) = done.stdout, map(float, done.stderr.split()[-2:])
    report = json.loads(text)
    assert "lightgbm" in json.dumps(report["causes"][0]), text[:3000]
    assert worked < 10, f"{worked:.1f} s of processor time"  # wall time depends on what else the machine does
    assert seconds < 60, f"{seconds:.1f} s"
    assert memory < 400 * 1024, f"{memory:.0f} kB"
    logs = diagnosis.diagnose(container, Wishes(rehearse=False)).evidence.logs
    assert "the first line of all" in str(logs), "the oldest part belongs to what is read"


def test_a_log_that_is_not_text(engine: Engine, plain: str, run_container: RunContainer) -> None:
    program = "import os, sys; os.write(1, os.urandom(2_000_000)); os.write(2, bytes(range(256)) * 400); sys.exit(5)"
    container = run_container(plain, command=["python3", "-c", program])
    engine.api.wait(container, timeout=60)
    report = examined(container, rehearse=False).report
    assert report.verdict is not Verdict.HEALTHY
    words = [sys.executable, "-m", "doctor", "diagnose", "docker", container, "--no-rehearse", "-o", "json"]
    done = subprocess.run(words, env={**os.environ, "DOCKER_HOST": engine.address}, capture_output=True, timeout=60)
    assert json.loads(done.stdout.decode("utf-8"))["verdict"] == report.verdict.value, done.stderr
    shown = subprocess.run(
        words[:-2], env={**os.environ, "DOCKER_HOST": engine.address}, capture_output=True, timeout=60
    )
    assert b"\x1b" not in shown.stdout
    assert b"\0" not in shown.stdout


# Insides


def test_neither_shell_nor_python_inside_while_it_runs(engine: Engine, run_container: RunContainer) -> None:
    with import_tiny(engine.api, "waits") as tag:
        container = run_container(tag, command=["/serve"], ports=["5001"])
        report = examined(container).report
        assert engine.inspect(container)["State"]["Running"]
        remove(engine.api, container)
    assert report.verdict is not Verdict.HEALTHY
    assert "ython" in said(report), said(report)


def test_neither_shell_nor_python_inside_after_its_end(engine: Engine, run_container: RunContainer) -> None:
    with import_tiny(engine.api, "ends") as tag:
        container = run_container(tag, command=["/serve"], ports=["5001"])
        engine.api.wait(container, timeout=30)
        report = examined(container).report
        remove(engine.api, container)
    assert report.verdict is not Verdict.HEALTHY
    assert "ython" in said(report), said(report)


# It goes while it is looked at


SERVER = ["python3", "-m", "http.server", "5001"]
STAGES = ["asking the engine", "reading the log", "looking inside", "asking the service", "judging"]


@pytest.mark.parametrize("stage", STAGES)
def test_removed_while_it_is_looked_at(engine: Engine, plain: str, run_container: RunContainer, stage: str) -> None:
    container = run_container(plain, command=SERVER, ports=["5001"])
    came: list[str] = []

    def listen(text: str) -> None:
        came.append(text)
        if text == stage:
            engine.api.remove_container(container, v=True, force=True)

    told = _looked_at(container, listen)
    assert stage in came, came
    if stage == "asking the engine":
        assert "no container is called" in told or "removed" in told, told
    elif stage != "judging":
        assert "removed" in told or "No such container" in told or "not running" in told, told


@pytest.mark.parametrize("stage", ["reading the log", "looking inside", "asking the service"])
def test_stopped_while_it_is_looked_at(engine: Engine, plain: str, run_container: RunContainer, stage: str) -> None:
    container = run_container(plain, command=SERVER, ports=["5001"])

    def listen(text: str) -> None:
        if text == stage:
            engine.api.kill(container)

    told = _looked_at(container, listen)
    assert "Traceback" not in told
    assert told


def _looked_at(container: str, listen: Callable[[str], None]) -> str:
    """The message of a diagnosis that cannot go on, or all that its report says."""
    try:
        done = diagnosis.diagnose(container, Wishes(rehearse=False), listen)
    except CannotExamine as error:
        return str(error)
    assert not done.report.checks.crashed
    return said(done.report)
