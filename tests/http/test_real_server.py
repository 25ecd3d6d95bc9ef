"""The collector against the real inference server on loopback: a healthy script, one that fails, and a raw one."""

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from doctor.endpoint.collecting import look
from doctor.endpoint.wishes import Credential, Wishes
from doctor.probe.launcher import Payload

pytestmark = pytest.mark.server

PATIENCE = 60.0  # seconds until the server listens
DECORATED = """
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema, output_schema

def init():
    pass

@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0]])))
@output_schema(NumpyParameterType(np.array([3.0])))
def run(data):
    return data.sum(axis=1).tolist()
"""
RECORDING = """
import json, os

def init():
    pass

def run(data):
    with open(os.environ["SCORED"], "a") as file:
        file.write(repr(data) + "\\n")
    return json.loads(data)["rows"]
"""
RAW = """
import os
from azureml.contrib.services.aml_request import rawhttp

def init():
    pass

@rawhttp
def run(request):
    with open(os.environ["SCORED"], "a") as file:
        file.write(request.method + "\\n")
    return "raw"
"""
WISHES = Wishes(timeout=10.0, total=40.0, series=3)
GOOD = Payload("good.json", b'{"data": [[1.0, 2.0]]}')


@contextmanager
def served(folder: Path, script: str) -> Iterator[str]:
    """The root of a real server with this script."""
    (folder / "score.py").write_text(script, encoding="utf-8")
    port = _free_port()
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "SCORED": str(folder / "scored")}
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("azmlinfsrv"), "--entry_script", "score.py", "--port", str(port)],
            cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            _wait(process, port, folder / "log.txt")
            yield f"http://127.0.0.1:{port}"
        finally:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            for one in family:
                one.kill()
            process.wait(10)
            psutil.wait_procs(family, timeout=10)


def _free_port() -> int:
    """A port that the system gives to nobody who asks for any: other tests open such ones all the time."""
    while True:
        port = random.randrange(20000, 32000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_a_healthy_service(tmp_path: Path) -> None:
    wishes = Wishes(**{**vars(WISHES), "payloads": (GOOD, Payload("bad.json", b'{"rows": []}'))})
    with served(tmp_path, DECORATED) as root:
        seen = look(root, wishes)
    endpoint = seen.endpoint
    assert endpoint.kind == "server"
    assert "azmlinfsrv/1.5.1" in endpoint.how
    assert [(call.status, call.body) for call in endpoint.of("health")] == [(200, "Healthy")]
    good, bad = endpoint.of("score")
    assert (good.status, good.body.strip(), good.problem) == (200, "[3.0]", None)
    assert good.headers["x-ms-run-function-failed"] == "False"
    assert good.headers["x-request-id"] == good.request_id
    assert (bad.status, bad.sample) == (400, "bad.json")
    assert "A value is not provided for the 'data' parameter." in bad.body
    assert [call.status for call in endpoint.of("preflight")] == [200]
    assert endpoint.timing is not None
    assert endpoint.timing.statuses == (200, 200, 200)
    assert all(0 < seconds < 5 for seconds in endpoint.timing.seconds)
    assert seen.served is not None
    assert (seen.served.role, seen.served.version) == ("served", "2.0")
    assert "/score" in seen.served.content["paths"]


def test_a_script_that_fails_is_asked_a_few_times_more(tmp_path: Path) -> None:
    wishes = Wishes(**{**vars(WISHES), "payloads": (GOOD,), "credential": Credential("key", "KEY", "0123456789abcdef")})
    with served(tmp_path, RECORDING) as root:
        endpoint = look(f"{root}/score", wishes).endpoint
    assert [call.status for call in endpoint.of("score")] == [500]
    assert endpoint.of("score")[0].headers["x-ms-run-function-failed"] == "True"
    assert [call.status for call in endpoint.of("health")] == [200]
    assert [call.status for call in endpoint.of("series")] == [500] * 3
    assert endpoint.timing is None
    assert [call.status for call in endpoint.of("no-key", "wrong-key")] == [200, 200]
    assert (tmp_path / "scored").read_text().splitlines() == [repr(GOOD.body.decode())] * 4


def test_nothing_is_scored_without_a_sample(tmp_path: Path) -> None:
    with served(tmp_path, RECORDING) as root:
        endpoint = look(root, WISHES).endpoint
    assert not (tmp_path / "scored").exists()
    assert [call.status for call in endpoint.of("health", "swagger", "preflight", "empty")] == [200] * 4


def test_a_raw_script_meets_only_options_without_a_sample(tmp_path: Path) -> None:
    with served(tmp_path, RAW) as root:
        look(root, WISHES)
    assert set((tmp_path / "scored").read_text().split()) == {"OPTIONS"}


def test_a_wrong_path(tmp_path: Path) -> None:
    wishes = Wishes(**{**vars(WISHES), "payloads": (GOOD,)})
    with served(tmp_path, DECORATED) as root:
        endpoint = look(f"{root}/score/", wishes).endpoint
    assert [(call.status, call.path) for call in endpoint.of("score")] == [(404, "/score/")]
    assert endpoint.kind == "server"
