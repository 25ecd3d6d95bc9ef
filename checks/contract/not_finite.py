"""The request body holds NaN or Infinity, which JSON does not know.

What it finds
-------------
The words `NaN`, `Infinity` or `-Infinity` in a sample, as Python's json module writes them.

Why it breaks
-------------
Python's parser takes them, so the service may well answer. Other parsers refuse the whole body: gateways, browsers,
clients in other languages. An integer column holds none, and many models raise `Input contains NaN`.

How to fix
----------
Send null for what is not known, where the service takes null. `json.dumps(..., allow_nan=False)` finds them when the
body is made.

Learn more
----------
Source: RFC 8259, section 6.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.saying import cut
from checks.contract.telling import places, tell
from checks.contract.value_scenes import PERSON, rows_of, to_array, to_code, to_document, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Severity, Stage


@check("contract.not-finite", needs=("samples",), stage=Stage.RUN, severity=Severity.WARNING)
def not_finite(evidence: Evidence) -> Iterator[Finding]:
    """Point at the values."""
    for fault in faults(evidence, "not-finite"):
        yield tell(
            fault,
            f"{places(fault)} is {cut(fault.seen, 16)}, which is no JSON",
            Fix(
                title="make the body with allow_nan=False, and send null or a number",
                commands=("json.dumps(body, allow_nan=False)",),
            ),
        )


CASES = (
    fires(to_array(rows_of([[float("nan"), 1]])), saw="`/data/0/0` is NaN, which is no JSON", line=1, findings=1),
    fires(to_code({"rows": [[float("-inf")]]}), saw="is -Infinity", findings=1),
    fires(to_frame(rows_of([PERSON | {"age": float("nan")}])), saw="NaN", findings=1),
    quiet(to_array(rows_of([[1e308, 1]]))),
    quiet(to_document({"word": "NaN"}, word={"type": "string"}), name="a text"),
)
