"""Starts and phases, as the lines of one log tell them."""

from checks.evidence import Log
from checks.logs.analysis import Analysis, analyse
from checks.logs.lines import read_lines
from checks.logs.matcher import built_in
from checks.logs.runs import Moment, moments, phase_of
from checks.logs.signature import Phase, Role
from checks.logs.tracebacks import find_tracebacks

BOOT = """\
2026-11-20 18:00:00,247 I [7] gunicorn.error - Starting gunicorn 22.0.0
2026-11-20 18:00:00,252 I [9] gunicorn.error - Booting worker with pid: 9
Azure ML Inferencing HTTP server v1.4.1
Initializing logger
2026-11-20 18:00:01,215 I [9] azmlinfsrv - Starting up app insights client
2026-11-20 18:00:05,725 I [9] azmlinfsrv.user_script - Invoking user's init function"""
READY = "2026-11-20 18:00:07,731 I [9] azmlinfsrv - Worker with pid 9 ready for serving traffic"
FAILED = """\
2026-11-20 18:00:07,966 I [9] gunicorn.error - Worker exiting (pid: 9)
Azure ML Inferencing HTTP server v1.4.1
2026-11-20 18:00:08,860 E [7] gunicorn.error - Shutting down: Master"""


def when(text: str) -> list[Moment]:
    lines = read_lines(Log(source="log.txt", text=text))
    states = [
        (position, one)
        for position, line in enumerate(lines)
        for one, _ in built_in().match(line.text)
        if one.role is Role.STATE
    ]
    return moments(lines, states, find_tracebacks(lines))


def read(text: str) -> Analysis:
    return analyse(Log(source="log.txt", text=text))


def test_an_engine_that_tells_of_starts_needs_no_line_that_does() -> None:
    """A container whose script ends before any server has spoken."""
    text = 'Traceback (most recent call last):\n  File "/app/a.py", line 1, in <module>\nValueError: broken\n' * 3
    analysis = analyse(Log(source="docker logs score", text=text, starts=(4, 7)))
    assert analysis.runs == 3
    assert [sighting.moment.run for sighting in analysis.causes[0].sightings][-1] == 2


def runs(text: str) -> list[int]:
    return list(dict.fromkeys(moment.run for moment in when(text)))


def test_one_start_has_one_run_however_often_its_banner_is_there() -> None:
    assert len(runs(f"{BOOT}\n{FAILED}")) == 1


def test_starts_of_a_crash_loop_are_counted() -> None:
    assert len(runs("\n".join([BOOT, FAILED] * 3))) == 3


def test_container_and_server_announce_one_start() -> None:
    start = (
        "2022-08-01T10:00:00,123456789+00:00 | gunicorn/run | AzureML Container Runtime Information\n"
        "2022-08-01T10:00:01,123456789+00:00 | gunicorn/run | Starting AzureML Inference Server HTTP.\n"
        f"{BOOT}"
    )
    assert len(runs(start)) == 1
    assert len(runs(f"{start}\n{FAILED}\n{start}")) == 2


def test_lines_before_the_first_start_belong_to_it() -> None:
    assert runs(f"something\n{BOOT}") == [0]


def test_workers_of_one_master_are_one_start() -> None:
    again = BOOT.partition("\n")[2].replace("[9]", "[12]").replace("pid: 9", "pid: 12")
    assert len(runs(f"{BOOT}\n{again}")) == 1


def test_streams_have_their_own_starts() -> None:
    one, other = (
        "\n".join(f"[pod/{pod}/main] {line}" for line in BOOT.split("\n"))
        for pod in ("churn-7f-abcde", "churn-7f-fghij")
    )
    assert len(runs(f"{one}\n{other}")) == 2


def test_phases_follow_the_states() -> None:
    phases = list(dict.fromkeys(moment.phase for moment in when(f"{BOOT}\n{READY}")))
    assert phases == [Phase.START, Phase.LOAD, Phase.INIT, Phase.RUN]


def test_a_line_about_a_worker_has_that_workers_phase() -> None:
    other = BOOT.partition("\n")[2].replace("[9]", "[12]").replace("pid: 9", "pid: 12")
    critical = "2026-11-20 18:05:07,731 C [7] gunicorn.error - WORKER TIMEOUT (pid:{})"
    found = when("\n".join([BOOT, READY, other, critical.format(9), critical.format(12)]))
    assert (found[-2].phase, found[-1].phase) == (Phase.RUN, Phase.INIT)


def test_frames_tell_the_phase() -> None:
    def phase(*frames: str) -> Phase | None:
        text = "\n".join(
            f'  File "{path}", line 1, in {function}' for path, _, function in (f.partition(" ") for f in frames)
        )
        (found,) = find_tracebacks(
            read_lines(Log(source="x", text=f"Traceback (most recent call last):\n{text}\nValueError: x"))
        )
        return phase_of(found)

    server = "/azureml-envs/azureml_00000000/lib/python3.10/site-packages"
    assert phase(f"{server}/gunicorn/app/base.py run", "/var/azureml-app/score.py init") is Phase.INIT
    assert (
        phase(f"{server}/azureml_inference_server_http/server/user_script.py invoke_run", "score.py predict")
        is Phase.RUN
    )
    assert phase(f"{server}/gunicorn/util.py import_app", "score.py <module>") is Phase.LOAD
    assert phase(f"{server}/gunicorn/app/base.py run", f"{server}/gunicorn/arbiter.py start") is None
    assert phase("main.py initialize") is Phase.INIT


def test_the_analysis_counts_starts() -> None:
    assert read("\n".join([BOOT, FAILED] * 3)).runs == 3
    assert read("no service at all").runs == 1
