"""The script takes long to start.

What it finds
-------------
An import and init() that together took more than a minute; more than five is an error.

Why it breaks
-------------
The container answers no probe until init() has returned. A managed deployment waits about five minutes unless its
`readiness_probe` and `liveness_probe` say otherwise, then restarts the container, which begins again. Every worker and
every new instance pays the same time.

How to fix
----------
Load less, or a form of the model that loads faster; move downloads and training out of init(). Else give the probes a
longer `initial_delay`.

Learn more
----------
Product documentation, managed online deployment YAML schema, `liveness_probe`: `initial_delay` 10, `period` 10,
`failure_threshold` 30.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.runtime.calls import module_of
from checks.runtime.failures import probe_of
from checks.runtime.observed import passed, seen
from checks.runtime.wording import seconds_of

LONG, TOO_LONG = 60.0, 300.0  # seconds


@check("runtime.slow-start", needs=("probe",), stage=Stage.INIT, severity=Severity.WARNING)
def slow_start(evidence: Evidence) -> Iterator[Finding]:
    """Add up what the server does before it answers."""
    steps = [s for s in (probe_of(evidence).step(phase) for phase in (Phase.IMPORT, Phase.INIT)) if s]
    steps = [s for s in steps if s.outcome == "passed"]
    total = sum(s.seconds for s in steps)
    if total < LONG:
        return
    slowest = max(steps, key=lambda s: s.seconds)
    found = module_of(evidence)
    init = found[1].init if found else None
    quote = (found[1].quote(found[0].path, init),) if found and init and slowest.phase is Phase.INIT else ()
    yield Finding(
        title=f"the script takes {seconds_of(total)} to start",
        severity=Severity.ERROR if total >= TOO_LONG else None,
        evidence=(
            *quote,
            *(Quote(source="probe", text=f"{s.phase.value} took {seconds_of(s.seconds)}") for s in steps),
        ),
        about=("phase:import", "phase:init", *((f"line:{init.lineno}",) if init and quote else ())),
        fixes=(
            Fix(title="move downloads and training out of the start, and load a smaller or faster form of the model"),
            Fix(
                title="give the deployment's probes more time",
                commands=("readiness_probe:", f"  initial_delay: {int(total * 1.5)}"),
            ),
        ),
    )


SCRIPT = "def init():\n    ...\n\ndef run(data): return 1\n"


def _took(load: float, init: float) -> Evidence:
    return seen(SCRIPT, passed(Phase.IMPORT, seconds=load), passed(Phase.INIT, seconds=init))


CASES = (
    fires(_took(5, 80), saw="the script takes 85 s to start", line=1, findings=1),
    fires(_took(400, 1), saw="import took 400 s"),
    quiet(_took(20, 30)),
    quiet(_took(0.1, 0.1)),
    quiet(seen(SCRIPT, passed(Phase.IMPORT))),
)
