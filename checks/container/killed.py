"""The container was killed from outside, and not for its memory.

What it finds
-------------
An end by SIGKILL (exit code 137) without any sign of the out-of-memory killer and of a stop that was heard.

Why it breaks
-------------
SIGKILL leaves no trace in the log. It comes from `docker kill`, from `docker stop` when the process does not heed
SIGTERM within 10 seconds (process 1 without a handler never does), from a watchdog, or from a host short of memory.

How to fix
----------
Ask the engine who did it. Let the server be the first process, or put an init process before it, so that it can be
stopped.

Learn more
----------
Docker documentation, `docker stop`, `docker run --init`. Observed with engine 20.10.24: 137 after `docker stop` of a
process without a handler, 143 with `--init`.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.out_of_memory import memory_of
from checks.container.seen import command_quote, container_of, has_ended, inspected, state_quote, was_out_of_memory
from checks.container.stopping import was_stopped
from checks.containers import ContainerState, Limits
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import bytes_of

SIGKILL = 137


@check(
    "container.killed",
    needs=("container",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("container.restart-loop", "container.unhealthy", "logs.exit-code-137", "logs.process-killed"),
)
def killed(evidence: Evidence) -> Iterator[Finding]:
    """Say that nothing points to memory, as far as nothing does. A symptom, where something else tells why."""
    seen = container_of(evidence)
    if seen.state.exit_code != SIGKILL or not has_ended(evidence):
        return
    if was_out_of_memory(evidence) or was_stopped(evidence):
        return
    use = memory_of(evidence)
    limit = f"memory limit {bytes_of(use.limit)}" if use.limit else "no memory limit"
    yield Finding(
        title="the container was killed (SIGKILL, exit code 137), and not marked as out of memory",
        evidence=(state_quote(seen), inspected(seen, f"OOMKilled: false, {limit}"), command_quote(seen)),
        fixes=(
            Fix(
                title="ask the engine who ended it (`signal=9` without `oom` before it: a person or a program)",
                commands=(f"docker events --since 24h --until 0s --filter container={seen.name}",),
            ),
            Fix(
                title="if it was the end of a docker stop, let an init process pass the signal on",
                commands=("docker run --init ...",),
            ),
            *(
                ()
                if use.limit
                else (Fix(title="look whether the host ran out of memory", commands=("dmesg | grep -i oom",)),)
            ),
        ),
    )


KILL = ContainerState(status="exited", exit_code=137, signal="SIGKILL")
TERM = "2026-11-20 18:00:00,000 I [1] gunicorn.error - Handling signal: term\n"
CASES = (
    fires(container(state=KILL, limits=Limits(memory=2_000_000_000)), saw="memory limit 2 GB", findings=1),
    fires(container(state=ContainerState(status="restarting", exit_code=137, restarts=2), restart_policy="always")),
    quiet(container(state=ContainerState(status="exited", exit_code=137, oom_killed=True)), name="for its memory"),
    quiet(container(TERM, state=KILL), name="stopped, and too slow"),
    quiet(container(state=KILL, restart_policy="always"), name="stopped by hand, or it would have been restarted"),
    quiet(container(state=ContainerState(status="running", exit_code=137)), name="an earlier end"),
)
