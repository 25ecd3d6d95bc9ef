"""The container was made, and has never run.

What it finds
-------------
A container in state `created`: nobody started it, or the engine could not, for a reason of its own (user, working
folder, network, memory, limits).

Why it breaks
-------------
Nothing of the service has run, so there is no log. `docker compose up` leaves containers in this state while it waits
for what they depend on; `docker create` always does.

How to fix
----------
Cure what the engine says, and start it.

Learn more
----------
Docker documentation, `docker create`, `docker start`. Source: moby `daemon/start.go`: 128 for other reasons.
"""

import re
from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.remake import made_by
from checks.container.seen import container_of, inspected, state_quote
from checks.container.starting import StartFailure, start_failure
from checks.containers import Container, ContainerState
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import one_line, titled

_INNER = re.compile(
    r"(?:error during container init|unable to start container process|starting container process caused)"
)
OF_OTHERS = frozenset(
    {"not-found", "not-executable", "a-folder", "no-interpreter", "wrong-format", "port", "mount", "device", "gpu"}
)


@check(
    "container.not-started",
    needs=("container",),
    stage=Stage.BUILD,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.restart-loop",
        "logs.container-user-unknown",
        "logs.workdir-unusable",
        "logs.container-memory-too-small",
        "logs.docker-network-missing",
        "logs.container-cannot-run",
        "logs.log-empty",
    ),
)
def not_started(evidence: Evidence) -> Iterator[Finding]:
    """Say what kept the engine from it, as far as no other check does."""
    seen, failure = container_of(evidence), start_failure(evidence)
    if failure and failure.kind in OF_OTHERS:
        return
    if failure is None and seen.state.status != "created":
        return
    if failure is None:
        title, fixes = "the container was made and never started", _start(seen)
        quotes: tuple[Quote, ...] = (state_quote(seen), inspected(seen, f"created {seen.created}, never started"))
    elif failure.quote.source.startswith("docker inspect"):
        title, fixes = _reason(seen, failure)
        quotes = (failure.quote, state_quote(seen))
    else:
        return
    yield Finding(title=titled(title, 88), evidence=quotes, fixes=fixes)


def _start(seen: Container) -> tuple[Fix, ...]:
    if made_by(seen) == "compose":
        waits = Fix(title="see what it waits for (depends_on)", commands=("docker compose ps -a",))
        return (waits, Fix(title="start it", commands=(f"docker start {seen.name}",)))
    return (Fix(title="start it", commands=(f"docker start {seen.name}",)),)


def _reason(seen: Container, failure: StartFailure) -> tuple[str, tuple[Fix, ...]]:
    again = Fix(title="start it again", commands=(f"docker start {seen.name}",))
    if failure.kind == "user":
        user = failure.what or seen.user
        make = Fix(
            title="make the user in the image, or give a number", commands=(f"RUN useradd --create-home {user}",)
        )
        return f"the user `{user}` of the container does not exist in the image", (make,)
    if failure.kind == "network":
        network = failure.what or seen.network_mode
        make = Fix(title="make the network", commands=(f"docker network create {network}",))
        return f"the network `{network}` of the container is not there", (make, again)
    if failure.kind == "folder":
        folder = seen.working_dir or failure.what
        make = Fix(title="make the folder in the image, readable for its user", commands=(f"WORKDIR {folder}",))
        return f"the working folder {folder} of the container cannot be used", (make,)
    if failure.kind == "memory":
        more = Fix(title="raise the limit", commands=(f"docker update --memory=1g --memory-swap=1g {seen.name}",))
        return "the memory limit is too low to start the container at all", (more, again)
    inner = _INNER.split(failure.words)[-1].strip(" :").removesuffix(": unknown")
    return f"the engine could not start the container: {one_line(inner, 60)}", (
        Fix(title="cure what the engine says"),
        again,
    )


RUNC = "OCI runtime create failed: runc create failed: unable to start container process: error during container init: "


def _refused(words: str, **fields: str) -> Evidence:
    return container(
        state=ContainerState(status="created", exit_code=128, error=words),
        user=fields.get("user", ""),
        working_dir=fields.get("working_dir", ""),
    )


CASES = (
    fires(container(state=ContainerState(status="created"), created="2026-11-20T18:00:00Z"), saw="never", findings=1),
    fires(
        _refused("unable to find user scorer: no matching entries in passwd file", user="scorer"),
        saw="the user `scorer` of the container does not exist",
    ),
    fires(_refused("network scoring not found"), saw="the network `scoring`"),
    fires(
        _refused(
            f'{RUNC}chdir to cwd ("/home/me") set in config.json failed: permission denied', working_dir="/home/me"
        ),
        saw="the working folder /home/me",
    ),
    fires(
        _refused(f"{RUNC}mkdir /proc/x: no such file or directory: unknown", working_dir="/proc/x/y"), saw="/proc/x/y"
    ),
    fires(_refused("OCI runtime create failed: container init was OOM-killed (memory limit too low?)"), saw="too low"),
    fires(
        _refused(
            f"{RUNC}error setting rlimits for ready process: error setting rlimit type 7: operation not permitted"
        ),
        saw="error setting rlimit",
    ),
    quiet(_refused(f'{RUNC}exec: "x": executable file not found in $PATH: unknown'), name="its command"),
    quiet(_refused("Bind for 0.0.0.0:5001 failed: port is already allocated"), name="its port"),
    quiet(container(), name="it runs"),
    quiet(container(state=ContainerState(status="exited", exit_code=1))),
)
