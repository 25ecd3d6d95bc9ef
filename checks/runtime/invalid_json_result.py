"""The answer holds NaN or Infinity, which JSON does not have.

What it finds
-------------
A float in the answer that is not a number, or infinite.

Why it breaks
-------------
Python's encoder writes `NaN` and `Infinity` as they are, and the server answers 200. The body is no JSON: browsers,
.NET, Java and strict parsers refuse it, so the client fails although the service seems healthy.

How to fix
----------
Replace such values before they are returned: with None, or with a number that means what is absent.

Learn more
----------
RFC 8259, section 6; Python documentation, `json`, "Infinite and NaN number values".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Returned
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.calls import first_calls, module_of, returns_of, run_about, run_quote
from checks.runtime.failures import place, probe_of
from checks.runtime.observed import answered, passed, seen, started
from checks.runtime.wording import one_line, titled


@check("runtime.invalid-json-result", needs=("probe",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def invalid_json_result(evidence: Evidence) -> Iterator[Finding]:
    """Show where in the answer the value stands."""
    for step in first_calls(probe_of(evidence)):
        returned = step.returned
        if returned is None or not returned.not_finite:
            continue
        where = returned.not_finite.replace("result", "", 1) or "the root"
        returns = returns_of(evidence)
        found = module_of(evidence)
        quotes = tuple(found[1].quote(found[0].path, node) for node in returns[:3]) if found else ()
        yield Finding(
            title=titled(f"the answer is no JSON: NaN or Infinity at {one_line(where, 40)}", 88),
            evidence=(
                *(quotes or run_quote(evidence)),
                Quote(
                    source=f"probe: {place(step)}",
                    text=f"{returned.not_finite} in {one_line(returned.text or '', 120)}",
                ),
            ),
            about=(*run_about(evidence), f"sample:{step.sample}", *(f"line:{node.lineno}" for node in returns)),
            fixes=(
                Fix(
                    title="replace what is not finite before it is returned",
                    commands=("[None if value != value else value for value in values]",),
                ),
            ),
        )
        return


SCRIPT = "def init(): ...\n\ndef run(data):\n    return {'growth': growth(data)}\n"
NAN = Returned(type="dict", text='{"growth": [NaN, 0.5]}', not_finite="result['growth'][0]")

CASES = (
    fires(
        seen(SCRIPT, *started(passed(Phase.RUN, NAN))),
        saw="NaN or Infinity at ['growth'][0]",
        line=4,
        findings=1,
    ),
    fires(seen(SCRIPT, *started(passed(Phase.RUN, NAN), passed(Phase.RUN, NAN))), findings=1, name="several samples"),
    quiet(seen(SCRIPT, *started(answered('{"growth": [null]}')))),
    quiet(seen(SCRIPT, *started(answered('{"text": "NaN"}'))), name="the word in a text"),
    quiet(seen(SCRIPT, *started())),
)
