"""A container that could not start, ended or cannot be reached: one answer, in the words of every engine."""

from datetime import datetime

import pytest

from checks.cases import container
from checks.container.port_not_published import ASKED
from checks.container.seen import moment
from checks.containers import Container, ContainerState, Health, HealthResult, Image, Inside, Limits, Port, Socket
from checks.evidence import Evidence, Logs
from checks.finding import Finding
from checks.joint import judge
from checks.logs.findings import findings as findings_of_log
from checks.outcome import Crashed, Found, run_check
from checks.rank import Ranking
from checks.registry import checks_of_family

RUNC_1_0 = "OCI runtime create failed: container_linux.go:380: starting container process caused: "
RUNC_1_1 = (
    "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
)
RUNC_1_2 = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: error during container init: "
)
DRIVER = "driver failed programming external connectivity on endpoint score (1288): "
NETWORKING = f"failed to set up container networking: {DRIVER}"
MOUNT = (
    'error mounting "/srv/a.pkl" to rootfs at "/mnt/a.pkl": mount /srv/a.pkl:/mnt/a.pkl (via /proc/self/fd/6), flags: '
    "0x5000: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the "
    "specified host path exists and is the expected type"
)
IS_GONE = "no such file or directory"

REFUSED = [
    # engine 19.03 and older: the inner sentence is quoted
    (
        (
            'OCI runtime create failed: container_linux.go:349: starting container process caused "exec: \\"scorer\\": '
            'executable file not found in $PATH": unknown'
        ),
        "scorer",
        "command-not-found",
    ),
    (
        (
            'OCI runtime create failed: container_linux.go:349: starting container process caused "exec: \\"/a.sh\\": '
            'permission denied": unknown'
        ),
        "/a.sh",
        "command-not-executable",
    ),
    (
        (
            'OCI runtime create failed: container_linux.go:349: starting container process caused "exec: \\"/a.sh\\": '
            f'stat /a.sh: {IS_GONE}": unknown'
        ),
        "/a.sh",
        "command-not-found",
    ),
    *(
        (f"{runtime}{words}: unknown", program, name)
        for runtime in (RUNC_1_0, RUNC_1_1, RUNC_1_2)
        for words, program, name in (
            ('exec: "scorer": executable file not found in $PATH', "scorer", "command-not-found"),
            ('exec: "azmlinfsrv": executable file not found in $PATH', "azmlinfsrv", "server-not-installed"),
            ('exec: "python": executable file not found in $PATH', "python", "python-not-found"),
            (f'exec: "/a.sh": stat /a.sh: {IS_GONE}', "/a.sh", "command-not-found"),
            ('exec: "/a.sh": permission denied', "/a.sh", "command-not-executable"),
            ('exec: "/app": is a directory', "/app", "command-not-executable"),
            (
                'exec: "azmlinfsrv --port 1": executable file not found in $PATH',
                "azmlinfsrv --port 1",
                "command-not-found",
            ),
            (MOUNT, "python", "mount-refused"),
            ('chdir to cwd ("/home/me") set in config.json failed: permission denied', "python", "not-started"),
        )
    ),
    (
        "OCI runtime create failed: crun: executable file `scorer` not found in $PATH: No such file",
        "scorer",
        "command-not-found",
    ),
    (
        "OCI runtime create failed: crun: open executable: Permission denied: OCI permission denied",
        "/a.sh",
        "command-not-executable",
    ),
    (f"{RUNC_1_1}exec /app/scorer: exec format error", "/app/scorer", "platform-mismatch"),
    (f"{DRIVER}Bind for 0.0.0.0:5001 failed: port is already allocated", "python", "port-taken"),
    (f"{DRIVER}Bind for :::5001 failed: port is already allocated", "python", "port-taken"),
    (
        f"{DRIVER}Error starting userland proxy: listen tcp4 0.0.0.0:5001: bind: address already in use",
        "python",
        "port-taken",
    ),
    (
        f"{NETWORKING}failed to bind host port for 0.0.0.0:5001:172.17.0.2:5001/tcp: address already in use",
        "python",
        "port-taken",
    ),
    (f"{NETWORKING}failed to bind host port 0.0.0.0:5001/tcp: address already in use", "python", "port-taken"),
    (
        (
            "Ports are not available: exposing port TCP 0.0.0.0:5001 -> 0.0.0.0:0: listen tcp 0.0.0.0:5001: bind: "
            "address already in use"
        ),
        "python",
        "port-taken",
    ),
    (f"error while creating mount source path '/proc/m': mkdir /proc/m: {IS_GONE}", "python", "mount-refused"),
    ('invalid mount config for type "bind": bind source path does not exist: /srv/m', "python", "mount-refused"),
    (
        f'error gathering device information while adding custom device "/dev/kfd": {IS_GONE}',
        "python",
        "device-missing",
    ),
    ('could not select device driver "" with capabilities: [[gpu]]', "python", "device-missing"),
    ('could not select device driver "nvidia" with capabilities: [[gpu]]', "python", "device-missing"),
    (
        f"{RUNC_1_1}error running hook #0: nvidia-container-cli: initialization error: no driver",
        "python",
        "device-missing",
    ),
    ("unable to find user scorer: no matching entries in passwd file", "python", "not-started"),
    ("network scoring not found", "python", "not-started"),
    (f"{RUNC_1_1}mkdir /proc/x: {IS_GONE}", "python", "not-started"),
    ("OCI runtime create failed: container init was OOM-killed (memory limit too low?)", "python", "not-started"),
    (f"{RUNC_1_1}error setting rlimit type 7: operation not permitted", "python", "not-started"),
    ("something that no engine has ever said", "python", "not-started"),
]

ENDED = [  # a log, exit code, command, id; the engine's own words stay empty
    ("exec /app/run.sh: no such file or directory", 1, "/app/run.sh", "entrypoint-line-ends"),
    ("exec /app/run.sh: no such file or directory", 255, "/app/run.sh", "entrypoint-line-ends"),
    (
        'standard_init_linux.go:211: exec user process caused "no such file or directory"',
        1,
        "/a.sh",
        "entrypoint-line-ends",
    ),
    ("/usr/bin/env: ‘bash\\r’: No such file or directory", 127, "/app/run.sh", "entrypoint-line-ends"),
    ("exec /app/run.sh: exec format error", 1, "/app/run.sh", "entrypoint-without-shebang"),
    (
        "standard_init_linux.go:228: exec user process caused: exec format error",
        1,
        "/a.sh",
        "entrypoint-without-shebang",
    ),
    ("exec container process `/app/scorer`: Exec format error", 1, "/app/scorer", "platform-mismatch"),
    ("exec /usr/bin/python3: exec format error", 255, "/usr/bin/python3", "platform-mismatch"),
    ("exec /app/scorer: no such file or directory", 1, "/app/scorer", "command-not-found"),
    ("[FATAL tini (7)] exec scorer failed: No such file or directory", 127, "scorer", "command-not-found"),
    ("[FATAL tini (7)] exec gunicorn failed: No such file or directory", 127, "gunicorn", "server-not-installed"),
    ("[FATAL tini (7)] exec /app/run.sh failed: Permission denied", 126, "/app/run.sh", "command-not-executable"),
    ("sh: 1: azmlinfsrv: not found", 127, "sh", "server-not-installed"),
    ("bash: line 1: gunicorn: command not found", 127, "bash", "server-not-installed"),
    ("/bin/sh: uvicorn: not found", 127, "/bin/sh", "server-not-installed"),
    ("/app/run.sh: line 3: exec: scorer: not found", 127, "/app/run.sh", "command-not-found"),
    ("env: 'python': No such file or directory", 127, "/app/a.py", "python-not-found"),
]


def judged(evidence: Evidence) -> Ranking:
    found: list[Finding] = []
    for check in checks_of_family("container"):
        outcome = run_check(check, evidence)
        assert not isinstance(outcome, Crashed), outcome.trace
        found += outcome.findings if isinstance(outcome, Found) else ()
    assert isinstance(evidence.logs, Logs)
    return judge([*found, *(one for log in evidence.logs.items if log.text for one in findings_of_log(log))])


def causes(evidence: Evidence) -> list[str]:
    return [one.id.removeprefix("container.") for one in judged(evidence).causes]


@pytest.mark.parametrize(("error", "program", "id"), REFUSED)
def test_what_the_engine_could_not_start_has_one_cause(error: str, program: str, id: str) -> None:
    state = ContainerState(status="created", exit_code=127, error=error)
    assert causes(container(state=state, command=(program,))) == [id]


@pytest.mark.parametrize(("log", "code", "program", "id"), ENDED)
def test_what_could_not_be_executed_has_one_cause(log: str, code: int, program: str, id: str) -> None:
    for state in (
        ContainerState(status="exited", exit_code=code),
        ContainerState(status="restarting", exit_code=code, restarts=5),
        ContainerState(status="running", exit_code=code, restarts=5),
    ):
        evidence = container(f"{log}\n" * max(state.restarts, 1), state=state, command=(program,))
        assert causes(evidence) == [id], state.status


@pytest.mark.parametrize("words", [words for words, *_ in ENDED])
def test_a_service_that_writes_such_a_line_and_runs_is_left_alone(words: str) -> None:
    assert [one for one in judged(container(words)).causes if one.family == "container"] == []


SERVED = "I [1] gunicorn.error - Listening at: http://0.0.0.0:5001 (1)\n"
P5001 = (Port(container=5001, host_port=5001),)
EVERY = Inside(how="running", listening=(Socket(address="::", port=5001),))
NO_CURL = HealthResult(at="2026-11-20T18:09:04Z", exit_code=1, output="/bin/sh: 1: curl: not found\n")
SIGSEGV = ContainerState(status="restarting", exit_code=139, signal="SIGSEGV", restarts=4)
STATES = [
    (container(state=SIGSEGV), ["crashed"]),
    (container(state=ContainerState(status="restarting", exit_code=137, restarts=4)), ["killed"]),
    (
        container(
            state=ContainerState(status="restarting", exit_code=137, oom_killed=True, restarts=4),
            limits=Limits(memory=2**28),
        ),
        ["out-of-memory"],
    ),
    (
        container(state=ContainerState(status="restarting", exit_code=0, restarts=4), command=("bash",)),
        ["exited-at-once"],
    ),
    (container(state=ContainerState(status="restarting", exit_code=3, restarts=4)), ["restart-loop"]),
    (container(state=ContainerState(status="paused")), ["paused"]),
    (container(state=ContainerState(status="dead", exit_code=137)), ["dead"]),
    (container(state=ContainerState(status="created")), ["not-started"]),
    (container(state=ContainerState(status="exited", exit_code=143)), ["stopped"]),
    (
        container(
            f"{SERVED}I [1] gunicorn.error - Handling signal: term\n",
            state=ContainerState(status="exited", exit_code=0),
        ),
        ["stopped"],
    ),
    (container(seen={"inside": EVERY}), ["port-not-published"]),
    (container(seen={"inside": EVERY, "answers": ASKED}), ["sample-refused"]),
    (container(seen={"inside": EVERY}, ports=(Port(container=8080, host_port=80),)), ["port-mismatch"]),
    (container(seen={"inside": EVERY}, ports=P5001), []),
    (container(seen={"inside": EVERY}, ports=P5001, state=ContainerState(status="running", restarts=1)), []),
    (
        container(
            seen={"inside": EVERY},
            ports=P5001,
            health=Health(
                status="unhealthy", test=("CMD-SHELL", "curl localhost"), results=(NO_CURL,), failing_streak=3
            ),
        ),
        ["health-command-broken"],
    ),
    (container(image=Image(id="sha256:1", reference="score:1", replaced_by="sha256:2"), ports=P5001), []),
]


@pytest.mark.parametrize(("evidence", "expected"), STATES)
def test_a_state_has_one_cause(evidence: Evidence, expected: list[str]) -> None:
    assert causes(evidence) == expected


CASES = [
    (check.id, number, case.evidence)
    for check in checks_of_family("container")
    for number, case in enumerate(check.cases)
    if isinstance(case.evidence.container, Container)
]


@pytest.mark.parametrize(("id", "number", "evidence"), CASES, ids=[f"{name}-{number}" for name, number, _ in CASES])
def test_no_check_fails_at_what_another_one_reads(id: str, number: int, evidence: Evidence) -> None:
    for check in checks_of_family("container"):
        outcome = run_check(check, evidence)
        assert not isinstance(outcome, Crashed), f"{check.id} at {id}-{number}: {outcome.trace}"


MAKERS = [
    ({}, "docker run -d --name score -p 80:5001 <its other options> score:1"),
    ({"com.docker.compose.service": "scorer"}, "docker compose up -d scorer"),
    (
        {"net.azure-devices.edge.owner": "edgeAgent"},
        '"HostConfig": {"PortBindings": {"5001/tcp": [{"HostPort": "80"}]}}',
    ),
    (
        {"azureml-local-endpoint": "churn", "azureml-local-deployment": "blue"},
        "az ml online-deployment update --local -n blue -e churn -f <deployment.yml>",
    ),
]


@pytest.mark.parametrize(("labels", "command"), MAKERS)
def test_the_cure_is_told_in_the_way_it_was_made(labels: dict[str, str], command: str) -> None:
    (cause,) = judged(
        container(seen={"inside": EVERY}, ports=(Port(container=8080, host_port=80),), labels=labels)
    ).causes
    assert command in cause.fixes[0].commands


@pytest.mark.parametrize(
    "text", ["1970-01-01T00:00:00Z", "2000-02-29 23:59:59", "2024-12-31T12:00:00Z", "2026-03-01 00:00:00,123 I [1] x"]
)
def test_times_are_seconds_since_1970(text: str) -> None:
    expected = datetime.fromisoformat(f"{text[:10]}T{text[11:19]}+00:00").timestamp()
    assert moment(text) == expected


@pytest.mark.parametrize("text", [None, "", "0001-01-01T00:00:00Z", "2026-13-01 00:00:00", "2026-01-01 25:00:00"])
def test_what_is_no_time(text: str | None) -> None:
    assert moment(text) is None
