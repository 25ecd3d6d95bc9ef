"""Containers whose command is no server of Azure ML: what is said of them speaks of their own server."""

import pytest

from checks.cases import container
from checks.container.failed_calls import NO_ENTRY, failed
from checks.container.init_hangs import init_hangs
from checks.container.proxy_is_itself import proxy_is_itself
from checks.containers import Answer, Answers, Container, Inside, Socket
from checks.evidence import Logs
from checks.finding import Finding
from checks.joint import judge
from checks.logs.findings import findings as findings_of_log
from checks.outcome import Found, run_check

SILENT: dict[str, object] = {
    "inside": Inside(how="running", listening=(Socket(address="0.0.0.0", port=8000),)),
    "answers": Answers(
        items=(Answer(method="GET", path="/", route="inside", address="127.0.0.1:8000", seconds=5, error="no answer"),)
    ),
}


def _hangs(*command: str) -> Finding:
    (found,) = init_hangs.look(container(seen=SILENT, command=command))
    return found


def test_a_silent_server_of_another_kind_loads_no_script() -> None:
    assert "script" in _hangs("azmlinfsrv", "--entry_script", "score.py").title
    other = _hangs("node", "server.js")
    assert "script" not in other.title
    assert not any("rehearse" in command or "init()" in fix.title for fix in other.fixes for command in fix.commands)


def test_a_proxy_on_loopback_is_the_only_cause() -> None:
    """The log tells of a refused connection and of the proxy, in two exceptions of one request."""
    log = (
        "Traceback (most recent call last):\n"
        '  File "/usr/lib/python3/dist-packages/urllib3/util/connection.py", line 85, in create_connection\n'
        "    sock.connect(sa)\n"
        "ConnectionRefusedError: [Errno 111] Connection refused\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        "urllib3.exceptions.ProxyError: ('Unable to connect to proxy', NewConnectionError('Connection refused'))\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\n"
        '  File "/app/app.py", line 4, in <module>\n    requests.get(ADDRESS)\n'
        "requests.exceptions.ProxyError: HTTPSConnectionPool(host='a.contoso.com', port=443): Max retries exceeded "
        "(Caused by ProxyError('Unable to connect to proxy', NewConnectionError(\"HTTPSConnection(host='127.0.0.1', "
        'port=3128): Failed to establish a new connection: [Errno 111] Connection refused")))\n'
    )
    evidence = container(log, environment={"HTTPS_PROXY": "http://127.0.0.1:3128"})
    assert isinstance(evidence.logs, Logs)
    said = [one for item in evidence.logs.items for one in findings_of_log(item)]
    outcome = run_check(proxy_is_itself, evidence)
    assert isinstance(outcome, Found)
    ranking = judge([*outcome.findings, *said])
    assert [one.id for one in ranking.causes] == ["container.proxy-is-itself"]


@pytest.mark.parametrize(
    ("command", "other"),
    [
        (("gunicorn", "-b", "0.0.0.0:80", "app:app"), True),
        (("uvicorn", "main:app"), True),
        (("python", "-u", "app.py"), True),
        (("/bin/sh", "-c", "exec gunicorn app:app"), True),
        (("tini", "--", "python", "app.py"), True),
        (("node", "server.js"), True),
        (("azmlinfsrv", "--entry_script", "score.py"), False),
        (("/bin/sh", "-c", 'exec azmlinfsrv --entry_script "$AZUREML_ENTRY_SCRIPT"'), False),
        (("python", "-m", "azureml_inference_server_http.amlserver"), False),
        (("gunicorn", "azureml_inference_server_http.server.entry:app"), False),
        (("gunicorn", "-c", "/var/azureml-server/gunicorn_conf.py", "entry:app"), False),
        (("runsvdir", "/var/runit"), False),
        (("/bin/sh", "start.sh"), False),
        (("python",), False),
        ((), False),
    ],
)
def test_other_program(command: tuple[str, ...], other: bool) -> None:
    given = container(command=command).container
    assert isinstance(given, Container)
    assert given.is_other_program is other


def test_a_log_that_leaves_out_the_exceptions_name_is_read() -> None:
    """As `logging.error("startup failed: %s", error)` writes it, in JSON."""
    line = (
        '{"level": "ERROR", "message": "startup failed: [Errno 2] No such file or directory: \'/app/model/a.json\'"}\n'
    )
    (one,) = failed(container(line))
    assert (one.number, one.path) == (NO_ENTRY, "/app/model/a.json")


def test_the_traceback_goes_before_the_line_that_repeats_it() -> None:
    said = "[Errno 2] No such file or directory: '/app/a.json'"
    text = (
        'Traceback (most recent call last):\n  File "/app/app.py", line 6, in <module>\n    open("/app/a.json")\n'
        f"FileNotFoundError: {said}\n[2026-11-20 18:00:00 +0000] [1] [INFO] Worker exiting\n{said}\n"
    )
    (one,) = failed(container(text))
    assert [quote.line for quote in one.quotes] == [6, 4]
