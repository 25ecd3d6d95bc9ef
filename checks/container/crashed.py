"""The main process of the container crashed.

What it finds
-------------
An end by a signal that a crash gives: SIGSEGV (139), SIGABRT (134), SIGBUS (135), SIGFPE (136), SIGILL (132).

Why it breaks
-------------
Compiled code went wrong, so no Python exception tells of it. The first process of a container ignores SIGABRT, so that
an abort in it may end as a segmentation fault.

How to fix
----------
Find the line with the rehearsal, or with `-X faulthandler`, and take builds of the compiled packages that fit each
other and the processor.

Learn more
----------
Python documentation, `faulthandler`. signal(7). Observed with engine 20.10.24: `os.abort()` as process 1 ends with 139.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.seen import container_of, has_ended, name_of_image, state_quote
from checks.containers import ContainerState
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import titled

SIGNALS = {
    132: ("SIGILL", "an instruction that this processor does not have"),
    134: ("SIGABRT", "aborted by compiled code"),
    135: ("SIGBUS", "an access beyond a mapped file, or shared memory is full"),
    136: ("SIGFPE", "an arithmetic error in compiled code"),
    139: ("SIGSEGV", "a segmentation fault"),
}


@check(
    "container.crashed",
    needs=("container",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.restart-loop",
        "container.unhealthy",
        "logs.exit-code-139",
        "logs.exit-code-134",
        "logs.exit-code-132",
    ),
)
def crashed(evidence: Evidence) -> Iterator[Finding]:
    """Name the signal. A symptom, where a log or the rehearsal tells the line."""
    seen = container_of(evidence)
    known = SIGNALS.get(seen.state.exit_code or 0)
    if known is None or not has_ended(evidence):
        return
    signal, says = known
    yield Finding(
        title=titled(f"the container crashed: {says} ({signal}, exit code {seen.state.exit_code})", 88),
        evidence=(state_quote(seen),),
        fixes=(
            Fix(
                title="let Python print the stack of the crash",
                commands=(f"docker run --rm -e PYTHONFAULTHANDLER=1 {name_of_image(seen)}",),
            ),
        ),
    )


CASES = (
    fires(
        container(state=ContainerState(status="restarting", exit_code=139, signal="SIGSEGV", restarts=3)),
        saw="a segmentation fault (SIGSEGV, exit code 139)",
        findings=1,
    ),
    fires(container(state=ContainerState(status="exited", exit_code=132)), saw="SIGILL"),
    fires(container(state=ContainerState(status="exited", exit_code=134)), saw="SIGABRT"),
    quiet(container(state=ContainerState(status="exited", exit_code=137, signal="SIGKILL")), name="killed"),
    fires(container(state=ContainerState(status="running", exit_code=139, restarts=4)), name="it runs for the moment"),
    quiet(container(state=ContainerState(status="exited", exit_code=3))),
    quiet(container(state=ContainerState(status="running", exit_code=139)), name="an earlier end; it runs"),
)
