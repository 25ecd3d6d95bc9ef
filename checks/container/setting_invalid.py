"""A setting of the inference server has a value that it cannot take.

What it finds
-------------
WORKER_COUNT, WORKER_TIMEOUT or SCORING_TIMEOUT_MS in the environment of the container with a value that is no whole
number, or one that the setting does not allow.

Why it breaks
-------------
The server converts these variables before it loads the script: a word, a fraction, a unit or an empty value ends it at
once. A negative SCORING_TIMEOUT_MS passes the start and fails every request.

How to fix
----------
Give a plain whole number: a count of processes, seconds for WORKER_TIMEOUT, milliseconds for SCORING_TIMEOUT_MS.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `amlserver.py` (`int(os.environ[...])`), `amlserver_linux.py`,
`server/config.py`, `server/user_script.py` (`signal.setitimer`); gunicorn `config.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.remake import remade
from checks.container.seen import answered, container_of, inspected, last_start, last_that
from checks.containers import Answer, Answers, ContainerState
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.runtime.wording import one_line, titled


@dataclass(frozen=True)
class _Setting:
    """The least value, what is counted, a usual value, and what comes of one that is too small."""

    least: int
    unit: str
    usual: str
    stage: Stage


SETTINGS = {
    "WORKER_COUNT": _Setting(1, "workers", "1", Stage.LOAD),
    "WORKER_TIMEOUT": _Setting(0, "seconds", "300", Stage.LOAD),
    "SCORING_TIMEOUT_MS": _Setting(0, "milliseconds", "60000", Stage.RUN),
}
_WHOLE = re.compile(r"\s*[+-]?\d+(?:_\d+)*\s*\Z")
_SAID = re.compile(
    r"invalid literal for int\(\) with base 10|invalid int value|ITIMER|setitimer|Input should be a valid"
)


@check(
    "container.setting-invalid",
    needs=("container",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(
        "logs.setting-invalid",
        "logs.server-option-unknown",
        "logs.text-in-number-column",
        "logs.payload-text-for-number",
        "runtime.run-raised",
    ),
)
def setting_invalid(evidence: Evidence) -> Iterator[Finding]:
    """Read each setting as the server does."""
    found = container_of(evidence)
    if found.is_other_program:
        return
    for name, setting in SETTINGS.items():
        value = found.environment.get(name)
        if value is None or "***" in value:
            continue
        is_number = _WHOLE.match(value) is not None
        if is_number and int(value) >= setting.least:
            continue
        runs = answered(evidence) and setting.stage is not Stage.RUN
        shown = one_line(value, 30) or "empty"
        what = "is no whole number" if not is_number else f"is less than {setting.least}"
        said = last_that(last_start(evidence), _SAID)
        yield Finding(
            title=titled(f"{name} is `{shown}`, which {what}" if value else f"{name} is set, and empty", 88),
            evidence=(
                inspected(found, f"{name}={one_line(value, 60)}"),
                *((said[0].quote,) if said and not runs else ()),
            ),
            severity=Severity.WARNING if runs else None,
            stage=setting.stage if is_number else Stage.LOAD,
            about=(f"variable:{name}",) if runs else (),
            fixes=(remade(f"set {name} to a whole number of {setting.unit}", found, "-e", f"{name}={setting.usual}"),),
        )


ENDED = ContainerState(status="exited", exit_code=1, started="2026-11-20T18:07:02Z")
TRACE = (
    '  File "/envs/a/lib/python3.11/site-packages/azureml_inference_server_http/amlserver.py", line 210, in run\n'
    "    srv.run(DEFAULT_HOST, int(os.environ[ENV_PORT]), int(os.environ[ENV_WORKER_COUNT]))\n"
    "ValueError: invalid literal for int() with base 10: 'auto'\n"
)
OK = Answers(items=(Answer(method="GET", path="/", route="inside", address="127.0.0.1:5001", status=200),))
CASES = (
    fires(
        container(TRACE, environment={"WORKER_COUNT": "auto"}, state=ENDED),
        saw="WORKER_COUNT is `auto`, which is no whole number",
        findings=1,
    ),
    fires(container(TRACE, environment={"WORKER_COUNT": "auto"}, state=ENDED), saw="invalid literal for int()"),
    fires(container(environment={"WORKER_COUNT": "0"}, state=ENDED), saw="is less than 1"),
    fires(container(environment={"WORKER_TIMEOUT": "5m"}, state=ENDED), saw="WORKER_TIMEOUT is `5m`"),
    fires(container(environment={"SCORING_TIMEOUT_MS": ""}, state=ENDED), saw="SCORING_TIMEOUT_MS is set, and empty"),
    fires(
        container(seen={"answers": OK}, environment={"SCORING_TIMEOUT_MS": "-1"}),
        saw="is less than 0",
        name="it starts, and fails each request",
    ),
    quiet(container(environment={"WORKER_COUNT": "4", "WORKER_TIMEOUT": "0", "SCORING_TIMEOUT_MS": "60000"})),
    quiet(container(environment={"SCORING_TIMEOUT_MS": "0"}), name="no limit"),
    quiet(container(environment={"WORKER_COUNT": "auto"}, command=("uvicorn", "app:app")), name="another server"),
    quiet(container(environment={"WORKERS": "auto"}), name="a variable of somebody else"),
)
