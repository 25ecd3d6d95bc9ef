"""run() fails, or answers otherwise, when it is called several times at once.

What it finds
-------------
A payload that run() answers alone, and not, or not in the same way, in several threads.

Why it breaks
-------------
Workers of the Linux images serve one request at a time, so nothing goes wrong there. A server that uses threads, such
as the one on Windows, mixes up what run() keeps at module level while it works.

How to fix
----------
Keep what belongs to a request in local names, or guard it with a lock.

Learn more
----------
Source: azureml-inference-server-http 1.5.1: sync workers of gunicorn on Linux, threads of waitress on Windows.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.runtime.calls import again, first_calls, run_about, run_quote
from checks.runtime.comparing import differences
from checks.runtime.failures import Failure, place, probe_of, script_of, telling
from checks.runtime.observed import answered, at, raised_in, seen, started
from checks.runtime.wording import one_line, titled


@check("runtime.fails-concurrently", needs=("probe",), stage=Stage.OPERATE, severity=Severity.WARNING)
def fails_concurrently(evidence: Evidence) -> Iterator[Finding]:
    """Only where the same request, made alone twice, was answered the same way."""
    probe = probe_of(evidence)
    fixes = (Fix(title="keep what belongs to a request in local names, or guard it with a lock"),)
    for step in first_calls(probe):
        second, together = again(probe, step, Phase.REPEAT), again(probe, step, Phase.CONCURRENT)
        steady = second is not None and second.outcome == "passed" and step.returned and second.returned
        if together is None or not steady or second is None or not step.returned or not second.returned:
            continue
        if differences(step.returned, second.returned) != []:
            continue
        if together.outcome == "raised" and together.raised:
            failure = Failure(
                step=together, outer=together.raised, error=telling(together.raised), script=script_of(evidence)
            )
            yield failure.finding(
                titled(f"called several times at once, run() raises {failure.headline}", 88),
                about=run_about(evidence),
                fixes=fixes,
            )
        elif together.returned and differences(step.returned, together.returned):
            yield Finding(
                title="called several times at once, run() answers otherwise than alone",
                evidence=(
                    *run_quote(evidence),
                    Quote(source=f"probe: {place(step)}", text=one_line(step.returned.text or "", 160)),
                    Quote(source=f"probe: {place(together)}", text=one_line(together.returned.text or "", 160)),
                ),
                about=run_about(evidence),
                fixes=fixes,
            )
        return


SCRIPT = "def init(): ...\n\ndef run(data):\n    return {'rows': shared.take(data)}\n"
ALONE = (answered('{"rows": 2}'), answered('{"rows": 2}', phase=Phase.REPEAT))
RAISES = raised_in(Phase.CONCURRENT, "RuntimeError", "dictionary changed size during iteration", at(SCRIPT, "take"))

CASES = (
    fires(
        seen(SCRIPT, *started(*ALONE, RAISES)),
        saw="called several times at once, run() raises RuntimeError",
        line=4,
        findings=1,
    ),
    fires(
        seen(SCRIPT, *started(*ALONE, answered('{"rows": 5}', phase=Phase.CONCURRENT))),
        saw="answers otherwise than alone",
    ),
    quiet(seen(SCRIPT, *started(*ALONE, answered('{"rows": 2}', phase=Phase.CONCURRENT)))),
    quiet(
        seen(SCRIPT, *started(ALONE[0], answered('{"rows": 3}', phase=Phase.REPEAT), RAISES)),
        name="alone it differs as well",
    ),
    quiet(seen(SCRIPT, *started(*ALONE))),
)
