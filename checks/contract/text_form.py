"""A text is not in the form that the contract asks for.

What it finds
-------------
Texts that do not fit the `pattern`, or the `format` (date, date-time, email, uuid and others) of the contract.
Formats that nobody knows are passed over.

Why it breaks
-------------
Who keeps to the contract refuses the request. A date in another form is parsed wrongly or not at all: day and month
change places in silence.

How to fix
----------
Send the text in the form that is asked for: a date as 2026-11-22.

Learn more
----------
Source: JSON Schema 2020-12, validation.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import Fault, faults
from checks.contract.saying import cut
from checks.contract.telling import places, sending, tell
from checks.contract.value_scenes import rows_of, to_array, to_document
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.text-form", needs=("samples",), stage=Stage.RUN)
def text_form(evidence: Evidence) -> Iterator[Finding]:
    """Show the text and the form."""
    for fault in faults(evidence, "text-form"):
        yield tell(
            fault,
            f"{places(fault)} has not the form {cut(fault.expected, 20)}: {cut(fault.seen, 24)}",
            *_fixes(fault),
        )


EXAMPLES = {"date-time": "2026-11-22T10:30:00", "date": "2026-11-22", "time": "10:30:00"}


def _fixes(fault: Fault) -> tuple[Fix, ...]:
    if fault.better is not None:
        return (Fix(title="send the moment as ISO text", commands=(sending(fault.better, fault.path),)),)
    example = EXAMPLES.get(fault.expected)
    return (Fix(title=f"send it in this form: {fault.expected}" + (f", as {example}" if example else "")),)


BORN = {"type": "string", "format": "date"}
AT = {"type": "string", "format": "date-time"}
CASES = (
    fires(to_document({"born": "22/11/2026"}, born=BORN), saw="has not the form date", line=1, findings=1),
    fires(to_document({"code": "ab"}, code={"type": "string", "pattern": "^[A-Z]+$"}), saw="^[A-Z]+$"),
    fires(to_document({"at": "/Date(1709289000000)/"}, at=AT), saw="has not the form date-time", findings=1),
    fires(to_document({"at": 1709289000000}, at=AT), saw="`/at` has not the form date-time", findings=1),
    quiet(to_document({"born": "2026-11-22"}, born=BORN)),
    quiet(to_document({"at": "2026-11-22 10:00:00"}, at={"type": "string", "format": "date-time"})),
    quiet(to_document({"x": "?"}, x={"type": "string", "format": "of-my-own"}), name="nobody knows the format"),
    quiet(to_array(rows_of([[1, 2]]))),
)
