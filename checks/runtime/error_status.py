"""run() itself answers the sample with an error status.

What it finds
-------------
A response object with a status of 400 or more, for a sample that was to be answered.

Why it breaks
-------------
The script turned its failure into a response. Clients see an error; a managed endpoint passes it on as 424 with the
original status in a header.

How to fix
----------
Cure what the body of the response speaks of, or send a sample that the script accepts.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `api/aml_response.py`.
"""

from collections.abc import Iterator

import msgspec

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Returned, Step
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.runtime.calls import first_calls, run_about, run_quote
from checks.runtime.failures import place, probe_of
from checks.runtime.observed import answered, passed, seen, started
from checks.runtime.payloads import payload_quotes
from checks.runtime.wording import one_line, titled


@check("runtime.error-status", needs=("probe",), stage=Stage.ANSWER)
def error_status(evidence: Evidence) -> Iterator[Finding]:
    """5xx is a failure of the service, 4xx may be the sample's fault."""
    for step in first_calls(probe_of(evidence)):
        returned = step.returned
        if returned is None or returned.status is None or returned.status < 400:
            continue
        body = one_line(returned.text or "", 160)
        yield Finding(
            title=titled(f"run() answers {step.sample or 'the sample'} with status {returned.status}", 88),
            evidence=(
                *run_quote(evidence),
                Quote(source=f"probe: {place(step)}", text=f"{returned.status} {body}{_sent_as(step)}"),
                *payload_quotes(step, evidence),
            ),
            severity=Severity.ERROR if returned.status >= 500 else Severity.WARNING,
            about=(*run_about(evidence), f"sample:{step.sample}"),
            fixes=(
                Fix(title="cure what the body of the answer speaks of")
                if returned.status >= 500
                else Fix(title=_another(step, returned)),
            ),
        )
        return


def _sent_as(step: Step) -> str:
    return f" (sent as {step.content_type})" if step.content_type else ""


def _another(step: Step, returned: Returned) -> str:
    if returned.status == 415 and step.content_type:
        return f"send a sample of the content type that the script accepts, or accept {step.content_type}"
    return "send a sample that the script accepts, or accept this one"


SCRIPT = "def init(): ...\n\ndef run(request):\n    return AMLResponse('no', 500)\n"


def _answers(status: int) -> Evidence:
    return seen(SCRIPT, *started(passed(Phase.RUN, Returned(type="AMLResponse", text="bad rows", status=status))))


_ANSWER = passed(Phase.RUN, Returned(type="AMLResponse", text="no", status=415))

CASES = (
    fires(_answers(500), saw="with status 500", line=3, findings=1),
    fires(_answers(400), saw="400 bad rows"),
    fires(
        seen(
            SCRIPT,
            *started(msgspec.structs.replace(_ANSWER, content_type="text/csv")),
        ),
        saw="415 no (sent as text/csv)",
    ),
    quiet(_answers(200)),
    quiet(_answers(204)),
    quiet(seen(SCRIPT, *started(answered('{"status": 500}'))), name="a status in the body"),
)
