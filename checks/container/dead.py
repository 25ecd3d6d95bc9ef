"""The engine could not remove the container, and calls it dead.

What it finds
-------------
A container in state `dead`, or in the middle of being removed.

Why it breaks
-------------
A removal that did not come to an end, mostly because a mount or file of it was in use, leaves a container that cannot
be started again.

How to fix
----------
Remove it once more, and make a new one.

Learn more
----------
Docker documentation, `docker ps`, status `dead`. Source: moby `daemon/delete.go`.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.seen import container_of, inspected, state_quote
from checks.containers import ContainerState
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check(
    "container.dead",
    needs=("container",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("container.killed", "container.unhealthy", "container.restart-loop"),
)
def dead(evidence: Evidence) -> Iterator[Finding]:
    """The state says it."""
    seen = container_of(evidence)
    if seen.state.status not in ("dead", "removing"):
        return
    said = (inspected(seen, f"State.Error: {seen.state.error[:400]}"),) if seen.state.error else ()
    yield Finding(
        title="the container is dead: its removal failed half-way"
        if seen.state.status == "dead"
        else "the container is being removed",
        evidence=(state_quote(seen), *said),
        fixes=(
            Fix(title="remove it, and make it again", commands=(f"docker rm -f {seen.name}",)),
            Fix(title="if that is refused, restart the engine first", commands=("sudo systemctl restart docker",)),
        ),
    )


CASES = (
    fires(container(state=ContainerState(status="dead", exit_code=137)), saw="is dead", findings=1),
    fires(container(state=ContainerState(status="removing")), saw="being removed"),
    quiet(container(state=ContainerState(status="exited", exit_code=137)), name="it ended"),
    quiet(container(), name="it runs"),
)
