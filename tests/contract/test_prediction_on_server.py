"""What is foretold of a request body is what the real server does with it, and what is said to change arrives so."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from prediction_cases import SERVICES, Ask, Service

from checks.contract.conversion import SHOWN
from checks.contract.prediction import NOT_JSON, Prediction, predict
from checks.contract.records import Interface
from doctor.contract.declared import declared

pytestmark = pytest.mark.server
PATIENCE = 60.0  # seconds
FAILED = "x-ms-run-function-failed"


class Answer:
    """What came back."""

    def __init__(self, status: int, failed: str | None, body: str) -> None:
        self.status = status
        self.failed = failed
        self.body = json.loads(body)

    @property
    def message(self) -> str:
        return str(self.body.get("message", "")) if isinstance(self.body, dict) else ""


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[int]:
    """The real server on a free port, its log in log.txt."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    program = Path(sys.executable).with_name("azmlinfsrv")
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [program, "--entry_script", "score.py", "--port", str(port)],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait(process, port, folder)
            yield port
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
                for one in family:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        one.kill()
            process.wait(timeout=10)


def wait(process: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        assert process.poll() is None, (folder / "log.txt").read_text(encoding="utf-8")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError("the server is not ready")


def send(port: int, ask: Ask) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/score", ask.bytes, {"Content-Type": ask.kind} if ask.kind is not None else {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheader(FAILED), answer.read().decode())
    finally:
        connection.close()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_server_does_what_is_foretold(service: Service, tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(service.text, encoding="utf-8")
    interface = declared(script, python=sys.executable, variables={})
    headlines = []
    with serving(tmp_path) as port:
        for ask in service.asks:
            foretold = predict(interface, ask.bytes, ask.kind)
            answer = send(port, ask)
            shown = f"{ask.bytes[:200]!r} {foretold} {answer.body}"
            assert answer.status == ask.status, shown
            assert foretold.sure == ask.sure, shown
            assert not foretold.sure or foretold.status == answer.status, shown
            same_refusal(foretold, answer, ask, shown)
            same_values(foretold, answer, ask, shown)
            if foretold.refused and foretold.refused.headline:
                headlines.append(foretold.refused.headline)
    log = (tmp_path / "log.txt").read_text(encoding="utf-8", errors="replace")
    for headline in headlines:
        assert headline[:70].split("\n")[0] in log


def same_refusal(foretold: Prediction, answer: Answer, ask: Ask, shown: str) -> None:
    """The server's own words are foretold exactly, those of Python's parser as far as they are the server's."""
    refused = foretold.refused
    assert not ask.message or (refused and refused.message == ask.message), shown
    if refused and foretold.sure:
        if refused.message.startswith(NOT_JSON):
            assert answer.message.startswith(NOT_JSON), shown
        else:
            assert refused.message == answer.message, shown
        assert (answer.failed == "True") == bool(refused.headline), shown


def same_values(foretold: Prediction, answer: Answer, ask: Ask, shown: str) -> None:
    """What is said to arrive does arrive."""
    told = {one.pointer: one.got for one in foretold.changed if one.kind == "value"}
    assert ask.got.items() <= told.items(), shown
    if answer.status != 200 or not isinstance(answer.body, dict):
        return
    for one in foretold.changed:
        came = answer.body.get("columns" if one.kind == "columns" else one.pointer)
        if came is not None and len(came) <= SHOWN:
            assert one.got == came, f"{one} {shown}"
        else:
            assert one.pointer.startswith("/data/y"), f"{one} did not come back: {shown}"


def test_enough_is_tried() -> None:
    assert len(SERVICES) >= 12
    assert sum(len(service.asks) for service in SERVICES) >= 120


@pytest.mark.parametrize("kind", ["undecorated", "rawhttp", "schema"])
def test_what_declares_nothing_is_no_error(kind: str) -> None:
    foretold = predict(Interface(kind=kind, parameters=()), b"{}")  # type: ignore[arg-type]
    assert foretold.refused is None
