"""What doctor says a script will serve is what the real server answers, byte for byte, for every type and version."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from swagger_cases import CASES, STOPPED, Case

from checks.contract.records import Interface
from doctor.contract.declared import declared
from doctor.contract.served import NotServed, served
from doctor.errors import CannotExamine

pytestmark = pytest.mark.server

ASKED = ("", "version=2", "version=3", "version=3.1", "version=2.0", "version=3.0", "version=4", "version=")
PATIENCE = 60.0  # seconds

# The server's own application, once for each line of standard input, each in a fork of what takes long to import.
APPLICATIONS = """
import json, os, sys
import flask, flask_cors, pandas, numpy, pydantic_settings, inference_schema.schema_decorators
import inference_schema.parameter_types.pandas_parameter_type, inference_schema.parameter_types.numpy_parameter_type

for line in sys.stdin:
    wish = json.loads(line)
    child = os.fork()
    if child:
        print(json.dumps(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])), flush=True)
        continue
    code = 1
    try:
        os.dup2(2, 1)
        os.chdir(wish["folder"])
        os.environ.update(wish["variables"], AML_APP_ROOT=wish["folder"], AZUREML_ENTRY_SCRIPT="score.py")
        from azureml_inference_server_http.server.create_app import create
        client = create().test_client()
        answers = {}
        for query in wish["asked"]:
            answer = client.get("/swagger.json?" + query)
            answers[query] = (answer.status_code, answer.get_data(as_text=True))
        with open(wish["answers"], "w") as file:
            json.dump(answers, file)
        code = 0
    except SystemExit as stop:
        code = stop.code
    except BaseException as error:
        sys.stderr.write(repr(error))
        code = 3  # gunicorn's worker ends so when the application cannot be made
    finally:
        os._exit(code)
"""

Answers = dict[str, tuple[int, str]]


def clean(**more: str) -> dict[str, str]:
    """An environment that holds nothing of the test run."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1", **more}


def lay(case: Case, root: Path) -> Path:
    folder = root / "code"
    for name, text in {"score.py": case.script, **case.files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
    return folder


def ours(folder: Path, case: Case) -> Answers:
    interface = declared(folder / "score.py", python=sys.executable, variables=case.variables)
    return {query: answered(interface, query, folder, case) for query in ASKED}


def answered(interface: Interface, query: str, folder: Path, case: Case) -> tuple[int, str]:
    version = query.removeprefix("version=") if query else "2"
    try:
        return 200, json.dumps(served(interface, version, folder, case.variables))
    except NotServed as error:
        return 404, json.dumps({"message": str(error)})


@pytest.fixture(scope="module")
def applications(tmp_path_factory: pytest.TempPathFactory) -> Iterator["subprocess.Popen[str]"]:
    """A process that makes the server's application for each service that it is told of."""
    home = tmp_path_factory.mktemp("applications")
    with (
        (home / "log.txt").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-c", APPLICATIONS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=clean(HOME=str(home)),
        ) as process,
    ):
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def ask_application(process: "subprocess.Popen[str]", folder: Path, case: Case) -> tuple[int, Answers]:
    """How making the application ended, and what it answered."""
    assert process.stdin is not None
    assert process.stdout is not None
    file = folder.parent / "answers.json"
    wish = {"folder": str(folder), "variables": case.variables, "asked": ASKED, "answers": str(file)}
    process.stdin.write(json.dumps(wish) + "\n")
    process.stdin.flush()
    code = int(process.stdout.readline())
    found = json.loads(file.read_text()) if file.exists() else {}
    return code, {query: (status, text) for query, (status, text) in found.items()}


def ask_server(folder: Path, case: Case) -> tuple[int | None, Answers]:
    """What a real server on loopback answers; with its exit code where it ends at its start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("azmlinfsrv"), "--entry_script", "score.py", "--port", str(port)]
    with (
        (folder.parent / "log.txt").open("wb") as log,
        subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=clean(HOME=str(folder.parent), **case.variables),
            start_new_session=True,
        ) as process,
    ):
        try:
            give_up = time.monotonic() + PATIENCE
            while time.monotonic() < give_up:
                if process.poll() is not None:
                    return process.returncode, {}
                with contextlib.suppress(OSError):
                    if get(port, "/")[0] == 200:
                        return None, {query: get(port, f"/swagger.json?{query}") for query in ASKED}
                time.sleep(0.05)
            raise AssertionError((folder.parent / "log.txt").read_text())
        finally:
            end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """End the server with its workers."""
    try:
        server = psutil.Process(process.pid)
        family = [server, *server.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(family, timeout=10)


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


IN_PROCESS = [case for case in CASES if not case.over_http]
OVER_HTTP = [case for case in CASES if case.over_http]


@pytest.mark.parametrize("case", IN_PROCESS, ids=lambda case: case.name)
def test_it_is_what_the_servers_application_answers(
    case: Case, tmp_path: Path, applications: "subprocess.Popen[str]"
) -> None:
    folder = lay(case, tmp_path)
    code, answers = ask_application(applications, folder, case)
    assert code == 0
    assert ours(folder, case) == answers


@pytest.mark.parametrize("case", OVER_HTTP, ids=lambda case: case.name)
def test_it_is_what_a_server_on_loopback_answers(case: Case, tmp_path: Path) -> None:
    folder = lay(case, tmp_path)
    code, answers = ask_server(folder, case)
    assert code is None, (tmp_path / "log.txt").read_text()
    assert ours(folder, case) == answers


def test_enough_goes_through_a_real_server() -> None:
    assert len(OVER_HTTP) >= 10


@pytest.mark.parametrize("case", STOPPED, ids=lambda case: case.name)
def test_what_stops_the_server_is_told(case: Case, tmp_path: Path, applications: "subprocess.Popen[str]") -> None:
    folder = lay(case, tmp_path)
    code = ask_server(folder, case)[0] if case.over_http else ask_application(applications, folder, case)[0]
    assert code == 3
    with pytest.raises(CannotExamine, match=r"the server\b.* stops"):
        ours(folder, case)
