"""What doctor asked a service itself is no evidence of its clients, and is found again in the log by its id."""

from pathlib import Path

import pytest

from checks.cases import container
from checks.container.failed_calls import failed
from checks.evidence import Log, Logs
from checks.logs.analysis import analyse
from checks.logs.own_requests import agent, marked, of_others
from doctor.logs.reading import read_logs
from doctor.payloads.logged import Listening, logged
from doctor.payloads.records import Logged

START = """\
2026-11-20 17:53:01,726 I [40] azmlinfsrv.user_script - Users's init has completed successfully
2026-11-20 17:53:01,727 I [40] azmlinfsrv - Worker with pid 40 ready for serving traffic
"""
ASKED = """\
2026-11-20 17:59:16,280 I [{pid}] azmlinfsrv.print - got it
2026-11-20 17:59:16,286 E [{pid}] azmlinfsrv - Encountered Exception: Traceback (most recent call last):
  File "/opt/server/user_script.py", line 132, in invoke_run
    run_output = self._wrapped_user_run(**run_parameters, request_headers=dict(request.headers))
  File "/var/azureml-app/score.py", line 11, in run
    return json.loads(data)["text"]
KeyError: 'text'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/opt/server/routes.py", line 212, in handle_score
    timed_result = main_blueprint.user_script.invoke_run(request, timeout_ms=config.scoring_timeout)
azureml_inference_server_http.server.user_script.UserScriptException: Caught an unhandled exception from the user script
2026-11-20 17:59:16,286 I [{pid}] azmlinfsrv - POST /score 500 8.121ms 92
2026-11-20 17:59:16,287 I [{pid}] gunicorn.access - 127.0.0.1 - - [20/Nov/2026:17:59:16 +0000] "POST /score HTTP/1.1" \
500 92 "-" "{who}"
"""
HEALTH = "2026-11-20 17:59:15,100 I [40] azmlinfsrv - GET / 200 0.311ms 7\n"
"""Its access line is dropped by the server."""
OTHER = "2026-11-20 17:59:16,281 I [41] azmlinfsrv.print - of another worker\n"


def asked(who: str, pid: int = 40) -> str:
    """What is logged of one request that run() fails."""
    return ASKED.format(who=who, pid=pid)


def causes(log: Log) -> list[str]:
    """The ids of what a log shows."""
    return [one.signature.id for one in analyse(log).causes]


OWN = asked(agent("doctor-1"))
CLIENT = asked("python-requests/2.34.2")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (START + OWN, False),
        (START + HEALTH + OWN, False),
        (START + CLIENT, True),
        (START + CLIENT + OWN, True),
        (START + OWN + CLIENT, True),
        (START + asked("python-requests/2.34.2", 41) + OWN, True),
        (OWN, False),
    ],
)
def test_a_failure_of_our_own_request_is_no_cause(text: str, left: bool) -> None:
    log = marked(Log(source="docker logs score", text=text))
    assert causes(log) == (["payload-key-missing"] if left else [])
    assert bool(failed(container("", {"logs": Logs(items=(log,))}))) is left
    assert analyse(log).healthy is text.startswith(START)
    assert len(of_others(log).text.split("\n")) == len(text.split("\n")), "numbers of lines stay"


def test_a_saved_log_is_read_so_too(tmp_path: Path) -> None:
    path = tmp_path / "container.log"
    path.write_text(START + OWN)
    assert not causes(next(read_logs(path)))


def test_lines_of_another_worker_in_the_middle_stay() -> None:
    first, rest = OWN.split("\n", 1)
    log = marked(Log(source="log", text=f"{START}{first}\n{OTHER}{rest}"))
    assert OTHER.strip() in of_others(log).text
    assert not causes(log)


def test_what_this_diagnosis_sent_is_what_it_is_about() -> None:
    log = Log(source="log", text=START + OWN)
    assert causes(marked(log, but={"doctor-1"})) == ["payload-key-missing"]
    assert marked(marked(log), but={"doctor-1"}).own == ()


def test_of_the_new_lines_those_of_the_request_are_told() -> None:
    told = logged("log", (CLIENT + OWN).splitlines(), "doctor-1")
    assert told is not None
    assert told.named
    assert told.lines == tuple(line for line in OWN.splitlines() if line)
    assert told.where is not None
    assert told.said is not None
    assert told.lines[told.where].strip() == 'File "/var/azureml-app/score.py", line 11, in run'
    assert told.lines[told.said] == "KeyError: 'text'"
    unnamed = logged("log", ["INFO: 500 Internal Server Error"], "doctor-1")
    assert unnamed == Logged(source="log", lines=("INFO: 500 Internal Server Error",))
    assert logged("log", ["", " "], "doctor-1") is None


def test_it_waits_until_the_request_is_named() -> None:
    looks = iter([("t1", []), ("t2", []), ("t2", ["started"]), ("t3", OWN.splitlines())])
    asked_since: list[str] = []

    def read(since: str) -> tuple[str, list[str]]:
        asked_since.append(since)
        return next(looks)

    told = Listening("log", read).heard("doctor-1")
    assert told is not None
    assert told.named
    assert asked_since == ["", "t1", "t1", "t1"]
