"""A list or an object has more or fewer items than the contract allows.

What it finds
-------------
Lists outside of `minItems` and `maxItems`, and objects outside of `minProperties` and `maxProperties`.

Why it breaks
-------------
Who keeps to the contract refuses the request. A limit of rows is there for time and memory, as a rule: what goes
beyond it is answered too late, or not at all.

How to fix
----------
Send as many as are allowed; split what is more into several requests.

Learn more
----------
Source: JSON Schema 2020-12, validation.
"""

import json
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import Fault, faults
from checks.contract.records import Json, Parameter, ParameterType
from checks.contract.saying import cut
from checks.contract.scenes import declared, interface, sample
from checks.contract.telling import places, sending, tell
from checks.contract.value_scenes import PERSON, rows_of, to_array, to_document, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.array-size", needs=("samples",), stage=Stage.RUN)
def array_size(evidence: Evidence) -> Iterator[Finding]:
    """Show how many there are, and the limit."""
    for fault in faults(evidence, "array-size"):
        yield tell(
            fault,
            f"{places(fault)} has the wrong size: {cut(fault.seen, 24)}, {cut(fault.expected, 30)}",
            Fix(title=f"send {fault.expected}", commands=_shown(fault)),
        )


def _shown(fault: Fault) -> tuple[str, ...]:
    return (sending(fault.better, fault.path),) if fault.better is not None else ()


def to_image(body: Json) -> Evidence:
    """run(data) takes images of two by two."""
    kind = ParameterType(kind="numpy", dtype="float64", shape=(1, 2, 2, 1))
    return declared(sample(json.dumps(rows_of(body))), interface=interface((Parameter(name="data", type=kind),)))


IMAGE: Json = [[[1], [2]], [[3], [4]]]
LABELS = {"columns": list(PERSON), "index": [0, 1], "data": [list(PERSON.values())]}
FEW = {"type": "array", "maxItems": 2}
CASES = (
    fires(to_document({"rows": [1, 2, 3]}, rows=FEW), saw="list of 3 numbers, at most 2 items", line=1, findings=1),
    fires(to_document({"rows": []}, rows={"type": "array", "minItems": 1}), saw="at least 1 item", findings=1),
    fires(to_frame(rows_of(LABELS), "split"), saw="2 labels, 1 label, one a row", findings=1),
    quiet(to_frame(rows_of(LABELS | {"index": ["x"]}), "split")),
    fires(to_image([[[[1], [2]]]]), saw="shape (1, 1, 2, 1), shape (n, 2, 2, 1)", findings=1),
    fires(to_image([[[1, 2], [3, 4]]]), saw="shape (1, 2, 2), shape (n, 2, 2, 1)", findings=1),
    quiet(to_image([IMAGE, IMAGE])),
    quiet(to_image(IMAGE), name="no batch around it: one row for rows"),
    quiet(to_document({"rows": [1, 2]}, rows=FEW)),
    quiet(to_array(rows_of([[1, 2]]))),
)
