"""The lines that a finding offers to paste are run for real: they send what the call sent, and get what it got."""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import psutil
import pytest

from checks.http.records import Call, Endpoint, Tls
from checks.http.reproduce import reproduced
from doctor.endpoint.collecting import look
from doctor.endpoint.wishes import Credential, Wishes
from doctor.probe.launcher import Payload

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the lines are for a shell of POSIX")
KEY = "kQ7-of-the-tests-9f2c41"
BODY = b'{"data": [[1.0, 2.5]], "name": "\xc3\xa9\\n"}\r\n'
WAIT = 60.0  # seconds
LINES: tuple[Literal["curl", "python"], ...] = ("curl", "python") if shutil.which("curl") else ("python",)


@dataclass
class Request:
    """What arrived. Header names are in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Recorder:
    """A server on loopback that keeps what arrives, and answers 200 unless told otherwise."""

    url: str = ""
    status: int = 200
    arrived: list[Request] = field(default_factory=list)


@contextlib.contextmanager
def recording() -> Iterator[Recorder]:
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._answer
            raise AttributeError(name)

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            recorder.arrived.append(Request(self.command, self.path, headers, body))
            self.send_response(recorder.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Nothing: standard error is the test's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    recorder.url = f"http://127.0.0.1:{server.server_address[1]}/score"
    try:
        yield recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with recording() as made:
        yield made


def run(line: str, folder: Path, **variables: str) -> int:
    """The status that the line shows, as a person would read it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    without = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env={**without, "PATH": path, "NO_PROXY": "*", "LC_ALL": "C.UTF-8", **variables},
        capture_output=True,
        timeout=WAIT,
        check=False,
    )
    assert done.returncode == 0, (line, done.stderr)
    words = done.stdout.decode().split()
    return int(words[1] if words[0].startswith("HTTP/") else words[0])


def score(**fields: Any) -> Call:
    made = {"purpose": "score", "method": "POST", "path": "/score", "sample": "sample.json", **fields}
    return Call(**made)


CALLS: dict[str, Call] = {
    "health": Call(purpose="health", method="GET", path="/"),
    "swagger": Call(purpose="swagger", method="GET", path="/swagger.json"),
    "score": score(),
    "bytes": score(sent_type="application/octet-stream"),
    "a sample with a name of words": score(sample="my sample's; $(touch ran) file.json"),
    "series": score(purpose="series"),
    "empty": Call(purpose="empty", method="OPTIONS", path="/score"),
    "no-key": Call(purpose="no-key", method="GET", path="/swagger.json"),
    "wrong-key": Call(purpose="wrong-key", method="GET", path="/swagger.json"),
    "preflight": Call(purpose="preflight", method="OPTIONS", path="/score"),
    "a path that a shell would run": score(path="/a/$(touch ran)`touch ran`'\"; touch ran;/score"),
}


@pytest.mark.parametrize("tool", LINES)
@pytest.mark.parametrize("name", CALLS)
def test_the_line_sends_what_the_call_sent(name: str, tool: str, recorder: Recorder, tmp_path: Path) -> None:
    call = CALLS[name]
    if call.sample:
        (tmp_path / call.sample).write_bytes(BODY)
    endpoint = Endpoint(
        url=recorder.url, kind="managed", credential="key", variable="SCORE_KEY", deployment="blue", calls=(call,)
    )
    line = reproduced(endpoint, call)[tool == "python"]
    recorder.status = 418
    assert run(line, tmp_path, SCORE_KEY=KEY) == 418
    (got,) = recorder.arrived
    assert got.method == call.method
    assert got.path.split("/")[-1] == call.path.split("/")[-1]
    assert got.body == (BODY if call.sample else b"")
    assert got.headers["azureml-model-deployment"] == "blue"
    keys = {"no-key": None, "preflight": None, "wrong-key": "Bearer wrong-key"}
    assert got.headers.get("authorization") == keys.get(name, f"Bearer {KEY}")
    kind = (call.sent_type or "application/json") if call.sample else None
    assert got.headers.get("content-type") == kind
    assert ("origin" in got.headers) == (name == "preflight")
    assert not (tmp_path / "ran").exists()
    assert KEY not in line
    assert len(line.splitlines()) == 1


def test_no_line_switches_the_verification_off_or_sends_a_key_past_it() -> None:
    endpoint = Endpoint(
        url="https://score.example/score", kind="other", credential="key", variable="K", tls=Tls(problem="expired")
    )
    for line in reproduced(endpoint, score()):
        assert "verify" not in line
        assert not {"-k", "--insecure"} & set(shlex.split(line))
        assert "Authorization" not in line


def test_the_variable_of_a_key_is_a_name() -> None:
    endpoint = Endpoint(url="http://a/score", kind="other", credential="key", variable="x; touch ran")
    assert all("touch" not in line and "KEY" in line for line in reproduced(endpoint, score()))


def test_the_other_scheme_is_asked_where_the_call_asked_it() -> None:
    endpoint = Endpoint(url="https://a.example/score", kind="other", credential="key", variable="K")
    plain = Call(purpose="plain", method="GET", path="/")
    assert all("http://a.example/" in line and "K" not in line for line in reproduced(endpoint, plain))


@pytest.mark.server
def test_the_real_server_says_the_same_again(tmp_path: Path) -> None:
    script = "import json\ndef init(): pass\ndef run(data): return [sum(row) for row in json.loads(data)['data']]\n"
    (tmp_path / "score.py").write_text(script, encoding="utf-8")
    bodies = {"good.json": b'{"data": [[1, 2]]}', "bad.json": b'{"rows": 1}', "bytes.bin": b"\xff\xfe\x00"}
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
    payloads = tuple(Payload(name, body) for name, body in bodies.items())
    with real_server(tmp_path) as port:
        for path in ("/score", "/elsewhere"):
            wishes = Wishes(payloads=payloads, series=1, credential=Credential("key", "SCORE_KEY", KEY))
            endpoint = look(f"http://127.0.0.1:{port}{path}", wishes).endpoint
            statuses = {call.status for call in endpoint.of("score")}
            assert statuses == ({200, 500, 400} if path == "/score" else {404})
            for call in endpoint.calls:
                if call.purpose in {"plain", "series"}:
                    continue
                for tool, line in zip(("curl", "python"), reproduced(endpoint, call), strict=True):
                    if tool in LINES:
                        assert run(line, tmp_path, SCORE_KEY=KEY) == call.status, line


@contextlib.contextmanager
def real_server(folder: Path) -> Iterator[int]:
    """The inference server itself on a free port, gone with its workers at the end."""
    import socket
    import time
    import urllib.error
    import urllib.request

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    program = Path(sys.executable).with_name("azmlinfsrv")
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [program, "--entry_script", "score.py", "--port", str(port)],
            cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            give_up = time.monotonic() + WAIT
            while True:
                assert process.poll() is None, (folder / "log.txt").read_text(encoding="utf-8")
                assert time.monotonic() < give_up
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                        break
                except (urllib.error.URLError, OSError):
                    time.sleep(0.05)
            yield port
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
                for one in family:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        one.kill()
            process.wait(timeout=10)
