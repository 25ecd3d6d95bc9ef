"""run() returns None although it returns something elsewhere.

What it finds
-------------
A call of run() whose result is None, while the function has a `return` with a value on another way.

Why it breaks
-------------
The server answers None with 200 and `{}`: a client sees success and no prediction.

How to fix
----------
Return a value on every way through run().

Learn more
----------
Measured on azureml-inference-server-http 1.5.1.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Returned
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.calls import first_calls, returns_of, run_about, run_quote
from checks.runtime.failures import place, probe_of
from checks.runtime.observed import answered, passed, seen, started
from checks.runtime.payloads import payload_quotes


@check(
    "runtime.empty-answer",
    needs=("probe",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def empty_answer(evidence: Evidence) -> Iterator[Finding]:
    """Leave a run() that never returns anything to the checks that read."""
    if not returns_of(evidence) or probe_of(evidence).is_batch:
        return
    for step in first_calls(probe_of(evidence)):
        if step.returned and step.returned.type == "NoneType" and step.returned.status is None:
            yield Finding(
                title="run() returned None, which the client gets as {}",
                evidence=(
                    *run_quote(evidence),
                    Quote(source=f"probe: {place(step)}", text="returned None"),
                    *payload_quotes(step, evidence),
                ),
                about=run_about(evidence),
                fixes=(Fix(title="return a value on every way through run()"),),
            )
            return


SCRIPT = "def init(): ...\n\ndef run(data):\n    if data:\n        return [1]\n"
NOTHING = "def init(): ...\n\ndef run(data):\n    print(data)\n"
NONE = passed(Phase.RUN, Returned(type="NoneType", text="{}"))

CASES = (
    fires(seen(SCRIPT, *started(NONE), body="{}"), saw="returned None", line=3, findings=1),
    fires(seen(SCRIPT, *started(answered("[1]"), NONE)), name="the second sample"),
    quiet(seen(NOTHING, *started(NONE)), name="a run() that never returns anything is read, not run"),
    quiet(seen(SCRIPT, *started(answered("{}"))), name="an empty object on purpose"),
    quiet(seen(SCRIPT, *started())),
)
