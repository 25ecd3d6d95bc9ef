"""The second request of the same payload fails.

What it finds
-------------
A call of run() that passed, and failed when it was made again with the same payload.

Why it breaks
-------------
The worker lives on between requests. The first call changed something that the second one needs: a model or a list
that was consumed, a column that was dropped, a file that was closed. The service answers one request after each start,
and 500 from then on.

How to fix
----------
Make in run() what belongs to a request, and leave what init() made as it was.

Learn more
----------
Source: azureml-inference-server-http 1.5.1: init() runs once in a worker, run() for each request in the same module.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Returned, Step
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.calls import again, first_calls, run_about, run_quote
from checks.runtime.failures import Failure, place, probe_of, script_of, telling
from checks.runtime.observed import answered, at, passed, raised_in, seen, started
from checks.runtime.wording import one_line, titled

BATCH = (
    "A worker calls run() for one mini batch after the other. The first call changed what the next one needs: "
    "the job scores one mini batch in each worker, and fails on all others."
)


@check("runtime.fails-on-repeat", needs=("probe",), stage=Stage.RUN, confidence=Confidence.CERTAIN)
def fails_on_repeat(evidence: Evidence) -> Iterator[Finding]:
    """Hold the second call against the first."""
    probe = probe_of(evidence)
    call = "call with the same files" if probe.is_batch else "equal request"
    why = BATCH if probe.is_batch else ""
    fixes = (Fix(title="copy what init() made before run() changes it, and keep nothing between requests"),)
    for step in first_calls(probe):
        second = again(probe, step, Phase.REPEAT)
        if step.outcome != "passed" or second is None:
            continue
        problem = second.returned.problem if second.returned else None
        before = step.returned.problem if step.returned else None
        if second.outcome == "raised" and second.raised:
            failure = Failure(
                step=second, outer=second.raised, error=telling(second.raised), script=script_of(evidence)
            )
            yield failure.finding(
                titled(f"the second {call} raises {failure.headline}", 88),
                why=why,
                saw=_first(step),
                about=run_about(evidence),
                fixes=fixes,
            )
            return
        if second.outcome == "rejected" or (problem and not before):
            yield Finding(
                title=titled(f"the second {call} fails: {problem or second.message or 'rejected'}", 88),
                why=why,
                evidence=(*run_quote(evidence), *_first(step), Quote(source=f"probe: {place(second)}", text="failed")),
                about=run_about(evidence),
                fixes=fixes,
            )
            return


def _first(step: Step) -> tuple[Quote, ...]:
    text = step.returned.text if step.returned else None
    return (Quote(source=f"probe: {place(step)}", text=f"passed{f': {one_line(text, 100)}' if text else ''}"),)


SCRIPT = "def init(): ...\n\ndef run(data):\n    return {'next': queue.pop()}\n"
FIRST = answered('{"next": 1}')
EMPTY = raised_in(Phase.REPEAT, "IndexError", "pop from empty list", at(SCRIPT, "pop"))

CASES = (
    fires(
        seen(SCRIPT, *started(FIRST, EMPTY)),
        saw="the second equal request raises IndexError: pop from empty list",
        line=4,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            *started(FIRST, passed(Phase.REPEAT, Returned(type="set", problem="TypeError: Object of type set is not"))),
        ),
        saw="the second equal request fails",
    ),
    quiet(seen(SCRIPT, *started(FIRST, answered('{"next": 1}', phase=Phase.REPEAT)))),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "IndexError", "pop from empty list"), EMPTY)), name="both fail"),
    quiet(seen(SCRIPT, *started(FIRST))),
)
