"""The table has as many columns as the service takes, under other names.

What it finds
-------------
A data frame whose columns are as many as those of the decorator's sample, with names that the sample does not have.

Why it breaks
-------------
The decorator counts columns and casts those whose names it knows; a column of another name passes with the type
`object`. run() then lacks the column that it looks for, or the model gets a column of texts.

How to fix
----------
Send the names of the sample. Names are compared letter by letter.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/pandas_parameter_type.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import Fault, faults
from checks.contract.saying import cut
from checks.contract.telling import place, tell
from checks.contract.value_scenes import PERSON, rows_of, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.column-names", needs=("samples",), stage=Stage.RUN)
def column_names(evidence: Evidence) -> Iterator[Finding]:
    """Put the names beside those that are wanted."""
    for fault in faults(evidence, "column-names"):
        yield tell(
            fault,
            f"the table {place(fault)} has {cut(fault.near or _pairs(fault), 44)}",
            Fix(title=f"name the columns as they are declared: {fault.expected.partition(': ')[2]}"),
        )


def _pairs(fault: Fault) -> str:
    return f"`{fault.others[0]}` for `{fault.names[0]}`" if fault.names and fault.others else "other columns"


TOWN = {"age": 31, "income": 1.5, "town": "Oslo", "member": True}
OTHER = {"age": 31, "income": 1.5, "City": "Oslo", "member": True}

CASES = (
    fires(to_frame(rows_of([TOWN])), saw="`town` for `city`", findings=1),
    fires(to_frame(rows_of([OTHER])), saw="`City` for `city`", line=1, findings=1),
    fires(to_frame(rows_of({"first": TOWN}), "index"), saw="`town` for `city`", name="rows under labels"),
    quiet(to_frame(rows_of({"first": PERSON}), "index")),
    quiet(to_frame(rows_of([PERSON]))),
    quiet(to_frame(rows_of([dict(reversed(PERSON.items()))])), name="another order"),
    quiet(to_frame(rows_of([PERSON | {"more": 1}])), name="another number"),
)
