"""The screens in a browser: shown in a real one, for whoever has the key only, and nothing is left behind."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from click.testing import CliRunner
from screens import chromium
from screens.journeys import sample_copy

from doctor.command.main import cli

pytest.importorskip("textual_serve", reason="needs the extra `browser`")


@contextlib.contextmanager
def served(*words: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`doctor tui --browser`: its address and its process, ended at last."""
    call = [sys.executable, "-m", "doctor", "tui", "--browser", *words]
    with subprocess.Popen(
        call, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url.startswith("http://127.0.0.1:"), url + process.stdout.read()
            yield url, process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def ask(url: str, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    """One request: status and headers."""
    there = urlsplit(url)
    connection = HTTPConnection(there.hostname or "", there.port, timeout=20)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def gone(processes: list[psutil.Process], seconds: float = 20) -> bool:
    return not psutil.wait_procs(processes, timeout=seconds)[1]


@pytest.mark.skipif(chromium.executable() is None, reason="no chromium on this machine")
def test_a_real_browser_shows_the_diagnosis_and_takes_keys(tmp_path: Path) -> None:
    script = sample_copy("model-not-global", tmp_path)
    with served("--", str(script), folder=tmp_path) as (url, server), chromium.browser(tmp_path) as page:
        page.open(url)
        shown = page.wait_for("failing")
        assert page.evaluate("document.title") == "doctor"
        assert "[2 causes]" in shown
        page.press("1")
        page.wait_for("[1 targets]")
        assert page.evaluate("location.search") == ""
        assert {urlsplit(one).hostname for one in page.requests.values() if one.startswith("http")} == {"127.0.0.1"}
        children = psutil.Process(server.pid).children(recursive=True)
        assert children
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0
        assert gone(children)


@pytest.mark.skipif(chromium.executable() is None, reason="no chromium on this machine")
def test_a_closed_page_ends_its_process_and_so_does_a_killed_server(tmp_path: Path) -> None:
    with served(folder=tmp_path) as (url, server):
        with chromium.browser(tmp_path) as page:
            page.open(url)
            page.wait_for("[1 targets]")
            children = psutil.Process(server.pid).children(recursive=True)
            assert children
        assert gone(children)
        with chromium.browser(tmp_path) as page:
            page.open(url)
            page.wait_for("[1 targets]")
            children = psutil.Process(server.pid).children(recursive=True)
            assert children
            server.kill()
            assert gone(children)


def test_only_who_has_the_key_is_answered(tmp_path: Path) -> None:
    with served(folder=tmp_path) as (url, server):
        there = urlsplit(url)
        own = f"127.0.0.1:{there.port}"
        for path in ("/", "/?key=guessed", "/ws", "/static/js/textual.js"):
            assert ask(url, path)[0] == 403, path
        status, headers = ask(url, f"/?{there.query}")
        assert (status, headers["location"]) == (302, "/")
        assert "HttpOnly" in headers["set-cookie"]
        assert "SameSite=Strict" in headers["set-cookie"]
        cookie = headers["set-cookie"].partition(";")[0]
        status, headers = ask(url, "/", Cookie=cookie)
        assert status == 200
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert ask(url, "/", Cookie=cookie, Host=f"evil.example:{there.port}")[0] == 403
        assert ask(url, "/ws", Cookie=cookie, Origin="http://evil.example")[0] == 403
        assert ask(url, "/", Cookie=cookie, Origin=f"http://{own}")[0] == 200
        with pytest.raises((ConnectionError, TimeoutError)):  # another address of this machine
            socket.create_connection(("127.0.0.2", there.port or 0), timeout=5)
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with served(folder=tmp_path) as (url, _):
        port = str(urlsplit(url).port)
        call = [sys.executable, "-m", "doctor", "tui", "--browser", "--port", port]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 2
        assert f"port {port} cannot be used" in done.stderr
        assert "--port" in done.stderr


def test_a_wrong_call_is_told_in_the_terminal(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.py")
    done = subprocess.run(
        [sys.executable, "-m", "doctor", "tui", "--browser", missing], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "is not there" in done.stderr
    assert CliRunner().invoke(cli, ["tui", "--port", "80"]).exit_code == 2


def test_without_the_extra_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    monkeypatch.delitem(sys.modules, "tui.serving", raising=False)
    result = CliRunner().invoke(cli, ["tui", "--browser"])
    assert "pip install 'deployment-doctor[browser]'" in str(result.exception)


def test_each_page_gets_the_same_call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tui import serving

    given: list[list[str]] = []
    monkeypatch.setattr(serving, "serve", lambda words, port, told: given.append([*words, f"port {port}"]))
    script = tmp_path / "score.py"
    script.write_text("def init(): ...\ndef run(data): ...\n")
    call = ["--browser", "--port", "0", "--set", "A=b c", "--set", "C=d", "--no-run", "--watch", "--no-color"]
    assert CliRunner().invoke(cli, ["tui", *call, str(script)]).exit_code == 0
    assert sorted(re.split(r" (?=--|port)", " ".join(given[0]))) == sorted(
        ["--set A=b c", "--set C=d", "--no-run", "--watch", "--no-color", f"-- {script}", "port 0"]
    )


def test_the_driver_ends_the_app_when_its_input_ends(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "doctor", "tui", "--served"]
    began = time.monotonic()
    done = subprocess.run(call, cwd=tmp_path, input=b"", capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < 60
