"""The container was stopped, by a person or a program.

What it finds
-------------
An end by SIGTERM (143); a server that says that it was asked to end; a container that its restart policy would have
started again, had nobody stopped it.

Why it breaks
-------------
Nothing is wrong with the service as far as that goes: it does not run because it was told to end.

How to fix
----------
Start it again, and see whether it stays.

Learn more
----------
Docker documentation, `docker stop`, "Start containers automatically". Source: gunicorn `arbiter.py`, `Handling signal`.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.commands import base
from checks.container.seen import blamed, container_of, inspected, state_quote
from checks.container.stopping import AGAIN, asked_to_end, was_stopped
from checks.containers import ContainerState
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Safety, Stage
from checks.runtime.wording import titled

SHELLS = frozenset({"sh", "bash", "dash", "ash"})
SIGKILL = 137


@check(
    "container.stopped",
    needs=("container",),
    stage=Stage.OPERATE,
    explains=("container.nothing-listens", "logs.no-failure-shown", "logs.log-ends-early", "logs.exit-code-137"),
)
def stopped(evidence: Evidence) -> Iterator[Finding]:
    """Say by what it shows; quiet where the server was ended by its own failure."""
    seen = container_of(evidence)
    if not was_stopped(evidence) or blamed(evidence, "worker-killed-memory", "worker-respawn-silent"):
        return
    line = asked_to_end(evidence)
    deaf = seen.state.exit_code == SIGKILL and bool(seen.command) and base(seen.command[0]) in SHELLS
    policy = seen.restart_policy in AGAIN
    yield Finding(
        title=titled(f"the container was stopped from outside (exit code {seen.state.exit_code})", 88),
        evidence=(
            state_quote(seen),
            *((line.quote,) if line else ()),
            *(
                (inspected(seen, f"restart policy {seen.restart_policy}: only a stop by hand keeps it down"),)
                if policy
                else ()
            ),
            *(
                (inspected(seen, f"SIGTERM was not heeded in time: process 1 is {base(seen.command[0])}"),)
                if deaf
                else ()
            ),
        ),
        fixes=(
            Fix(title="start it again", commands=(f"docker start {seen.name}",)),
            Fix(
                title="ask the engine when it was stopped",
                commands=(f"docker events --since 24h --until 0s --filter container={seen.name}",),
            ),
            *(
                (
                    Fix(
                        title="let the server get the signal: begin the last line of the start script with exec",
                        commands=("exec <command of the server>",),
                        safety=Safety.PLACEHOLDER,
                    ),
                )
                if deaf
                else ()
            ),
        ),
    )


TERM = "2026-11-20 18:00:00,000 I [1] gunicorn.error - Handling signal: term\n"
CASES = (
    fires(container(state=ContainerState(status="exited", exit_code=143)), saw="stopped from outside", findings=1),
    fires(container(TERM, state=ContainerState(status="exited", exit_code=0)), saw="Handling signal: term"),
    fires(container(state=ContainerState(status="exited", exit_code=137), restart_policy="unless-stopped")),
    fires(
        container(
            state=ContainerState(status="exited", exit_code=137),
            restart_policy="always",
            command=("/bin/sh", "start.sh"),
        ),
        saw="SIGTERM was not heeded in time: process 1 is sh",
    ),
    fires(
        container(
            "2026-11-20 18:07:05,000 I [8] azmlinfsrv - Worker with pid 8 ready for serving traffic\n",
            state=ContainerState(status="exited", exit_code=0),
        ),
        name="a supervisor ended without a word",
    ),
    quiet(container(TERM), name="a worker's end; the container runs"),
    quiet(
        container(
            "E [1] gunicorn.error - Shutting down: Master\nE [1] gunicorn.error - Reason: Worker failed to boot.\n",
            state=ContainerState(status="exited", exit_code=3),
        ),
        name="it failed",
    ),
    quiet(container(state=ContainerState(status="exited", exit_code=137)), name="killed, nobody knows by whom"),
    quiet(container(state=ContainerState(status="exited", exit_code=0)), name="its command came to its end"),
    quiet(container(state=ContainerState(status="restarting", exit_code=143, restarts=3), restart_policy="always")),
)
