"""`doctor diagnose url` as it is typed: exit codes, formats, wrong calls, and no key anywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fault_server import SWAGGER, serving

KEY = "hunter2-Zr8kQ1vYt5mW3xB7"
DOCTOR = (sys.executable, "-m", "doctor")


def doctor(*words: str, cwd: Path, key: str | None = KEY) -> subprocess.CompletedProcess[str]:
    """One call, with the key in the environment."""
    environ = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    environ |= {"SCORE_KEY": key} if key is not None else {}
    return subprocess.run([*DOCTOR, *words], cwd=cwd, env=environ, capture_output=True, text=True, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.json").write_text('{"data": [[1.0]]}')
    (tmp_path / "bad.json").write_text('{"Data": [[1.0]]}')
    return tmp_path


def test_a_healthy_service(folder: Path) -> None:
    with serving("healthy") as service:
        done = doctor("diagnose", "url", service.url, "--sample", "good.json", cwd=folder, key=None)
    assert done.returncode == 0, done.stdout
    assert "no problem found" in done.stdout


def test_without_a_sample_nothing_is_called_healthy(folder: Path) -> None:
    with serving("healthy") as service:
        done = doctor("diagnose", "url", service.url, "-o", "json", cwd=folder, key=None)
        assert {one.method for one in service.requests} <= {"GET", "OPTIONS"}
    assert json.loads(done.stdout)["verdict"] == "inconclusive"
    assert done.returncode == 0


@pytest.mark.parametrize("fault", ["echo", "status-401", "status-500", "login-page", "redirect-elsewhere"])
@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "markdown", "github"])
def test_no_key_is_in_any_format(folder: Path, fault: str, form: str) -> None:
    with serving(fault) as service:
        words = ("--sample", "good.json", "--key-env", "SCORE_KEY", "-v", "-o", form)
        done = doctor("diagnose", "url", service.url, *words, cwd=folder)
        assert any(KEY in one.headers.get("authorization", "") for one in service.requests), "it was sent"
    assert done.returncode in {0, 1}, done.stderr
    assert KEY not in done.stdout + done.stderr


def test_the_body_is_the_cause_of_the_answer(folder: Path) -> None:
    with serving("server-400", only="POST") as service:
        done = doctor("diagnose", "url", service.url, "--sample", "bad.json", "-o", "json", cwd=folder, key=None)
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert [one["id"] for one in report["causes"]] == ["contract.key-case-differs"]
    assert report["causes"][0]["reproduce"], "the request is told as well"


def test_the_contract_that_clients_use(folder: Path) -> None:
    made = {"type": "object", "properties": {"rows": {"type": "array"}}}
    with serving("healthy") as service:
        old = {**SWAGGER, "definitions": {**SWAGGER["definitions"], "ServiceInput": made}}
        (folder / "old.json").write_text(json.dumps(old))
        done = doctor("diagnose", "url", service.url, "--against", "old.json", "-o", "json", cwd=folder, key=None)
    assert "contract.input-key-renamed" in {one["id"] for one in json.loads(done.stdout)["causes"]}


WRONG = [
    (("ftp://h/score",), "http"),
    (("https://me:secret@h/score",), "password"),
    (("http://127.0.0.1:1/score", "--key-env", "NOT_SET_AT_ALL"), "NOT_SET_AT_ALL"),
    (("http://127.0.0.1:1/score", "--key-env", KEY), "name of an environment variable"),
    (("http://127.0.0.1:1/score", "--key-env", "SCORE_KEY", "--token-env", "SCORE_KEY"), "do not go together"),
    (("http://127.0.0.1:1/score", "--sample", "gone.json"), "gone.json"),
    (("http://127.0.0.1:1/score", "--ca", "gone.pem"), "gone.pem"),
    (("http://127.0.0.1:1/score", "--against", "gone.json"), "gone.json"),
]


@pytest.mark.parametrize(("words", "told"), WRONG, ids=[words[-1][:20] for words, _ in WRONG])
def test_a_wrong_call(folder: Path, words: tuple[str, ...], told: str) -> None:
    done = doctor("diagnose", "url", *words, cwd=folder)
    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stderr
    assert KEY not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert ":secret@" not in done.stderr
