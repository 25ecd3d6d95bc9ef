"""However the writing of a bundle ends, nothing stays beside it, and under its name is a whole one or nothing."""

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from screens.log_journeys import of_file

from checks.containers import Container, ContainerState, EngineInfo, Image
from checks.evidence import Evidence, Target
from doctor.bundle import read, replace_file, write
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis, Done
from doctor.report import SCHEMA, CheckSummary, Report, Verdict

RECORDED = Path(__file__).parent / "docker" / "recorded"
LINES = 500
Process = subprocess.Popen[bytes]
LINE = json.dumps({"log": json.dumps({"password": "q7Zk3Wv9Xb2L1", "text": "it took 3 ms"}) + "\n"}) + "\n"


def there(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name != "score.log")


def soon(holds: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """A log that takes long to be masked."""
    path = tmp_path / "score.log"
    path.write_text(LINE * 400_000)
    return path


@pytest.fixture
def writer(long: Path) -> Iterator[Process]:
    done = Done(diagnosed=(of_file(long),))
    process = subprocess.Popen(
        [sys.executable, "-m", "doctor.bundle", str(long.parent / "a.zip")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin
    process.stdin.write(msgspec.json.encode(done) + b"\n")
    process.stdin.flush()
    soon(lambda: there(long.parent) or process.poll() is not None)
    with process:
        yield process
        process.kill()


@pytest.mark.parametrize("how", ["interrupt", "terminate", "left"])
def test_one_that_is_ended_removes_what_it_began(how: str, writer: Process, long: Path) -> None:
    assert [one.startswith(".a.zip.") for one in there(long.parent)] == [True]
    if how == "left":
        assert writer.stdin
        writer.stdin.close()
    else:
        writer.send_signal(signal.SIGINT if how == "interrupt" else signal.SIGTERM)
    assert writer.wait(60) == 130
    assert there(long.parent) == []


def test_what_a_killed_one_leaves_goes_with_the_next(writer: Process, long: Path) -> None:
    mine = [".bashrc", ".notes.doctor", ".a.zip.ABCDEFGH.doctor"]
    for name in mine:
        (long.parent / name).write_text("mine")
    replace_file(long.parent / "b", b"while it is written")
    assert len(there(long.parent)) == 5, "what somebody writes stays"
    writer.kill()
    writer.wait(60)
    replace_file(long.parent / "b", b"when it is dead")
    assert there(long.parent) == sorted([*mine, "b"])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_verb_ends(how: signal.Signals, long: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "doctor", "bundle", "score.log", "-o", "a.zip"],
        cwd=long.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    soon(lambda: there(long.parent) or process.poll() is not None)
    process.send_signal(how)
    said = process.communicate(timeout=60)[1]
    if how is signal.SIGINT:
        assert (process.returncode, b"interrupted; nothing is left running" in said) == (130, True)
    else:
        assert process.returncode == -how
    soon(lambda: there(long.parent) == [])


def test_nobody_reads_what_is_said(tmp_path: Path) -> None:
    (tmp_path / "score.log").write_text("ModuleNotFoundError: No module named 'cv2'\n")
    read, written = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "doctor", "bundle", "score.log", "-o", "a.zip"],
        cwd=tmp_path,
        stdout=written,
        stderr=subprocess.PIPE,
        timeout=120,
    )
    os.close(written)
    assert (done.returncode, done.stderr.count(b"Traceback")) == (1, 0), "as of every verb"
    assert there(tmp_path) == ["a.zip"]


def test_masking_ends_at_the_limit_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "score.log"
    log.write_text("".join(f"{at} {LINE}" for at in range(1, 100_001)))
    monkeypatch.setattr("doctor.bundle.writing.LARGEST_LOG", 1 << 20)
    monkeypatch.setattr("doctor.bundle.both_ends.SECONDS", 0.001)
    monkeypatch.setattr("doctor.bundle.both_ends.READING", 1e6)  # it is read to its end, and then no time is left
    told = write(tmp_path / "a.zip", Done(diagnosed=(of_file(log),)))
    assert "lines before its last ones are not here" in told.notes[0]
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        (saved,) = read(tmp_path / "a.zip").diagnosed[0].logs
        lines = archive.read(saved.file).decode().splitlines()
    assert (len(lines), lines[-1].split()[0]) == (saved.lines, "100000")
    for place, number in saved.runs:
        assert lines[place].startswith(f"{number} " if number else "… "), (place, number)


@pytest.fixture
def silent_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """An engine of one container, whose log breaks off in the middle of a line, and which then says nothing more."""
    container = json.loads((RECORDED / "looping.json").read_text())
    left = threading.Event()
    lines = [f"2026-11-22T10:00:00.{at:09}Z line {at}\n".encode() for at in range(LINES)]
    frames = b"".join(struct.pack(">BxxxL", 1, len(line)) + line for line in lines)[:-9]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            is_log = "/logs" in self.path
            about = {"ApiVersion": "1.44", "MinAPIVersion": "1.24"}
            body = json.dumps(about if self.path.endswith("/version") else container).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(1 << 20 if is_log else len(body)))
            self.end_headers()
            self.wfile.write(frames if is_log else body)
            self.wfile.flush()
            if is_log:
                left.wait(60)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{server.server_address[1]}")
        yield container
        left.set()
        server.shutdown()


@pytest.mark.parametrize(("seconds", "patience"), [(2.0, 20), (60.0, 1.5)], ids=["of the bundle", "of the client"])
def test_an_engine_that_falls_silent_in_the_middle_of_a_log(
    seconds: float, patience: float, silent_engine: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doctor.bundle.both_ends.SECONDS", seconds)
    monkeypatch.setattr("doctor.containers.engine.connect.__defaults__", (patience,))
    container = Container(
        id=silent_engine["Id"], name="score", engine=EngineInfo(address="tcp"), state=ContainerState(status="running"),
        image=Image(id="2", reference="score"),
    )  # fmt: skip
    told = Report(
        schema=SCHEMA, version="1", target=Target(kind="container", name="score"), verdict=Verdict.INCONCLUSIVE,
        causes=(), findings=(), checks=CheckSummary(passed=1, found=0),
    )  # fmt: skip
    evidence = Evidence(target=told.target, container=container)
    call = Call(kind="container", name="score")
    written = write(tmp_path / "a.zip", Done(diagnosed=(Diagnosis(call=call, report=told, evidence=evidence),)))
    said = "it was read for" if seconds < patience else "it could not be read to its end: the Docker engine at tcp://"
    assert written.notes[0].startswith(f"docker logs score: {said}")
    (saved,) = read(tmp_path / "a.zip").diagnosed[0].logs
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        kept = archive.read(saved.file).decode().splitlines()
    assert (len(kept), kept[-1]) == (LINES - 1, f"line {LINES - 2}"), "of the last line only a part came"
