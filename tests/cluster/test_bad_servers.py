"""Servers that refuse, are busy, slow or broken: the diagnosis goes on without, or says clearly why it cannot."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cluster.answers import Answer
from cluster.api_server import ApiServer
from cluster.certificates import Certificates
from cluster.faults import of_proxy, refused
from cluster.recordings import Recording

from doctor.cluster.api import Access
from doctor.cluster.diagnosis import Diagnosis, diagnose
from doctor.cluster.wishes import Wishes
from doctor.errors import CannotExamine

CASE = "no-run"
PODS = f"GET /api/v1/namespaces/{CASE}/pods\\?"
EVENTS = f"GET /api/v1/namespaces/{CASE}/events"
LOG = "GET .*/log"
JSON = b'{"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [{"metadata": {"name": "sco'


@pytest.fixture
def broken_service(recorded: Callable[[str], Recording]) -> Recording:
    return recorded(CASE)


def asked(kubeconfig: Path, seconds: float = 30.0, patience: float = 5.0) -> Diagnosis:
    access = Access(kubeconfig, seconds=seconds, patience=patience)
    return diagnose(["deployment/score"], Wishes(access=access, namespace=CASE))


def is_found(done: Diagnosis) -> None:
    (report,) = done.reports
    assert report.verdict == "failing"
    assert "run()" in report.causes[0].title


@pytest.mark.parametrize(
    "fault",
    [
        {"answer": refused(429, retry_after=1), "times": 1},
        {"answer": refused(429), "times": 3},
        {"answer": refused(500), "times": 1},
        {"answer": refused(503, retry_after=1), "times": 1},
        {"answer": refused(504), "times": 1},
        {"answer": of_proxy(), "times": 1},
        {"cut": 300, "times": 1},
        {"cut": -1, "times": 2},
        {"wait": 0.5, "times": 1},
        {"pause": 0.01, "times": 1},
    ],
    ids=lambda fault: "-".join(f"{key}:{getattr(value, 'status', value)}" for key, value in fault.items()),
)
@pytest.mark.parametrize("where", [PODS, LOG], ids=["pods", "log"])
@pytest.mark.usefixtures("broken_service")
def test_what_passes_is_waited_for(api_server: ApiServer, kubeconfig: Path, where: str, fault: dict[str, Any]) -> None:
    made = api_server.fail(where, **fault)
    is_found(asked(kubeconfig))
    assert made.struck == fault["times"]


@pytest.mark.usefixtures("broken_service")
def test_a_page_that_is_too_old_is_listed_again(api_server: ApiServer, kubeconfig: Path) -> None:
    api_server.fail(PODS, times=1, answer=refused(410))
    is_found(asked(kubeconfig))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refused(403, "events is forbidden: the test"), ("may not read events", "grant", "verbs")),
        (refused(404, "the server could not find the requested resource"), ("events",)),
        (refused(500), ("events",)),
        (of_proxy(), ("events",)),
        (Answer(JSON), ("events",)),
        (Answer(b"[]"), ("events",)),
        (Answer(b'{"kind": "EventList", "items": "none"}'), ("events",)),
        (Answer(b""), ("events",)),
    ],
    ids=["403", "404", "500", "502-html", "half", "list", "wrong", "empty"],
)
@pytest.mark.usefixtures("broken_service")
def test_what_cannot_be_seen_is_said(
    api_server: ApiServer, kubeconfig: Path, answer: Answer, words: tuple[str, ...]
) -> None:
    api_server.fail("/events", answer=answer)
    done = asked(kubeconfig)
    is_found(done)
    notes = " ".join([*done.notes, *done.reports[0].notes])
    for word in words:
        assert word in notes


@pytest.mark.parametrize("status", [403, 404, 500, 502])
@pytest.mark.usefixtures("broken_service")
def test_without_logs_the_state_is_told_and_what_is_missing(
    api_server: ApiServer, kubeconfig: Path, status: int
) -> None:
    api_server.fail(LOG, answer=refused(status, "no log: the test"))
    done = asked(kubeconfig)
    (report,) = done.reports
    assert report.verdict == "failing"
    assert report.causes
    assert "log" in " ".join([*done.notes, *report.notes, *(skip.reason for skip in report.checks.skipped)])


@pytest.mark.usefixtures("broken_service")
def test_a_server_that_is_busy_for_ever_ends_at_the_deadline(api_server: ApiServer, kubeconfig: Path) -> None:
    api_server.fail("/", answer=refused(429, "too many requests: the test", retry_after=1))
    began = time.monotonic()
    with pytest.raises(CannotExamine):
        asked(kubeconfig, seconds=3)
    assert time.monotonic() - began < 8


@pytest.mark.usefixtures("broken_service")
def test_a_server_that_falls_silent_ends_at_the_deadline(api_server: ApiServer, kubeconfig: Path) -> None:
    api_server.fail("/", wait=60.0)
    began = time.monotonic()
    with pytest.raises(CannotExamine, match="in time"):
        asked(kubeconfig, seconds=3, patience=1)
    assert time.monotonic() - began < 8


@pytest.mark.usefixtures("broken_service")
def test_logs_that_never_come_end_at_the_deadline(api_server: ApiServer, kubeconfig: Path) -> None:
    api_server.fail(LOG, wait=60.0)
    began = time.monotonic()
    (report,) = asked(kubeconfig, seconds=6, patience=1).reports
    assert report.verdict == "failing"
    assert time.monotonic() - began < 12


Kubeconfig = Callable[[ApiServer, Path], Path]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda server, path: server.kubeconfig(path, token="nobody's"), ("401",)),
        (lambda server, path: server.kubeconfig(path, token=None), ("forbidden", "system:anonymous")),
        (lambda server, path: server.kubeconfig(path, certificate="stranger"), ("forbidden", "stranger", "verbs")),
        (
            lambda server, path: server.kubeconfig(path, authority=Certificates().bundle),
            ("certificate", "authority"),
        ),
        (lambda server, path: server.kubeconfig(path, address="https://127.0.0.1:1"), ("nothing listens",)),
        (
            lambda server, path: server.kubeconfig(path, address=server.address.replace("https", "http")),
            ("http://127.0.0.1",),
        ),
        (lambda server, path: server.kubeconfig(path, address="https://nowhere.invalid"), ("nowhere.invalid",)),
        (lambda server, path: path, (" is not there",)),
        (lambda server, path: written(path, "clusters: ["), ("cannot be read",)),
        (lambda server, path: written(path, ""), ("no context",)),
    ],
    ids=["401", "anonymous", "403", "authority", "refused", "http", "name", "missing", "yaml", "empty"],
)
@pytest.mark.usefixtures("broken_service")
def test_what_ends_with_a_clear_message(
    api_server: ApiServer, tmp_path: Path, make: Kubeconfig, words: tuple[str, ...]
) -> None:
    is_refused(diagnosed(make(api_server, tmp_path / "other")), *words)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def diagnosed(kubeconfig: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command as a person calls it."""
    call = ["diagnose", "k8s", "deployment/score", "-n", CASE, "--kubeconfig", str(kubeconfig), *words]
    return subprocess.run([sys.executable, "-m", "doctor", *call], capture_output=True, text=True, timeout=120)


def is_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit 3, nothing on standard output, and each of these words in the message."""
    assert done.returncode == 3, done.stdout + done.stderr
    assert not done.stdout
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr.replace("\n", " "), done.stderr


def test_a_certificate_for_somebody_else(tmp_path: Path) -> None:
    with ApiServer(certificates=Certificates(host="elsewhere.example")) as server:
        is_refused(diagnosed(server.kubeconfig(tmp_path / "config")), "certificate", "another name")


@pytest.mark.usefixtures("broken_service")
def test_the_page_of_a_proxy_for_everything(api_server: ApiServer, kubeconfig: Path) -> None:
    api_server.fail("/", answer=of_proxy(200))
    is_refused(diagnosed(kubeconfig, "--timeout", "5"), api_server.address)


@pytest.mark.usefixtures("broken_service")
def test_no_such_deployment(kubeconfig: Path) -> None:
    done = diagnosed(kubeconfig)
    assert done.returncode == 1
    with pytest.raises(CannotExamine, match="scroe"):
        diagnose(["deployment/scroe"], Wishes(access=Access(kubeconfig), namespace=CASE))
    with pytest.raises(CannotExamine, match="nowhere"):
        diagnose(["deployment/score"], Wishes(access=Access(kubeconfig), namespace="nowhere"))
