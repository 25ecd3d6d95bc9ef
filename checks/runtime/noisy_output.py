"""The service writes much to the log.

What it finds
-------------
More than 64 kB of output for each call of run(); more than 1 MB is a warning. Without a call, more than 10 MB at the
start.

Why it breaks
-------------
Every line goes through the container's log to the workspace, which costs time and money and pushes what matters out of
the log that `get-logs` shows. Payloads that are printed end up there in clear text.

How to fix
----------
Log a summary, or at the level DEBUG.

Learn more
----------
Product documentation, "Monitor online endpoints".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Output, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.calls import calls_made, run_about, run_quote
from checks.runtime.failures import probe_of
from checks.runtime.observed import answered, passed, seen, started
from checks.runtime.wording import bytes_of, few_lines

MUCH, TOO_MUCH = 64_000, 1_000_000  # bytes for each call of run()
MUCH_AT_START = 10_000_000  # bytes; the container's log keeps about as much


@check(
    "runtime.noisy-output",
    needs=("probe",),
    stage=Stage.OPERATE,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def noisy_output(evidence: Evidence) -> Iterator[Finding]:
    """Divide what was written since the first call by the calls that were made; what came before belongs to the start.

    What the process wrote is counted whatever it went to: of much output by init() and large files by run() the files
    are taken for output.
    """
    probe = probe_of(evidence)
    calls = calls_made(probe)
    if probe.is_batch and calls:  # a call is worth many files there, and the log is a file of the job
        return
    for name, output in (("stdout", probe.stdout), ("stderr", probe.stderr)):
        if not calls:
            yield from _at_start(name, output, output.size)
            continue
        by_run = output.size if probe.written is None else min(output.size, probe.written)
        yield from _at_start(name, output, output.size - by_run)
        each = by_run // calls
        if each < MUCH:
            continue
        yield Finding(
            title=f"run() writes {bytes_of(each)} to {name} for each request",
            severity=Severity.WARNING if each >= TOO_MUCH else None,
            evidence=(
                *run_quote(evidence),
                Quote(source=name, text=f"{bytes_of(by_run)} in {calls} calls"),
                *((Quote(source=name, text=few_lines(output.text, 1, 120)),) if output.text.strip() else ()),
            ),
            about=run_about(evidence),
            fixes=(Fix(title="log a summary, or at the level DEBUG", commands=("logging.getLogger().debug(...)",)),),
        )


def _at_start(name: str, output: Output, size: int) -> Iterator[Finding]:
    if size < MUCH_AT_START:
        return
    yield Finding(
        title=f"the service writes {bytes_of(size)} to {name} while it starts",
        severity=Severity.WARNING,
        evidence=(
            Quote(source=name, text=f"{bytes_of(size)} before the first call of run()"),
            *((Quote(source=name, text=few_lines(output.text, 1, 120)),) if output.text.strip() else ()),
        ),
        fixes=(Fix(title="log a summary, or at the level DEBUG", commands=("logging.getLogger().debug(...)",)),),
    )


SCRIPT = "def init(): ...\n\ndef run(data):\n    print(data * 10**6)\n    return 1\n"
CALLS = started(answered("1"), answered("1", phase=Phase.REPEAT), passed(Phase.CONCURRENT))

CASES = (
    fires(seen(SCRIPT, *CALLS, stdout=Output(text="xx", size=12_000_000)), saw="2 MB to stdout", line=3, findings=1),
    fires(seen(SCRIPT, *CALLS, stderr=Output(text="", size=600_000)), saw="100 kB to stderr"),
    fires(seen(SCRIPT, *started(), stdout=Output(text="x", size=1_000_000_000)), saw="while it starts"),
    fires(
        seen(SCRIPT, *CALLS, stdout=Output(text="x", size=20_000_000), written=40_000),
        saw="while it starts",
        findings=1,
        name="init() printed, run() did not",
    ),
    fires(
        seen(SCRIPT, *CALLS, stdout=Output(text="x", size=20_000_000), written=6_000_000),
        saw="1 MB to stdout for each request",
        findings=2,
        name="both printed",
    ),
    quiet(seen(SCRIPT, *CALLS, stdout=Output(text="x", size=1_000_000), written=9_000), name="a little, at the start"),
    quiet(seen(SCRIPT, *CALLS, stdout=Output(text="loaded\n", size=7))),
    quiet(seen(SCRIPT, *CALLS, stderr=Output(text="a warning", size=9_000)), name="warnings of a library"),
    quiet(seen(SCRIPT, *started(), stdout=Output(text="x", size=9_000_000)), name="init() alone, once"),
)
