"""Containers whose command is no server of Azure ML: what is said of them speaks of their own server."""

import pytest

from checks.cases import container
from checks.container.init_hangs import init_hangs
from checks.containers import Answer, Answers, Container, Inside, Socket
from checks.finding import Finding

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
