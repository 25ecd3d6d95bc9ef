"""A key of the request body differs in upper and lower case.

What it finds
-------------
A key of the sample that is the one that the service reads, except for the case of its letters: `Data` for `data`.

Why it breaks
-------------
Keys of JSON are compared letter by letter. To the server and to run() the key is not there: 400, a KeyError, or a
default in its place.

How to fix
----------
Send the key as it is read.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.saying import cut
from checks.contract.telling import place, renaming, tell
from checks.contract.value_scenes import PERSON, rows_of, to_array, to_code, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Stage


@check("contract.key-case-differs", needs=("samples",), stage=Stage.RUN)
def key_case_differs(evidence: Evidence) -> Iterator[Finding]:
    """Show both spellings."""
    for fault in faults(evidence, "key-case-differs"):
        inside = f"{place(fault)} has" if fault.path else "the body has"
        yield tell(
            fault,
            f"{inside} `{cut(fault.near or '', 24)}` where `{cut(fault.key, 24)}` is read",
            renaming(fault, fault.near or ""),
        )


SLIP = {"Age" if name == "age" else name: value for name, value in PERSON.items()}
CASES = (
    fires(to_array({"Data": [[1, 2]]}), saw="the body has `Data` where `data` is read", line=1, findings=1),
    fires(to_code({"Rows": [[1, 2]]}), saw="`rows`", line=1, findings=1),
    fires(to_frame(rows_of([PERSON, SLIP])), saw="`/data/1` has `Age` where `age` is read", line=1, findings=1),
    quiet(to_array({"data": [[1, 2]], "Data": 1}), name="both are there"),
    quiet(to_array({"rows": [[1, 2]]}), name="another key"),
)
