"""run() itself answers requests with a server error.

What it finds
-------------
Scoring requests of the last start that were answered with 500 or above by a response that run() made: the server says
so in its log, and logs no exception.

Why it breaks
-------------
A response with a status of its own (`AMLResponse(..., 500)`) is passed on as it is. The client sees an error, the log
has no traceback, and the health request goes on to be answered with 200.

How to fix
----------
Log the reason where the response is made. Answer 4xx for a request that is wrong, and let an exception rise for what is
the service's own fault: the server logs it with its traceback and answers 500.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/routes.py`: "run() output is HTTP Response".
"""

import ast
import re
from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.remake import diagnosed
from checks.container.seen import Told, container_of, last_start
from checks.entry_script.module import parse
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage

BROKEN = 500
_OWN = re.compile(r"run\(\) output is HTTP Response")
_CALL = re.compile(r"POST /score\S* (?P<status>\d{3}) [\d.]+ms")
_PROCESS = re.compile(r" [DIWEC] \[(\d+)\] ")


@check(
    "container.run-answers-error",
    needs=("container", "logs"),
    stage=Stage.RUN,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    explains=("logs.scoring-call-failed",),
)
def run_answers_error(evidence: Evidence) -> Iterator[Finding]:
    """Count them among all calls."""
    calls, failed = 0, []
    own: set[str] = set()
    for line in last_start(evidence):
        process = _process(line)
        if _OWN.search(line.text):
            own.add(process)
        elif said := _CALL.search(line.text):
            calls += 1
            if int(said["status"]) >= BROKEN and process in own:
                failed.append((line, said["status"]))
            own.discard(process)
    if not failed:
        return
    line, status = failed[-1]
    examined = container_of(evidence)
    yield Finding(
        title=f"run() itself answered {len(failed)} of {calls} requests with {status}, without an exception",
        evidence=(*_written(evidence), line.quote),
        fixes=(
            Fix(title="log the reason where run() makes that response, and send the request again"),
            Fix(
                title="try the request that failed: --sample rehearses run() with it",
                commands=(diagnosed(examined, "--rehearse", "--sample", "request.json"),),
            ),
        ),
    )


def _process(line: Told) -> str:
    found = _PROCESS.search(line.raw)
    return found[1] if found else ""


def _written(evidence: Evidence) -> Iterator[Quote]:
    """Where the script makes a response with such a status."""
    if not isinstance(evidence.script, Script):
        return
    module = parse(evidence.script.text)
    for call in module.all(ast.Call) if module.tree else ():
        named = (module.called(call) or "").rsplit(".", 1)[-1]
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        statuses = [one.value for one in values if isinstance(one, ast.Constant) and type(one.value) is int]
        if named in {"AMLResponse", "Response", "make_response", "JSONResponse"} and any(s >= BROKEN for s in statuses):
            yield module.quote(evidence.script.path, call)


def _log(*calls: tuple[int, bool]) -> str:
    lines = []
    for status, own in calls:
        lines += ["2026-11-21 20:25:05,932 I [6] azmlinfsrv - run() output is HTTP Response"] if own else []
        lines.append(f"2026-11-21 20:25:05,932 I [6] azmlinfsrv - POST /score {status} 0.398ms 9")
    return "\n".join(lines) + "\n"


SCRIPT = "def init(): ...\n\ndef run(data):\n    return AMLResponse('later', 503)\n"
CASES = (
    fires(
        container(_log((500, True), (200, True), (500, True), (200, False))),
        saw="run() itself answered 2 of 4 requests with 500",
        findings=1,
    ),
    fires(
        container(_log((503, True)), seen={"script": Script(path="score.py", text=SCRIPT)}), saw="AMLResponse", line=4
    ),
    quiet(container(_log((200, True), (404, True))), name="a client's error"),
    quiet(container(_log((500, False), (200, True))), name="an exception: the log tells it"),
    quiet(container()),
)
