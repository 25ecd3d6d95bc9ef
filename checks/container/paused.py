"""The container is paused.

What it finds
-------------
A container whose processes were frozen with `docker pause`.

Why it breaks
-------------
Its processes exist and get no time to run. The port still accepts connections, which nobody answers, so that clients
wait until they give up.

How to fix
----------
Let it go on.

Learn more
----------
Docker documentation, `docker pause`.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.seen import container_of, state_quote
from checks.containers import ContainerState
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check(
    "container.paused",
    needs=("container",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("container.unhealthy", "container.init-hangs", "logs.log-ends-early", "logs.init-never-returns"),
)
def paused(evidence: Evidence) -> Iterator[Finding]:
    """The state says it."""
    seen = container_of(evidence)
    if seen.state.status != "paused":
        return
    yield Finding(
        title="the container is paused: its processes do not run",
        evidence=(state_quote(seen),),
        fixes=(Fix(title="let it go on", commands=(f"docker unpause {seen.name}",)),),
    )


CASES = (
    fires(container(state=ContainerState(status="paused")), saw="is paused", findings=1),
    quiet(container(), name="it runs"),
    quiet(container(state=ContainerState(status="exited", exit_code=0)), name="it ended"),
)
