"""What the lines around an exception tell about its request, its start, its process."""

import pytest

from checks.evidence import Log
from checks.logs.analysis import analyse
from checks.logs.findings import findings

READY = "2026-11-20 17:53:01,727 I [40] azmlinfsrv - Worker with pid 40 ready for serving traffic"
CALLED = "2026-11-20 17:53:01,725 I [40] azmlinfsrv.user_script - Invoking user's init function"
RAISED = """Traceback (most recent call last):
  File "/var/azureml-app/score.py", line 11, in run
    name = data["name"]
KeyError: 'name'
"""


def log(*parts: str) -> Log:
    return Log(source="log.txt", text="\n".join(parts))


def causes(*parts: str) -> list[str]:
    return [group.signature.id for group in analyse(log(*parts)).causes]


def test_a_missing_key_is_told_as_what_the_request_lacks() -> None:
    assert causes(READY, RAISED) == ["payload-key-missing"]
    assert "does not contain this key" in findings(log(READY, RAISED))[0].why


def test_a_missing_key_after_a_get_is_told_as_a_call_without_body() -> None:
    access = '127.0.0.1 - - [20/Nov/2026:17:59:16 +0000] "GET /score HTTP/1.1" 500 92 "-" "Mozilla/5.0"'
    assert "with a GET request" in findings(log(READY, RAISED, access))[0].why


def test_probes_and_icons_are_no_scoring_calls() -> None:
    probe = '10.0.0.4 - - [20/Nov/2026:17:59:16 +0000] "GET /health HTTP/1.1" 503 92 "-" "kube-probe/1.29"'
    icon = '10.0.0.4 - - [20/Nov/2026:17:59:16 +0000] "GET /favicon.ico HTTP/1.1" 404 92 "-" "Mozilla/5.0"'
    assert "GET request" not in findings(log(READY, RAISED, probe, icon))[0].why


def test_an_empty_input_is_told_as_an_empty_body() -> None:
    assert "empty body" in findings(log(READY, "Received input: {}", RAISED))[0].why


def test_a_missing_key_during_init_is_no_matter_of_the_request() -> None:
    raised = RAISED.replace("in run", "in init").replace("KeyError: 'name'", "KeyError: 'STORE_URL'")
    assert "payload-key-missing" not in causes(CALLED, raised)


@pytest.mark.parametrize("end", ["Users's init has completed successfully", "User's init function failed"])
def test_an_init_that_ended_did_not_hang(end: str) -> None:
    assert "init-never-returns" not in causes(CALLED, end)


def test_an_init_after_which_the_server_is_stopped_hung() -> None:
    stopped = "2026-11-20 18:03:00,000 I [1] gunicorn.error - Handling signal: term"
    assert causes(CALLED, stopped) == ["init-never-returns"]


def test_a_scanner_of_a_service_that_works_finds_no_wrong_path() -> None:
    scan = '10.0.0.4 - - [20/Nov/2026:18:20:31 +0000] "POST /predict HTTP/1.1" 404 135 "-" "-"'
    good = '10.0.0.4 - - [20/Nov/2026:18:20:32 +0000] "POST /score HTTP/1.1" 200 8 "-" "-"'
    assert causes(READY, scan) == ["scoring-path-unknown"]
    assert causes(READY, scan, good) == []


def test_a_sigkill_after_a_timeout_is_no_lack_of_memory() -> None:
    timeout = "2026-11-20 18:03:43,386 C [1] gunicorn.error - WORKER TIMEOUT (pid:40)"
    killed = "2026-11-20 18:03:44,419 E [1] gunicorn.error - Worker (pid:40) was sent SIGKILL! Perhaps out of memory?"
    assert causes(READY, timeout, killed) == ["worker-timeout-in-run"]
    assert causes(CALLED, timeout, killed) == ["worker-timeout-in-init"]


def test_settings_that_fail_validation_are_no_request() -> None:
    text = "pydantic_core._pydantic_core.ValidationError: 1 validation error for AppSettings"
    assert "request-model-invalid" not in causes(text)


def test_a_server_behind_nginx_may_listen_on_loopback() -> None:
    listening = "Listening at: http://127.0.0.1:31311 (13)"
    refused = "connect() failed (111: Connection refused) while connecting to upstream"
    assert "listens-on-loopback" not in causes(listening, refused)
