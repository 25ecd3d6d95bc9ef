"""The health check gives up before the service can be ready.

What it finds
-------------
A health check whose patience (start period, and retries times interval) is shorter than the start of the service took,
by the log's times or the rehearsal.

Why it breaks
-------------
The container is called unhealthy while the model is still loading, and whatever watches it restarts it, so that it
never gets ready; or it starts with a spell of being unhealthy.

How to fix
----------
Give the check a start period that is longer than the slowest start.

Learn more
----------
Dockerfile reference, HEALTHCHECK, `--start-period`: failures in it do not count.
"""

import re
from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.health import health_text, patience
from checks.container.remake import remade
from checks.container.seen import answered, container_of, inspected, is_up, last_start, logs_of, moment, probe_if_any
from checks.containers import ContainerState, Health
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.runtime.observed import passed, seen, started
from checks.runtime.wording import seconds_of, titled

SOON = 60.0  # seconds between the start of the container and the first line of its server
_READY = re.compile(r"init has completed|ready for serving|Application startup complete")


@check(
    "container.health-check-too-early",
    needs=("container",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    explains=("container.unhealthy", "logs.init-never-returns"),
)
def health_check_too_early(evidence: Evidence) -> Iterator[Finding]:
    """Hold the time that the start takes against the patience of the check."""
    found = container_of(evidence)
    health = found.health
    if health is None or health.status == "none" or not is_up(found):
        return
    took = _took(evidence)
    if took is None or took[0] <= patience(health):
        return
    seconds, quote = took
    enough = int(-(-seconds * 2 // 30) * 30)
    broken = health.status == "unhealthy" and not answered(evidence)
    yield Finding(
        title=titled(
            f"the health check gives up after {seconds_of(patience(health))}, the start takes {seconds_of(seconds)}", 88
        ),
        evidence=(quote, inspected(found, health_text(health)), inspected(found, f"health: {health.status}")),
        severity=Severity.ERROR if broken or found.state.restarts else Severity.WARNING,
        confidence=Confidence.CERTAIN,
        fixes=(
            remade(
                "give it a start period",
                found,
                f"--health-start-period={enough}s",
                compose=f"    healthcheck: {{start_period: {enough}s}}",
            ),
        ),
    )


def _took(evidence: Evidence) -> tuple[float, Quote] | None:
    """Seconds from the start of the container until the service was ready, or those of the rehearsal."""
    began, lines = moment(container_of(evidence).state.started), last_start(evidence)
    first = next((line.time for line in lines if line.time), None)
    whole = not any(log.left_out for log in logs_of(evidence))
    if began and first and whole and abs(first - began) < SOON:  # a supervisor may start it again
        for line in lines:
            if line.time and line.time >= began and _READY.search(line.text):
                return line.time - began, line.quote
    probe = probe_if_any(evidence)
    steps = [probe.step(Phase.IMPORT), probe.step(Phase.INIT)] if probe else []
    done = [step for step in steps if step and step.outcome == "passed"]
    if len(done) < len(steps) or not done:
        return None
    seconds = sum(step.seconds for step in done)
    return seconds, Quote(source="probe", text=f"importing the script and init() took {seconds_of(seconds)}")


SHORT = Health(status="unhealthy", test=("CMD", "true"), interval=5.0, retries=3, failing_streak=9)
LATE = (
    "2026-11-20 18:07:04,000 I [1] gunicorn.error - Starting gunicorn 27.0.1\n"
    "2026-11-20 18:09:02,000 I [8] azmlinfsrv.user_script - Users's init has completed successfully\n"
)
AGAIN = LATE.replace("18:07:04", "20:07:04").replace("18:09:02", "20:07:05")
SLOW = seen("def init(): pass\n", passed(Phase.IMPORT, seconds=4.0), passed(Phase.INIT, seconds=80.0)).probe
CASES = (
    fires(container(LATE, health=SHORT), saw="gives up after 15 s, the start takes 120 s", line=2, findings=1),
    fires(container(health=SHORT, seen={"probe": SLOW}), saw="took 84 s", name="by the rehearsal"),
    quiet(container(LATE, health=Health(status="starting", test=("CMD", "true"), start_period=300.0)), name="patient"),
    quiet(container(health=SHORT, seen={"probe": seen("", *started()).probe}), name="a quick start"),
    quiet(container(LATE), name="no health check"),
    quiet(container(AGAIN, health=SHORT), name="a supervisor started the server again, hours later"),
    quiet(
        container(LATE, health=SHORT, state=ContainerState(status="running", started="2026-11-20T18:09:00Z")),
        name="ready in two seconds",
    ),
)
