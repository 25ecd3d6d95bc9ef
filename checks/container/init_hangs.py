"""The server runs, and init() does not return.

What it finds
-------------
A running container whose log ends in `Invoking user's init function`, or whose server has its port and answers nothing,
with the time that it has been so.

Why it breaks
-------------
The server binds its port first, then imports the script and calls init(), and answers nothing until that is done.
Clients wait, probes time out, and no worker timeout ends it: a worker that hangs in init() is never timed out.

How to fix
----------
Find what init() waits for: a download, a lock, an input, a host that does not answer. `doctor diagnose docker` shows
the line when it can rehearse.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `aml_blueprint.py`; gunicorn 27.0.1, measured.
"""

import re
from collections.abc import Iterator

from checks.cases import RUNNING, container, fires, quiet
from checks.check import check
from checks.container.listening import listening
from checks.container.remake import diagnosed, processes_of
from checks.container.seen import (
    Told,
    answered,
    answers_of,
    blamed,
    container_of,
    inside_of,
    inspected,
    is_server,
    is_settled,
    last_start,
    moment,
    probe_if_any,
)
from checks.containers import Answer, Answers, Container, Health, HealthResult, Inside, ProcessInside, Socket
from checks.evidence import Evidence, Missing, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.endings import Ending, ending_of
from checks.runtime.observed import at, passed, seen, stopped
from checks.runtime.wording import base_name, seconds_of, titled

_BEGINS = re.compile(r"Invoking user's init function")
_DONE = re.compile(
    r"init has completed|init function failed|ready for serving|Worker exiting|Shutting down|exited with code|was sent"
    r"|Handling signal|WORKER TIMEOUT|Worker failed|Traceback|Booting worker|terminated due to signal"
)
_READY = re.compile(
    r"init has completed|ready for serving|Application startup complete|Swaggers are prepared|\" 200 "
    r"|(?:GET|POST) \S+ 200"
)
OF_OTHERS = (
    "The port is bound, and nobody takes the request: the program is still starting, waits for something else, or has "
    "no thread left. Clients wait until they give up."
)
LONG = 10.0  # seconds; what starts in less is no cause for alarm


@check(
    "container.init-hangs",
    needs=("container",),
    stage=Stage.INIT,
    explains=(
        "container.unhealthy",
        "container.nothing-listens",
        "container.health-check-too-early",
        "runtime.timeout",
        "logs.init-never-returns",
        "logs.log-ends-early",
        "logs.no-failure-shown",
        "logs.probe-timeout",
        "logs.nginx-upstream-timeout",
    ),
)
def init_hangs(evidence: Evidence) -> Iterator[Finding]:
    """By the log's own words, or by a port that is bound and silent."""
    found = container_of(evidence)
    if not is_settled(evidence) or answered(evidence):
        return
    line = _unfinished(last_start(evidence))
    silent = line is None and _silent(evidence)
    if line is None and not silent:
        return
    seconds, where = _seconds(evidence, line), _where(evidence)
    asked = [one for one in answers_of(evidence) if one.status is None]
    tried = sum(one.seconds for one in asked)
    young = where is None and seconds is not None and seconds < LONG
    since = f" after {seconds_of(seconds)}" if seconds and seconds >= 1 else ""
    own = where.own if where else None
    hangs = f"it stands at {base_name(own.path)}:{own.line}" if own else ""
    title = (
        f"init() has not returned{since}: {hangs or 'the server answers nothing'}"
        if line
        else f"the server has its port and answers nothing{since}"
        f"{': ' + hangs if hangs else '' if found.is_other_program else ': the script is still loading, or hangs'}"
    )
    saw = (
        (Quote(source=f"{asked[0].method} {asked[0].path}", text=f"no answer within {seconds_of(tried)}"),)
        if asked
        else ()
    )
    yield Finding(
        title=titled(title, 88),
        why=OF_OTHERS if found.is_other_program else "",
        evidence=(
            *(where.quotes[:2] if where else ()),
            *((line.quote,) if line else _bound(evidence)),
            *saw,
            inspected(found, f"running since {found.state.started}"),
        ),
        severity=Severity.WARNING if young else Severity.ERROR,
        confidence=Confidence.POSSIBLE
        if young
        else Confidence.CERTAIN
        if where or (line and asked)
        else Confidence.LIKELY,
        about=where.about if where else ("phase:init",) if line else (),
        stage=where.stage if where else Stage.LOAD if found.is_other_program else None,
        fixes=(
            *(() if where else (_look(found),)),
            Fix(title="do without what waits at the start, or give it a limit of its own")
            if found.is_other_program
            else Fix(title="do without what waits in init(), or give it a limit of its own"),
        ),
    )


def _look(found: Container) -> Fix:
    if found.is_other_program:
        return Fix(title="see what its processes wait for", commands=(processes_of(found, "pid,stat,wchan:20,args"),))
    command = diagnosed(found, "--rehearse", "--network", "--timeout 60")
    return Fix(title="see at which line it stands, in a rehearsal", commands=(command,))


def _unfinished(lines: tuple[Told, ...]) -> Told | None:
    """The line that tells of the call of init(), unless a later one tells of its end."""
    for line in reversed(lines):
        if _DONE.search(line.text):
            return None
        if _BEGINS.search(line.text):
            return line
    return None


def _silent(evidence: Evidence) -> bool:
    """True when requests from inside went unanswered in time though the port is bound, and it never was ready."""
    waited = [one for one in answers_of(evidence) if one.route == "inside" and one.status is None and one.seconds >= 1]
    if not waited or not listening(evidence) or blamed(evidence, "worker-timeout-in-run", "segmentation-fault"):
        return False
    return not any(_READY.search(line.text) for line in last_start(evidence))


def _bound(evidence: Evidence) -> tuple[Quote, ...]:
    return tuple(one.quote for one in (listening(evidence) or ())[:1])


def _where(evidence: Evidence) -> Ending | None:
    """Where the rehearsal was stopped, when it hung as well."""
    ending = ending_of(evidence) if probe_if_any(evidence) else None
    return ending if ending and ending.exit.reason == "timeout" and ending.exit.phase in _START else None


_START = frozenset({Phase.IMPORT, Phase.INIT})


def _seconds(evidence: Evidence, line: Told | None) -> float | None:
    """How long it has been so, as far as any clock tells: the age of its processes, or what was dated last."""
    found, inside = container_of(evidence), inside_of(evidence)
    processes = () if inside is None or isinstance(inside.processes, Missing) else inside.processes
    if line is None or line.time is None:
        ages = [one.seconds for one in processes if one.seconds and is_server(one.command)]
        return min(ages, default=None)
    late = [told.time for told in last_start(evidence) if told.time]
    began = moment(found.state.started)
    late += [began + one.seconds for one in processes if one.pid == 1 and one.seconds and began]
    late += [when for one in (found.health.results if found.health else ()) if (when := moment(one.at))]
    return max(late) - line.time if late else None


INVOKES = (
    "2026-11-20 18:07:03,000 I [1] gunicorn.error - Starting gunicorn 27.0.1\n"
    "2026-11-20 18:07:03,100 I [1] gunicorn.error - Listening at: http://0.0.0.0:5001 (1)\n"
    "2026-11-20 18:07:04,000 I [8] azmlinfsrv.user_script - Invoking user's init function\n"
)
NO_ANSWER = Answers(
    items=(Answer(method="GET", path="/", route="inside", address="127.0.0.1:5001", seconds=5.0, error="timed out"),)
)
FIRST = ProcessInside(pid=1, command="runsvdir /var/runit", seconds=97.0)
WORKER = ProcessInside(pid=8, command="python /opt/env/bin/azmlinfsrv --port 5001", seconds=95.0)
BOUND = Inside(
    how="running",
    listening=(Socket(address="0.0.0.0", port=5001),),  # noqa: S104 - text
    processes=(FIRST, WORKER),
)
SCRIPT = "def init():\n    wait()\n\ndef wait():\n    lock.acquire()\n\ndef run(data): return 1\n"
STEP, EXIT = stopped(Phase.INIT, "timeout", at(SCRIPT, "    wait()"), at(SCRIPT, "acquire"), seconds=60.0)
PROBED = seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=EXIT)
RESULT = HealthResult(at="2026-11-20T18:09:04Z", exit_code=-1, output="Health check exceeded timeout (5s)")
HEALTH = Health(status="unhealthy", test=("CMD", "true"), results=(RESULT,))
CASES = (
    fires(
        container(INVOKES, {"inside": BOUND, "answers": NO_ANSWER}),
        saw="init() has not returned after 95 s",
        line=3,
        findings=1,
    ),
    fires(container(INVOKES, health=HEALTH), saw="after 120 s", name="dated by the health checks"),
    fires(container(seen={"inside": BOUND, "answers": NO_ANSWER}), saw="has its port and answers nothing after 95 s"),
    fires(container(INVOKES), name="nothing but the log"),
    fires(
        container(seen={"inside": BOUND, "answers": NO_ANSWER}, command=("node", "server.js")),
        saw="has its port and answers nothing after 95 s",
        name="a server that loads no script",
    ),
    fires(
        container(INVOKES, {"probe": PROBED.probe, "script": PROBED.script}),
        saw="it stands at score.py:5",
        line=5,
        name="the rehearsal hangs as well",
    ),
    quiet(
        container(INVOKES + "2026-11-20 18:07:05,000 I [8] azmlinfsrv - Worker with pid 8 ready for serving traffic\n"),
        name="ready",
    ),
    quiet(container(INVOKES + "E [8] azmlinfsrv - User's init function failed\n", state=RUNNING), name="it failed"),
    quiet(
        container(
            "I [8] azmlinfsrv.user_script - Users's init has completed successfully\n",
            {"inside": BOUND, "answers": NO_ANSWER},
        ),
        name="ready, and busy with a request",
    ),
    quiet(container("Starting gunicorn 27.0.1\n"), name="nothing said yet"),
)
