"""A variable's value has quotation marks, a carriage return or a blank that nobody meant.

What it finds
-------------
Values of the container's variables that stand in quotation marks or end in white space, and exceptions whose text
shows such a value, or a path that ends in a carriage return.

Why it breaks
-------------
No shell reads an `--env-file` or a list of `environment` entries: the engine hands over all that stands behind the
equals sign, quotation marks as well. A shell that reads a file with Windows line ends keeps the carriage return at the
end of each value. A path, a number or an address with one character more is another one.

How to fix
----------
Write `NAME=value` without quotation marks, save the file with LF line ends, and make the container anew.

Learn more
----------
Docker documentation, `docker run --env-file`: "Variable values are not quoted". Observed with engine 20.10.24.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import Failed, failed
from checks.container.places import MASK, container_of
from checks.container.remake import of_pod
from checks.container.scenes import ENVIRONMENT, folder, frozen, seen
from checks.container.seen import inspected
from checks.container.starting import script_text
from checks.containers import Container
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.runtime.wording import base_name, titled

EXPLAINS = (
    "container.entry-script-missing",
    "container.model-file-elsewhere",
    "container.model-folder-missing",
    "container.permission-denied",
    "logs.model-file-missing",
    "logs.file-missing",
    "logs.unrecognised-exception",
    "logs.unrecognised-error",
    "logs.value-error",
    "logs.dns-failed",
    "runtime.file-missing",
    "runtime.import-raised",
    "runtime.init-raised",
    "runtime.run-raised",
)

_QUOTED = re.compile(r"(?P<mark>[\"'])[^\"']+(?P=mark)", re.DOTALL)
_RETURN = re.compile(r"[^'\"\s]\\r['\"]")
_READS = re.compile(
    r"^\s*(?:\.|source)\s+[\"']?(?P<file>[^\s\"';&|]+)|\bcat\s+[\"']?(?P<shown>[^\s\"';&|)]+)", re.MULTILINE
)


@check(
    "container.value-spoilt",
    needs=("container",),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINS,
)
def value_spoilt(evidence: Evidence) -> Iterator[Finding]:
    """An error for the value that an exception shows; else one warning for all of them."""
    container = container_of(evidence)
    spoilt = {name: how for name, value in sorted(container.environment.items()) if (how := _how(value))}
    happened = failed(evidence)
    for name, how in spoilt.items():
        if one := next((one for one in happened if _shows(one, container.environment[name])), None):
            yield _failing(container, name, how, one, others=[other for other in spoilt if other != name])
            return
    for one in happened:
        if one.failure.error.frames and _RETURN.search(one.failure.message):
            yield _returned(evidence, container, one)
            return
    if spoilt:
        name, how = next(iter(spoilt.items()))
        yield Finding(
            title=titled(f"the value of {name} {how}", 88),
            evidence=tuple(_set(container, other) for other in spoilt)[:3],
            severity=Severity.WARNING,
            about=tuple(f"variable:{other}" for other in spoilt),
            fixes=(_without(container, name),),
        )


def _how(value: str) -> str:
    """What is wrong with a value, in words that follow its name; empty for nothing."""
    if MASK in value:
        return ""
    if _QUOTED.fullmatch(value):
        return "has its quotation marks in it"
    if value.endswith("\r"):
        return "ends in a carriage return"
    return "ends in a blank" if value.strip() and value != value.rstrip() else ""


def _shows(one: Failed, value: str) -> bool:
    """True when the exception's text holds the value as it is, or as Python writes it."""
    message = one.failure.message
    return value in message or repr(value)[1:-1] in message


def _failing(container: Container, name: str, how: str, one: Failed, others: list[str]) -> Finding:
    return one.finding(
        titled(f"the value of {name} {how}", 88),
        saw=tuple(_set(container, other) for other in (name, *others))[:3],
        about=(f"variable:{name}",),
        fixes=(_without(container, name),),
    )


def _returned(evidence: Evidence, container: Container, one: Failed) -> Finding:
    """A value of which no variable of the container tells: a start script read it from a file."""
    program = next((word for word in container.words if script_text(evidence, word) is not None), "")
    read = [said["file"] or said["shown"] for said in _READS.finditer(script_text(evidence, program) or "")]
    saw = (Quote(source=program, text=f"reads {read[0]}"),) if read else ()
    file = read[0] if read else "the file that sets it"
    return one.finding(
        titled(f"a value ends in a carriage return: {base_name(file)} has Windows line ends", 88),
        saw=saw,
        fixes=(
            Fix(
                title=f"save {file} with LF line ends, or mend it while the image is built",
                safety=Safety.REVIEW if read else Safety.PLACEHOLDER,
                commands=(f"RUN sed -i 's/\\r$//' {file}",),
            ),
        ),
    )


def _set(container: Container, name: str) -> Quote:
    shown = container.environment[name].replace("\r", "\\r")
    return inspected(container, f"variable {name}={shown}" + (" (a blank at its end)" if shown.endswith(" ") else ""))


def _without(container: Container, name: str) -> Fix:
    value = container.environment[name].strip().strip("\"'")
    if container.is_pod:
        return of_pod(f"write the value of {name} without them", container, ("-e", f"{name}={value}"))
    return Fix(
        title="in the env file or the compose file, write the value without them; then make the container anew",
        commands=(f"{name}={value}",),
    )


CODE = frozen(folder("/app", "app.py"))
GONE = (
    'Traceback (most recent call last):\n  File "/app/app.py", line 6, in <module>\n'
    '    with open(os.environ["RATES"]) as source:\n'
    "FileNotFoundError: [Errno 2] No such file or directory: '{}'\n"
)
START = "#!/bin/sh\nset -a\n. /app/settings.env\nexec gunicorn app:app\n"
CASES = (
    fires(
        seen(CODE, GONE.format('"/app/rates.json"'), environment={"RATES": '"/app/rates.json"', "LEVEL": "'info'"}),
        saw="the value of RATES has its quotation marks in it",
        line=6,
        findings=1,
    ),
    fires(
        seen(CODE, "ValueError: invalid literal for int() with base 10: '\"4\"'\n", environment={"WORKERS": '"4"'}),
        saw="the value of WORKERS",
    ),
    fires(
        seen(CODE, GONE.format("/app/rates.json\\r"), environment={"RATES": "/app/rates.json\r"}),
        saw="the value of RATES ends in a carriage return",
        findings=1,
    ),
    fires(
        seen(
            frozen(folder("/app", "start.sh"), texts={"/app/start.sh": START}),
            GONE.format("/app/rates.json\\r"),
            command=("/bin/sh", "/app/start.sh"),
        ),
        saw="reads /app/settings.env",
        name="a file that the start script reads",
    ),
    fires(seen(CODE, environment={"LEVEL": '"info"'}), saw='LEVEL="info"', name="a warning, for nothing failed"),
    quiet(seen(CODE, environment={"ALLOWED": '["a", "b"]', "NAME": "O'Neil", "EMPTY": '""'}), name="of another shape"),
    quiet(seen(CODE, GONE.format("/app/rates.json"), environment={"RATES": "/app/rates.json"}), name="clean"),
    quiet(seen(CODE, environment=ENVIRONMENT)),
    quiet(seen(CODE, GONE.format("/app/\\report.json")), name="a backslash within a path"),
    quiet(seen(CODE, "/usr/bin/env: 'bash\\r': No such file or directory\n"), name="a script with such ends"),
)
