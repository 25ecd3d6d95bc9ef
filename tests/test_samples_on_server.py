"""The sample services meet the real inference server: each breaks there as its case.toml says; the healthy answer.

A handful runs by default; DOCTOR_ALL_SAMPLES=1 runs all. DOCTOR_SERVER_PYTHON names another interpreter with the
server, for the services whose symptom needs other versions than the test environment has.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import psutil
import pytest
from make_readme import options
from packaging.requirements import Requirement
from sample_services import Service, applicable, apply, copy_all, cure, load, services

from checks.evidence import Log
from doctor.engine import examine
from doctor.report import Verdict
from doctor.triage import triage

pytestmark = pytest.mark.server

HANDFUL = {
    "decorator-name",
    "exit-in-init",
    "healthy-rawhttp",
    "healthy-schema-pandas",
    "nan-in-answer",
    "old-tree",
    "out-of-memory",
    "package-not-listed",
    "state-leaks",
}
ALL = os.environ.get("DOCTOR_ALL_SAMPLES") == "1"
PYTHON = os.environ.get("DOCTOR_SERVER_PYTHON", sys.executable)
PATIENCE = 60.0  # seconds until the server is ready, has ended, or has written what it is expected to write
SERVICES = [service for service in services() if "skip" not in service.server and (ALL or service.name in HANDFUL)]

# Makes packages invisible to Python's own search, so that the error is Python's own too.
HIDE = """
import importlib.machinery, os
search = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.split(".")[0] in os.environ["HIDDEN"].split() else search(name, path, target)
importlib.machinery.PathFinder.find_spec = find_spec
"""


@dataclass
class Server:
    """The real server with one service, laid out as in an image: code in the application's root, models below it."""

    service: Service
    root: Path
    port: int = 0
    answers: list[tuple[int, str]] = field(default_factory=list)

    def __enter__(self) -> "Server":
        app = self.root / "azureml-app"
        leave_out = shutil.ignore_patterns("case.toml", "make_model.py", "model", "azureml-models", "sample.*")
        shutil.copytree(self.service.script.parent, app, ignore=leave_out)
        models = app / "azureml-models"
        if self.service.model_folder.name == "azureml-models":
            shutil.copytree(self.service.model_folder, models)
        else:
            models = models / self.service.name / "1"
            if self.service.model_folder.exists():
                shutil.copytree(self.service.model_folder, models)
            else:
                models.mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        words = ["--entry_script", "score.py", "--model_dir", str(models), "--port", str(self.port)]
        self.log_file = (self.root / "log.txt").open("wb")
        self.process = subprocess.Popen(
            [Path(PYTHON).with_name("azmlinfsrv"), *words],
            cwd=app,
            stdin=subprocess.DEVNULL,
            stdout=self.log_file,
            stderr=subprocess.STDOUT,
            env=self._variables(),
            start_new_session=True,
        )
        return self

    def _variables(self) -> dict[str, str]:
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.root), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
        if hidden := self.service.server.get("without"):
            (self.root / "hide").mkdir()
            (self.root / "hide" / "sitecustomize.py").write_text(HIDE, encoding="utf-8")
            variables |= {"PYTHONPATH": str(self.root / "hide"), "HIDDEN": " ".join(hidden)}
        return variables

    def __exit__(self, *_: object) -> None:
        family = self.family()
        for process in family:
            process.kill()
        psutil.wait_procs(family, timeout=10)
        self.process.wait(timeout=10)
        self.log_file.close()

    def family(self) -> list[psutil.Process]:
        """The server and its workers, those that are still there."""
        try:
            server = psutil.Process(self.process.pid)
            return [server, *server.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    @property
    def log(self) -> str:
        return (self.root / "log.txt").read_text(encoding="utf-8", errors="replace")

    def ask(self, path: str, body: bytes | None = None, content_type: str = "application/json") -> tuple[int, str]:
        """Status and body; status 0 when no answer came."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body)
        request.add_header("Content-Type", content_type)
        try:
            with urllib.request.urlopen(request, timeout=0.5 if body is None else 20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def ready(self) -> bool:
        """Wait until it answers, or has ended. False when it ended."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                return False
            if self.ask("/")[0] == 200:
                return True
            time.sleep(0.1)
        raise AssertionError(f"neither ready nor ended after {PATIENCE} s:\n{self.log}")

    def stays_away(self, memory: int | None) -> None:
        """Wait until the expected texts are in the log, and see that it never answers meanwhile.

        With a memory limit, workers above it are killed as the kernel kills them in a container.
        """
        give_up = time.monotonic() + PATIENCE
        while not all(text in self.log for text in self.service.verbatim):
            assert time.monotonic() < give_up, self.log
            for worker in self.family()[1:] if memory else []:
                try:
                    if worker.memory_info().rss > memory:
                        worker.kill()
                except psutil.NoSuchProcess:
                    continue
            time.sleep(0.01)
        for _ in range(3):
            assert self.ask("/")[0] == 0
        assert self.process.poll() is None


@cache
def installed() -> dict[str, str]:
    """Versions of the server's interpreter, by distribution name; `python` is its own."""
    code = (
        "import json, platform, importlib.metadata as m\n"
        "print(json.dumps({**{d.metadata['Name'].lower(): d.version for d in m.distributions()},"
        " 'python': platform.python_version()}))"
    )
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    versions: dict[str, str] = json.loads(done.stdout)
    return versions


def unmet(service: Service) -> list[str]:
    """Requirements of the service's symptom that the server's interpreter does not meet."""
    needs = [Requirement(text) for text in service.server.get("needs", [])]
    return [str(n) for n in needs if n.name not in installed() or not n.specifier.contains(installed()[n.name])]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all services with their models made."""
    root = tmp_path_factory.mktemp("services")
    copy_all(root, [service.name for service in SERVICES])
    return root


CURED = [service.name for service in services() if service.cure and "skip" not in service.server]


@pytest.mark.parametrize("name", CURED if ALL else ["scorer-class"])
def test_the_server_answers_once_the_service_is_cured_by_hand(name: str, tmp_path: Path) -> None:
    copy_all(tmp_path / "services", [name])
    service = replace(load(tmp_path / "services" / name), server={})
    cure(service)
    with Server(service, tmp_path) as server:
        assert server.ready(), server.log
        status, _ = server.ask("/score", service.sample.read_bytes())
        assert status == 200, server.log


@pytest.mark.parametrize("name", [s.name for s in services() if s.fix == "edit" and ALL] or ["json-loads-twice"])
def test_the_server_answers_once_doctors_fixes_are_applied(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_all(tmp_path / "services", [name])
    monkeypatch.chdir(tmp_path / "services")
    service = load(Path(name))
    if missing := unmet(service):
        pytest.skip(f"needs {', '.join(missing)} (DOCTOR_SERVER_PYTHON)")
    for _ in (service.cause, *service.then):
        found = examine(service.script, replace(options(service), verify=False))
        fix = applicable(found.report.causes[0])
        assert fix
        apply(fix)
    with Server(replace(service, server={}), tmp_path) as server:
        assert server.ready(), server.log
        status, _ = server.ask("/score", service.sample.read_bytes())
        assert status == 200, server.log


@pytest.mark.parametrize("name", [service.name for service in SERVICES])
def test_the_server_says_what_the_case_says(name: str, samples: Path, tmp_path: Path) -> None:
    service = next(service for service in services(samples) if service.name == name)
    if missing := unmet(service):
        pytest.skip(f"needs {', '.join(missing)} (DOCTOR_SERVER_PYTHON)")
    expected = service.server
    with Server(service, tmp_path) as server:
        if expected.get("never_ready"):
            server.stays_away(service.memory)
            told_by_triage(service, server.log, [])
            return
        is_ready = server.ready()
        if "exit" in expected:
            assert not is_ready
            assert server.process.returncode == expected["exit"]
        else:
            assert is_ready, server.log
            kind = "application/json" if service.sample.suffix == ".json" else "application/octet-stream"
            for _ in range(expected.get("requests", 1)):
                status, body = server.ask("/score", service.sample.read_bytes(), kind)
                assert status == expected["status"], server.log
                assert expected.get("body", "") in body
                server.answers.append((status, body))
        seen = "\n".join([server.log, *(body for _, body in server.answers)])
        for text in service.verbatim:
            assert text in seen, seen
        told_by_triage(service, server.log, server.answers)


def told_by_triage(service: Service, text: str, answers: list[tuple[int, str]]) -> None:
    """What the log alone tells: the cause with its line where there is one, and nothing of a service that works."""
    report = triage(Log(source="log.txt", text=text))
    if not service.cause:
        assert report.verdict is Verdict.HEALTHY, report.causes
        return
    if answers and all(status < 500 for status, _ in answers):
        assert not report.causes, "a wrong answer, or a refused request, leaves no trace in the log"
        return
    first = report.causes[0]
    assert first.id not in {"logs.unrecognised-error", "logs.unrecognised-exception"}, first.title
    named = [text for text in service.verbatim if "Error: " in text or "Exception: " in text]
    told = "\n".join([first.title, first.why, *(quote.text for quote in first.evidence)])
    assert not named or any(text in told for text in [*named, 'score.py", line']), told
