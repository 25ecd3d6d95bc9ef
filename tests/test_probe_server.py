"""The probe's verdict on a request is the real server's: same status, same message, same body."""

import hashlib
import http.client
import json
import os
import runpy
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from checks.evidence import Phase, Probe, Step
from doctor.probe.launcher import Payload, Rehearsal, start

pytestmark = pytest.mark.server

SCRIPTS = Path(__file__).with_name("scripts") / "agreement"
INTERNAL = "An unexpected internal error occurred. Check the logs for more info."
RAISED = "An unexpected error occurred in scoring script. Check the logs for more info."
MODES = runpy.run_path(str(SCRIPTS / "results.py"))["MAKE"]
NUMPY = {"data": [[1.0, 2.0, 3.0]], "note": "n"}
NESTED = {"vector": [1, 2], "table": [{"a": 1, "b": "x"}], "n": 1}


def body(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


CASES = {
    "results": [
        *({"mode": mode} for mode in MODES),
        {"wrong": 1},
        [1, 2],
        "text",
        b"",
        b"{not json",
        b"\xef\xbb\xbf[1]",
        b"\xff\xfe",
        '{"mode": "dict"}'.encode("utf-16"),
    ],
    "numpy_schema": [
        NUMPY,
        {**NUMPY, "flag": False, "more": 1},
        {"data": [[1.0, 2.0, 3.0], [4, 5, 6]], "note": ""},
        {"data": [[1.0, 2.0]], "note": "n"},
        {"data": [1.0, 2.0, 3.0], "note": "n"},
        {"data": "text", "note": "n"},
        {"data": [["a", 2.0, 3.0]], "note": "n"},
        {**NUMPY, "note": 5},
        {"data": [[1.0, 2.0, 3.0]]},
        {"Data": [[1.0, 2.0, 3.0]], "note": "n"},
        {"data": None, "note": "n"},
        [1, 2],
        3,
        "text",
        b"",
        b"   ",
        b"{not json",
        b'{"data": [[NaN, 1, 2]], "note": "n"}',
        b"\xff\xfe",
    ],
    "nested_schema": [
        {"Inputs": NESTED},
        {"Inputs": NESTED, "top": 1, "request_headers": {"a": 1}},
        {"Inputs": {"n": 1}},
        {"Inputs": [1]},
        {"Inputs": {**NESTED, "table": [{"a": "x", "b": "x"}]}},
        {"inputs": NESTED},
    ],
    "raw": [
        b"bytes",
        b"json",
        b"keys",
        b"none",
        b"refuse",
        b"fail",
        b"plain",
        {"a": [1]},
        b"not json",
        b"",
        b"\xff\x00",
    ],
    "headers": [{"a": 1}, b"", b"\xe2\x82\xac"],
    "two_required": [{"a": 1}],
}


@dataclass(frozen=True)
class Verdict:
    """What a client sees of a request."""

    status: int
    message: str | None = None
    digest: str | None = None


def probed(step: Step) -> Verdict:
    """What the server would answer, by the probe's account."""
    if step.outcome == "rejected":
        assert step.status is not None
        return Verdict(step.status, step.message)
    if step.outcome == "raised":
        assert step.raised is not None
        late = "Scoring timeout after 3600000 ms"
        return Verdict(500, late if step.raised.type == "TimeoutError" else RAISED)
    assert step.outcome == "passed"
    assert step.returned is not None
    if step.returned.problem:
        return Verdict(500, INTERNAL)
    return Verdict(step.returned.status or 200, digest=step.returned.digest)


class Server:
    """The real server with one script."""

    def __init__(self, script: Path, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = folder / f"{script.stem}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).with_name("azmlinfsrv"), "--entry_script", script, "--port", str(self.port)],
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )

    def post(self, content: bytes) -> tuple[int, bytes]:
        try:
            content.decode()
            kind = "application/json"
        except UnicodeDecodeError:
            text = json.detect_encoding(content) != "utf-8"  # UTF-16 and UTF-32
            kind = "application/json" if text else "application/octet-stream"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/score", content, {"Content-Type": kind})
        response = connection.getresponse()
        answer = response.status, response.read()
        connection.close()
        return answer

    def wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                connection.request("GET", "/")
                assert connection.getresponse().status == 200
                connection.close()
                return
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.05)
        raise AssertionError(self.log.read_text())


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """One server for each script, all started at once."""
    started: dict[str, Server] = {}
    try:
        for name in CASES:
            started[name] = Server(SCRIPTS / f"{name}.py", tmp_path_factory.mktemp(name))
        for server in started.values():
            server.wait()
        yield started
    finally:
        for server in started.values():
            server.process.terminate()
        for server in started.values():
            server.process.wait(20)


@pytest.mark.parametrize("name", CASES)
def test_requests_meet_the_same_fate(name: str, servers: dict[str, Server]) -> None:
    payloads = tuple(Payload(source=repr(case)[:60], body=body(case)) for case in CASES[name])
    probe = start(Rehearsal(script=SCRIPTS / f"{name}.py", payloads=payloads)).wait()
    assert isinstance(probe, Probe)
    steps = [step for step in probe.steps if step.phase is Phase.RUN]
    assert len(steps) == len(payloads), probe
    differences = []
    for step, payload in zip(steps, payloads, strict=True):
        status, answer = servers[name].post(payload.body)
        mine = probed(step)
        real = Verdict(status, digest=hashlib.sha256(answer).hexdigest())
        if mine.message is not None:
            real = Verdict(status, json.loads(answer)["message"])
        if mine != real:
            differences.append((payload.source, mine, status, answer[:300], step.raised and step.raised.headline))
    assert not differences


RULES = {
    "no init": "def run(data): ...\n",
    "no run": "def init(): ...\n",
    "run is a number": "def init(): ...\nrun = 5\n",
    "arguments": "def init(): ...\ndef run(*data): ...\n",
    "keyword arguments": "def init(): ...\ndef run(data, **more): ...\n",
    "positional only": "def init(): ...\ndef run(data, /): ...\n",
    "no argument": "def init(): ...\ndef run(): ...\n",
    "headers only": "def init(): ...\ndef run(request_headers): ...\n",
    "raw and schema": (
        "from azureml.contrib.services.aml_request import rawhttp\n"
        "from inference_schema.schema_decorators import input_schema\n"
        "from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType\n"
        "def init(): ...\n@rawhttp\n@input_schema('data', StandardPythonParameterType(1))\ndef run(data): ...\n"
    ),
    "callable object": "class Run:\n    def __call__(self, data): ...\ndef init(): ...\nrun = Run()\n",
    "keyword only": "def init(): ...\ndef run(*, data): ...\n",
    "builtin": "def init(): ...\nrun = dict\n",
    "driver": "import types\ndriver_module = types.ModuleType('inner')\ndriver_module.run = lambda *a: 1\n"
    "driver_module.__file__ = 'inner.py'\n"
    "def init(): ...\ndef run(data): ...\n",
    "import fails": "import no_such_module_at_all\n",
    "leaves": "import sys\nsys.exit(0)\n",
}
ASK_SERVER = """
import json, os, sys
from azureml_inference_server_http.server.user_script import UserScript, UserScriptImportException
answers = {}
for name in sorted(os.listdir(sys.argv[1])):
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            UserScript("score.py").load_script(os.path.join(sys.argv[1], name))
            answer = None
        except UserScriptImportException as error:
            answer = ["import", type(error.user_ex).__name__]
        except BaseException as error:
            kind = type(error).__name__
            answer = ["rule", str(error) if kind == "UserScriptError" else f"{kind}: {error}"]
        os.write(writer, json.dumps(answer).encode())
        os._exit(0)
    os.wait()
    answers[name] = json.loads(os.read(reader, 65536))
print(json.dumps(answers))
"""


def test_rules_for_init_and_run_are_the_servers_own(tmp_path: Path) -> None:
    for name, text in RULES.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "score.py").write_text(text)
    told = subprocess.run([sys.executable, "-c", ASK_SERVER, tmp_path], capture_output=True, check=True)
    theirs = json.loads(told.stdout.splitlines()[-1])
    ours: dict[str, object] = {}
    for name in RULES:
        probe = start(Rehearsal(script=tmp_path / name / "score.py")).wait()
        assert isinstance(probe, Probe)
        step = probe.steps[0]
        assert step.phase is Phase.IMPORT
        ours[name] = None
        if step.outcome == "rejected":
            ours[name] = ["rule", step.message]
        elif step.raised:
            ours[name] = ["import", step.raised.type]
    assert ours == theirs
    assert sum(isinstance(answer, list) for answer in theirs.values()) == 13
