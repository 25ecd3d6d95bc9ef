"""The container ends and is started again, over and over.

What it finds
-------------
A container that its restart policy has started again several times, or that waits for its next start.

Why it breaks
-------------
Its command ends each time, so the service is away most of the time; the engine waits longer before each start, up to a
minute. What ends it is told by the exit code, the log and the other findings.

How to fix
----------
Cure what ends it. To look at it in peace, let it stand still after one try.

Learn more
----------
Docker documentation, "Start containers automatically". Source: moby `restartmanager`: the wait doubles from 100 ms, and
begins anew after a run of 10 seconds.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.remake import lines_of_log
from checks.container.seen import (
    SEVERAL,
    all_lines,
    answered,
    container_of,
    inspected,
    is_up,
    keeps_ending,
    state_quote,
)
from checks.containers import Answer, Answers, ContainerState
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.runtime.wording import titled

MEANING = {
    1: "an error of the program",
    2: "wrong arguments",
    3: "the worker failed to boot: import or init()",
    4: "the web application could not be loaded",
    95: "the packages of the deployment could not be installed",
    96: "azureml-inference-server-http is not installed",
    111: "the scoring server of the image died",
    125: "the engine could not run it",
    126: "the command cannot be executed",
    127: "a command was not found",
    132: "an instruction that the processor does not have",
    134: "aborted",
    137: "killed",
    139: "a segmentation fault",
    143: "asked to end",
    255: "the runtime or a debugger failed",
}
"""What exit codes of scoring containers mean. Sources: gunicorn `arbiter.py`; start scripts of the Azure ML images."""


LAST_LINES = 2  # of the log: what a program says last is most often why it ends


@check("container.restart-loop", needs=("container",), stage=Stage.OPERATE, confidence=Confidence.CERTAIN)
def restart_loop(evidence: Evidence) -> Iterator[Finding]:
    """Count the restarts, and say what the exit code means. A symptom."""
    seen = container_of(evidence)
    state = seen.state
    gave_up = state.status == "exited" and state.restarts >= SEVERAL
    loops = keeps_ending(evidence)
    unsettled = is_up(seen) and state.restarts >= SEVERAL and not loops
    if not loops and not gave_up and not unsettled:
        return
    code = state.exit_code
    means = MEANING.get(code or -1)
    ended = "" if code is None or unsettled else f", exit code {code}"
    times = "once" if state.restarts == 1 else f"{state.restarts} times"
    how = "ended every time, and was restarted" if gave_up else "was restarted" if unsettled else "restarts in a loop,"
    meaning = (inspected(seen, f"exit code {code}: {means}"),) if means and not unsettled else ()
    last = {line.text: line.quote for line in all_lines(evidence) if line.text.strip()} if loops or gave_up else {}
    said = list(last.values())[-LAST_LINES:]
    policy = f"restart policy: {seen.restart_policy}{f', at most {seen.most_restarts}' if seen.most_restarts else ''}"
    yield Finding(
        title=titled(f"the container {how} {times}{ended}", 88),
        evidence=(state_quote(seen), *meaning, inspected(seen, policy), *said),
        severity=Severity.WARNING if unsettled and answered(evidence) else Severity.ERROR,
        fixes=(
            Fix(title="look at what it said before it ended", commands=(lines_of_log(seen, 100),)),
            Fix(title="let it stand still after the next end", commands=(f"docker update --restart=no {seen.name}",)),
        ),
    )


OK: dict[str, object] = {
    "answers": Answers(items=(Answer(method="GET", path="/", route="inside", address="127.0.0.1:5001", status=200),))
}
CASES = (
    fires(
        container(state=ContainerState(status="restarting", exit_code=3, restarts=6), restart_policy="always"),
        saw="restarts in a loop, 6 times, exit code 3",
        findings=1,
    ),
    fires(
        container(
            state=ContainerState(status="exited", exit_code=5, restarts=3), restart_policy="on-failure", most_restarts=3
        ),
        saw="ended every time, and was restarted 3 times",
    ),
    fires(container(state=ContainerState(status="running", restarts=9)), saw="was restarted 9 times"),
    fires(
        container(state=ContainerState(status="running", restarts=3, exit_code=0)),
        saw="restarts in a loop, 3 times, exit code 0",
        name="seen while it runs for a moment",
    ),
    fires(container(seen=OK, state=ContainerState(status="running", restarts=9)), name="it answers: a warning"),
    fires(
        container("E0412 boot failure 7743\n", state=ContainerState(status="restarting", exit_code=7, restarts=6)),
        saw="boot failure 7743",
        name="a program of which nothing is known",
    ),
    quiet(container(restart_policy="always"), name="never restarted"),
    quiet(container(state=ContainerState(status="running", restarts=1)), name="once"),
    quiet(container(state=ContainerState(status="exited", exit_code=3)), name="ended once"),
)
