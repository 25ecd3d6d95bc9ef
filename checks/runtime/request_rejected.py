"""The server rejects the sample before run() is called.

What it finds
-------------
A request that the server answers with 400 or 415 by itself, because a decorated run() cannot be given its arguments.

Why it breaks
-------------
With @input_schema the server fills the parameters of run() from the keys of a JSON object. A missing key, another
spelling, a list in the place of the object, or no JSON at all ends in a 4xx answer, and run() never sees the request.

How to fix
----------
Send an object whose keys are the parameters of run(), or rename the parameters.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Signature, Step
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.calls import first_calls, run_about, run_quote
from checks.runtime.failures import probe_of
from checks.runtime.observed import SAMPLE, passed, raised_in, seen, started
from checks.runtime.payloads import parsed, payload_quotes, sample_of
from checks.runtime.wording import one_line, titled


@check("runtime.request-rejected", needs=("probe",), stage=Stage.RUN, confidence=Confidence.CERTAIN)
def request_rejected(evidence: Evidence) -> Iterator[Finding]:
    """Put the parameters beside the keys that were sent."""
    probe = probe_of(evidence)
    told: set[str] = set()
    for step in first_calls(probe):
        said = step.message or ""
        if step.outcome != "rejected" or said in told:
            continue
        told.add(said)
        wanted = [p for p in (probe.signature.parameters if probe.signature else ()) if p != "request_headers"]
        missing = re.search(r"not provided for the '(\w+)' parameter", said)
        sample = sample_of(step, evidence)
        value = parsed(sample.text) if sample and sample.text else None
        keys = list(value) if isinstance(value, dict) else []
        near = [k for k in keys if missing and k.lower() == missing[1].lower()]
        signature = (Quote(source="probe", text=f"run() takes {', '.join(wanted)}"),) if wanted else ()
        yield Finding(
            title=titled(_title(said, step, missing), 88),
            evidence=(
                *run_quote(evidence),
                Quote(
                    source=f"probe: run() with {step.sample or 'the sample'}", text=f"{step.status} {one_line(said)}"
                ),
                *payload_quotes(step, evidence),
                *signature,
                *(Quote(source=step.sample or "sample", text=f"a key like it is there: {k}") for k in near[:1]),
            ),
            about=(*run_about(evidence), f"sample:{step.sample}", *((f"name:{missing[1]}",) if missing else ())),
            fixes=(_fix(said, wanted, missing),),
        )


def _title(said: str, step: Step, missing: "re.Match[str] | None") -> str:
    if missing:
        return f"{step.status}: the request has no `{missing[1]}`, which run() takes"
    return f"{step.status}: {one_line(said, 60) or 'the server rejects the request'}"


def _fix(said: str, wanted: list[str], missing: "re.Match[str] | None") -> Fix:
    body = "{" + ", ".join(f'"{name}": ...' for name in wanted) + "}"
    if missing or "JSON dictionary" in said:
        return Fix(
            title=f"send a JSON object with the keys {', '.join(f'`{key}`' for key in wanted) or 'of run()'}",
            commands=(body,),
        )
    if "UTF-8" in said:
        return Fix(title="send text, or take bytes with @rawhttp")
    if "Content-Type" in said:
        return Fix(title="send the header Content-Type: application/json")
    return Fix(title="send the JSON that json.dumps gives", commands=(body,))


SCRIPT = "@input_schema('data', x)\ndef run(data):\n    return 1\n"
KIND = Signature(kind="schema", parameters=("data",))


def _rejected(message: str, body: str, status: int = 400) -> Evidence:
    step = Step(phase=Phase.RUN, outcome="rejected", status=status, message=message, sample=SAMPLE)
    return seen(SCRIPT, *started(step), body=body, signature=KIND)


CASES = (
    fires(
        _rejected("A value is not provided for the 'data' parameter.", '{"Data": [1]}'),
        saw="a key like it is there: Data",
        line=2,
        findings=1,
    ),
    fires(_rejected("POST body should be a JSON dictionary.", "[1]"), saw="400: POST body should be a JSON dictionary"),
    fires(_rejected("Expects Content-Type to be application/json", "x", 415), saw="415"),
    quiet(seen(SCRIPT, *started(passed(Phase.RUN)), signature=KIND)),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "KeyError", "'data'")), body="{}"), name="run() was reached"),
    quiet(seen(SCRIPT, Step(phase=Phase.IMPORT, outcome="rejected", message="no run")), name="the script is refused"),
)
