"""The health check of the container fails.

What it finds
-------------
A health check, of the image or of `docker run`, that the engine counts as failed, with the output of its last run.

Why it breaks
-------------
The engine itself does nothing about it, but compose, Swarm, autoheal and front ends hold back or restart a container
that is unhealthy. Why it fails is told by its output, the log and the other findings.

How to fix
----------
Run the health command by hand inside of the container, and cure what it meets.

Learn more
----------
Dockerfile reference, HEALTHCHECK.
"""

import shlex
from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.health import health_text, last_result, result_quote
from checks.container.seen import container_of, inspected, is_up
from checks.containers import ContainerState, Health, HealthResult
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import titled


@check("container.unhealthy", needs=("container",), stage=Stage.OPERATE, confidence=Confidence.CERTAIN)
def unhealthy(evidence: Evidence) -> Iterator[Finding]:
    """Quote the last run. A symptom, where something tells why."""
    seen = container_of(evidence)
    health = seen.health
    if health is None or health.status != "unhealthy" or not is_up(seen):
        return
    result = last_result(health)
    command = shlex.join(health.test[1:])
    by_hand = f"docker exec {seen.name} {f'sh -c {shlex.quote(health.test[1])}' if _by_shell(health) else command}"
    times = f" {health.failing_streak} times in a row" if health.failing_streak > 1 else ""
    yield Finding(
        title=titled(f"the health check of the container fails{times}", 88),
        evidence=(*((result_quote(seen, result),) if result else ()), inspected(seen, health_text(health))),
        fixes=(Fix(title="run it by hand", commands=(by_hand,)),),
    )


def _by_shell(health: Health) -> bool:
    return health.test[:1] == ("CMD-SHELL",) and len(health.test) > 1


FAILED = HealthResult(
    at="2026-11-20T18:09:04Z", exit_code=7, output="curl: (7) Failed to connect to localhost port 5001"
)
TEST = ("CMD-SHELL", "curl -f http://localhost:5001/")
CASES = (
    fires(
        container(health=Health(status="unhealthy", test=TEST, failing_streak=8, results=(FAILED,))),
        saw="fails 8 times in a row",
        findings=1,
    ),
    fires(container(health=Health(status="unhealthy", test=("CMD", "/check", "-x"))), saw="the health check"),
    quiet(container(health=Health(status="starting", test=TEST, failing_streak=1, results=(FAILED,))), name="starting"),
    quiet(container(health=Health(status="healthy", test=TEST)), name="healthy"),
    quiet(container(), name="no health check"),
    quiet(
        container(state=ContainerState(status="exited", exit_code=3), health=Health(status="unhealthy", test=TEST)),
        name="it ended since",
    ),
)
