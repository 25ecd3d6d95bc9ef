"""Which files of a container are logs: told by its command, its start scripts and its settings."""

import pytest

from checks.containers import Container, ContainerState, EngineInfo
from checks.missing import Missing
from doctor.containers.log_files import MOST_FILES, log_files

SUPERVISED = (
    "[program:scoring]\ncommand=python serve.py\nstderr_logfile=/var/log/scoring.err.log\nstdout_logfile=AUTO\n"
)


def _container(*command: str) -> Container:
    return Container(
        id="1",
        name="score",
        engine=EngineInfo(address="unix"),
        state=ContainerState(status="running"),
        image=Missing(reason="gone"),
        command=command,
        working_dir="/app",
    )


@pytest.mark.parametrize(
    ("command", "texts", "paths"),
    [
        (("supervisord", "-c", "/app/s.conf"), {"/app/s.conf": SUPERVISED}, ("/var/log/scoring.err.log",)),
        (("sh", "start.sh"), {"/app/start.sh": "gunicorn app:app > /var/log/app.log 2>&1 &\n"}, ("/var/log/app.log",)),
        (("sh", "start.sh"), {"/app/start.sh": "python a.py >>out.log\n"}, ("/app/out.log",)),
        (("/entry",), {"/entry": "#!/bin/sh\npython a.py 2>/var/log/e.txt\n"}, ("/var/log/e.txt",)),
        (("gunicorn", "--error-logfile", "/logs/error.log", "app:app"), {}, ("/logs/error.log",)),
        (("sh", "-c", "python a.py 2>&1 | tee -a /logs/a.log"), {}, ("/logs/a.log",)),
        (("nginx",), {"/app/nginx.conf": "error_log /var/log/nginx/error.log warn;\n"}, ("/var/log/nginx/error.log",)),
        (("sh", "start.sh"), {"/app/start.sh": "echo a >&2\npython a.py > /dev/null\n# b > /x/y\n"}, ()),
        (("gunicorn", "--error-logfile", "-", "app:app"), {}, ()),
        (("python", "a.py"), {"/app/b.py": "print('x', file=open('a')) > /var/a\n"}, ()),
    ],
)
def test_named(command: tuple[str, ...], texts: dict[str, str], paths: tuple[str, ...]) -> None:
    assert log_files(_container(*command), texts) == paths


def test_few() -> None:
    text = "".join(f"python a.py > /logs/{number}.log\n" for number in range(40))
    assert len(log_files(_container("sh", "start.sh"), {"/app/start.sh": text})) == MOST_FILES
